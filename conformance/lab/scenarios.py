"""What is recorded: one function for each trace. It runs the sessions and returns their labels, in order.

The docstring of a scenario becomes the README of its trace.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import logs
from implementations import CLIENTS, SERVERS, Client, Server
from keys import fingerprint, public_file, ssh1_fingerprint
from lab import Lab
from labels import Label, merge_all
from network import SERVER_IP, SERVER_IP6, Cable
from sandbox import PASSWORD, USER
from sweeps import MODES, attempt, key_of, of_sshd, option_words, slug, start_sshd

Run = Callable[[Lab], list[Label]]

#: What PuTTY's test server takes, from whomever.
UPPITY_PASSWORD = "weasel"
WRONG = ("letmein", "123456", "qwerty", "password")


@dataclass(frozen=True)
class Scenario:
    name: str
    description: str
    run: Run
    cable: Cable


SCENARIOS: dict[str, Scenario] = {}
GOOD_CABLE = Cable()


def scenario(cable: Cable = GOOD_CABLE) -> Callable[[Run], Run]:
    """Registers a function under its own name, with dashes."""

    def register(function: Run) -> Run:
        name = function.__name__.replace("_", "-")
        description = " ".join(inspect.cleandoc(function.__doc__ or "").split())
        SCENARIOS[name] = Scenario(name, description, function, cable)
        return function

    return register


# OpenSSH with itself.


@scenario()
def publickey_success(lab: Lab) -> list[Label]:
    """OpenSSH logs in with an Ed25519 key and runs a command, everything as by default."""
    return publickey_session(lab)


@scenario()
def publickey_three_refused(lab: Lab) -> list[Label]:
    """OpenSSH offers three keys that the server does not know, and gives up."""
    host_key = lab.keys.openssh("host", "ed25519")
    server = lab.sshd(host_key, "PasswordAuthentication no", authorized=lab.keys.openssh("user", "ed25519"))
    strangers = [lab.keys.openssh(f"stranger{number}", "ed25519") for number in (1, 2, 3)]
    return both(host_key, server, lab.ssh(identities=strangers))


@scenario()
def password_three_refused(lab: Lab) -> list[Label]:
    """OpenSSH gives three wrong passwords, and gives up."""
    return password_session(lab, WRONG[:3])


@scenario()
def password_second_accepted(lab: Lab) -> list[Label]:
    """OpenSSH gives a wrong password, then the right one, over aes256-ctr with an encrypt-then-MAC HMAC-SHA-512."""
    options = ["Ciphers=aes256-ctr", "MACs=hmac-sha2-512-etm@openssh.com", "KexAlgorithms=curve25519-sha256"]
    return password_session(lab, [WRONG[0], PASSWORD], *options)


@scenario()
def password_one_try_each(lab: Lab) -> list[Label]:
    """Guessing: four connections with one password each; the last one is right."""
    host_key = lab.keys.openssh("host", "ed25519")
    server = lab.sshd(host_key)
    options = ["NumberOfPasswordPrompts=1", "KexAlgorithms=curve25519-sha256"]
    clients = [lab.ssh(*options, passwords=[password]) for password in (*WRONG[:3], PASSWORD)]
    return both(host_key, server, *clients)


@scenario()
def password_too_many_tries(lab: Lab) -> list[Label]:
    """The server allows two tries and answers the second wrong password with a disconnect."""
    host_key = lab.keys.openssh("host", "ed25519")
    server = lab.sshd(host_key, "MaxAuthTries 2")
    client = lab.ssh("KexAlgorithms=curve25519-sha256", passwords=WRONG[:3])
    return both(host_key, server, client)


@scenario()
def ecdh_nistp384_aes128_ctr(lab: Lab) -> list[Label]:
    """NIST P-384 exchange, ECDSA host key, aes128-ctr with hmac-sha2-256 (encrypt-and-MAC)."""
    options = ["KexAlgorithms=ecdh-sha2-nistp384", "Ciphers=aes128-ctr", "MACs=hmac-sha2-256"]
    return publickey_session(lab, *options, host_key="ecdsa")


@scenario()
def group14_aes256_gcm(lab: Lab) -> list[Label]:
    """Diffie-Hellman over group 14, RSA host key with rsa-sha2-512, aes256-gcm."""
    options = ["KexAlgorithms=diffie-hellman-group14-sha256", "Ciphers=aes256-gcm@openssh.com"]
    return publickey_session(lab, *options, "HostKeyAlgorithms=rsa-sha2-512", host_key="rsa")


@scenario()
def group_exchange_etm(lab: Lab) -> list[Label]:
    """Diffie-Hellman group exchange, aes128-ctr with an encrypt-then-MAC HMAC-SHA-512."""
    options = ["KexAlgorithms=diffie-hellman-group-exchange-sha256", "Ciphers=aes128-ctr"]
    return publickey_session(lab, *options, "MACs=hmac-sha2-512-etm@openssh.com")


@scenario()
def sntrup761_chacha20(lab: Lab) -> list[Label]:
    """Post-quantum exchange under its vendor's name, RSA host key with rsa-sha2-256, chacha20-poly1305."""
    options = ["KexAlgorithms=sntrup761x25519-sha512@openssh.com", "Ciphers=chacha20-poly1305@openssh.com"]
    return publickey_session(lab, *options, "HostKeyAlgorithms=rsa-sha2-256", host_key="rsa")


@scenario()
def host_certificate(lab: Lab) -> list[Label]:
    """The server shows an OpenSSH host certificate. The fingerprint is that of the key inside."""
    host_key, user_key = lab.keys.openssh("certified", "ed25519"), lab.keys.openssh("user", "ed25519")
    authority = lab.keys.openssh("authority", "ed25519")
    certificate = lab.keys.host_certificate(authority, host_key, SERVER_IP)
    server = lab.sshd(host_key, f"HostCertificate {certificate}", authorized=user_key)
    trust = f"@cert-authority * {public_file(authority).read_text()}"
    client = lab.ssh("KexAlgorithms=curve25519-sha256", identities=[user_key], known_hosts=trust)
    return both(host_key, server, client)


@scenario()
def compression_delayed(lab: Lab) -> list[Label]:
    """Compression `zlib@openssh.com` in both directions, which starts after authentication."""
    return publickey_session(lab, "Compression=yes", "KexAlgorithms=curve25519-sha256")


@scenario()
def rekeying(lab: Lab) -> list[Label]:
    """The client asks for new keys after 4 KiB: the second key exchange is encrypted."""
    options = ["RekeyLimit=4K", "KexAlgorithms=curve25519-sha256"]
    return publickey_session(lab, *options, command="head -c 9000 /dev/zero")


@scenario()
def no_common_kex(lab: Lab) -> list[Label]:
    """Client and server have no key exchange method in common; the server hangs up after both KEXINITs."""
    host_key = lab.keys.openssh("host", "ed25519")
    server = lab.sshd(host_key, "KexAlgorithms curve25519-sha256")
    client = lab.ssh("KexAlgorithms=ecdh-sha2-nistp521", passwords=[PASSWORD])
    return both(host_key, server, client)


# Other implementations.


@scenario()
def dropbear_client_wrong_guess(lab: Lab) -> list[Label]:
    """Dropbear's client sends its KEXINIT and a guessed packet without waiting; the server ignores the guess."""
    return dropbear_client_session(lab)


@scenario()
def dropbear_client_right_guess(lab: Lab) -> list[Label]:
    """Dropbear's client sends its KEXINIT and a guessed packet without waiting; the guess is right."""
    return dropbear_client_session(lab, "KexAlgorithms curve25519-sha256")


@scenario()
def dropbear_server(lab: Lab) -> list[Label]:
    """OpenSSH gives Dropbear's server a wrong password, then the right one."""
    host_key = lab.keys.dropbear("host", "ed25519")
    server = lab.dropbear(host_key)
    client = lab.ssh(passwords=[WRONG[0], PASSWORD])
    sources = [list(logs.dropbear(server.read_text(), SERVER_IP, 22)), [logs.ssh(client.read_text())]]
    return with_host_key(merge_all(*sources), host_key)


@scenario()
def putty_client(lab: Lab) -> list[Label]:
    """Plink logs into OpenSSH with a password."""
    host_key = lab.keys.openssh("host", "ed25519")
    server = lab.sshd(host_key)
    password = lab.folder / "password"
    password.write_text(PASSWORD + "\n")
    plink = ["plink", "-ssh", "-batch", "-v", "-noagent", "-T", "-hostkey", fingerprint(host_key)]
    lab.client(*plink, "-l", USER, "-pwfile", str(password), SERVER_IP, "echo hello")
    return server_only(host_key, server)


@scenario()
def paramiko_client(lab: Lab) -> list[Label]:
    """Paramiko logs into OpenSSH with a password. Its first request is that password, without a "none" before it."""
    host_key = lab.keys.openssh("host", "ed25519")
    server = lab.sshd(host_key)
    lab.script_client("paramiko_client", SERVER_IP, "22", USER, PASSWORD, "echo hello")
    return server_only(host_key, server)


@scenario()
def different_directions(lab: Lab) -> list[Label]:
    """Paramiko offers aes128-ctr with hmac-sha2-256 one way, aes256-ctr with hmac-sha2-512 the other."""
    host_key = lab.keys.openssh("host", "ed25519")
    server = lab.sshd(host_key)
    ways = ["c2s=aes128-ctr", "mac-c2s=hmac-sha2-256", "s2c=aes256-ctr", "mac-s2c=hmac-sha2-512"]
    lab.script_client("paramiko_client", SERVER_IP, "22", USER, PASSWORD, "echo hello", *ways)
    return server_only(host_key, server)


@scenario()
def rsa_kex(lab: Lab) -> list[Label]:
    """AsyncSSH with itself over the RSA key exchange: the host key comes in SSH_MSG_KEXRSA_PUBKEY."""
    host_key, kex = lab.keys.openssh("host", "ed25519"), "rsa2048-sha256"
    server = lab.script_server("asyncssh_server", SERVER_IP, "22", str(host_key), kex, USER, PASSWORD)
    lab.script_client("asyncssh_client", SERVER_IP, "22", kex, USER, PASSWORD, "echo hello")
    return with_host_key([logs.asyncssh_server(server.read_text())], host_key)


# SSH-1.


@scenario()
def ssh1(lab: Lab) -> list[Label]:
    """SSH-1: OpenSSH 7.5 and Plink visit PuTTY's test server with passwords, keys and wrong answers to a challenge, for
    commands and shells."""
    host_key, known, stranger = (lab.keys.ssh1(name) for name in ("host", "user", "stranger"))
    folder = lab.uppity(host_key, known)
    wrong, right, no_challenge = WRONG[0], UPPITY_PASSWORD, "ChallengeResponseAuthentication=no"
    lab.ssh1(no_challenge, answers=[wrong, right])
    lab.ssh1(no_challenge, answers=[*WRONG[:3]])
    lab.ssh1(no_challenge, identities=[stranger, known])
    lab.ssh1(answers=[*WRONG[:3], right])
    lab.ssh1(no_challenge, typed=f"{right}\necho hello\nexit\n")
    passwords = []
    for number, password in enumerate((right, wrong)):
        passwords.append(lab.folder / f"password.{number}")
        passwords[-1].write_text(password + "\n")
    md5 = ssh1_fingerprint(host_key, "md5").removeprefix("MD5:")
    lab.plink1(md5, "-batch", "-pwfile", str(passwords[0]))
    lab.plink1(md5, "-batch", "-pwfile", str(passwords[1]))
    lab.plink1(md5, "-batch", "-i", str(known))
    lab.plink1(md5, "-pwfile", str(passwords[0]), typed="echo hello\nexit\n")
    shown = Label(host_key_fingerprint=ssh1_fingerprint(host_key, "sha256"), server_impl="putty uppity")
    told = [logs.uppity(log.read_text(errors="replace")) for log in sorted(folder.iterdir())]
    return [label.merge(shown) for label in told]


# What surrounds a session.


@scenario()
def text_before_identification(lab: Lab) -> list[Label]:
    """The server writes four lines of text before its identification line, as RFC 4253 section 4.2 allows."""
    host_key, user_key = lab.keys.openssh("host", "ed25519"), lab.keys.openssh("user", "ed25519")
    config = lab.sshd_config(host_key, authorized=user_key)
    server = lab.folder / "inetd-sshd.log"
    lab.script_server("prelude_server", "22", str(config), str(server))
    return both(host_key, server, lab.ssh("KexAlgorithms=curve25519-sha256", identities=[user_key]))


@scenario()
def unusual_port(lab: Lab) -> list[Label]:
    """A session with a server on port 40022."""
    return publickey_session(lab, "KexAlgorithms=curve25519-sha256", port=40022)


@scenario()
def ipv6(lab: Lab) -> list[Label]:
    """A session over IPv6."""
    return publickey_session(lab, "KexAlgorithms=curve25519-sha256", host=SERVER_IP6)


@scenario()
def scan(lab: Lab) -> list[Label]:
    """Three visits that never log in: one reads the server's line, one answers with its own, one takes the host key."""
    host_key = lab.keys.openssh("host", "ed25519")
    server = lab.sshd(host_key)
    lab.script_client("scanner", SERVER_IP, "22")
    lab.script_client("scanner", SERVER_IP, "22", "SSH-2.0-scanner_1.0")
    lab.client("ssh-keyscan", "-t", "ed25519", SERVER_IP)
    return server_only(host_key, server)


@scenario()
def http_on_port_22(lab: Lab) -> list[Label]:
    """Port 22 serves HTTP: not SSH, nothing to report."""
    web = lab.folder / "web"
    web.mkdir()
    (web / "index.html").write_text("<p>Hello</p>\n")
    lab.python_module("http.server", "22", "--bind", SERVER_IP, "--directory", str(web), ready="Serving HTTP")
    lab.script_client("http_client", f"http://{SERVER_IP}:22/")
    return []


@scenario(Cable(relay="fixed"))
def lost_and_reordered(lab: Lab) -> list[Label]:
    """The cable drops, delays and doubles frames: retransmissions and reordering in both directions."""
    return publickey_session(lab)


# The programs of `implementations.py`, with OpenSSH on the other side.


#: Further releases of what is there already: they are in the sweeps alone.
SWEPT_ONLY = re.compile(r"(?!dropbear).*\(sid\)|dropbear \((bullseye|trixie)\)")


def register_implementations() -> None:
    """A trace for each client and each server."""
    for name, client in CLIENTS.items():
        if SWEPT_ONLY.fullmatch(name):
            continue
        tries = "a wrong password, then the right one" if client.passwords > 1 else "the right password"
        key = "" if client.key == "own" else ", and in a second session a key"
        description = f"{name} gives OpenSSH {tries}{key}."
        register(f"{slug(name)}-client", description, client_trace(name, client))
    for name, server in SERVERS.items():
        if SWEPT_ONLY.fullmatch(name):
            continue
        methods = "a wrong password, then the right one" + ("; a key" if "publickey" in server.methods else "")
        if "keyboard-interactive" in server.methods:
            methods += "; the right answer to a prompt"
        register(f"{slug(name)}-server", f"OpenSSH gives {name} {methods}.", server_trace(name, server))


def register(name: str, description: str, run: Run) -> None:
    SCENARIOS.setdefault(name, Scenario(name, description, run, GOOD_CABLE))


def client_trace(name: str, client: Client) -> Run:
    def run(lab: Lab) -> list[Label]:
        folders = start_sshd(lab)
        port, _ = MODES[client.mode]
        wrong = [f"password={WRONG[0]}"] if client.passwords > 1 else []
        attempt(lab, client, port, *wrong, f"password={PASSWORD}")
        if client.key != "own":
            attempt(lab, client, port, f"key={key_of(lab, client, 'user')}")
        return [replace(label, client_impl=name, server_impl="openssh") for label in of_sshd(folders)]

    return run


def server_trace(name: str, server: Server) -> Run:
    def run(lab: Lab) -> list[Label]:
        host_key, user_key = (lab.keys.openssh(who, "ed25519") for who in ("host", "user"))
        lab.server(server, host_key, user_key)
        how = list(server.options) or option_words(MODES[server.mode][1])
        clients = [lab.ssh(*how, passwords=[WRONG[0], PASSWORD])]
        if "publickey" in server.methods:
            clients.append(lab.ssh(*how, identities=[user_key]))
        if "keyboard-interactive" in server.methods:
            clients.append(lab.ssh(*how, "PreferredAuthentications=keyboard-interactive", passwords=[PASSWORD]))
        labels = [logs.ssh(client.read_text(errors="replace")) for client in clients]
        return [replace(label, client_impl="openssh", server_impl=name) for label in labels]

    return run


# How sessions are run and labelled.


def publickey_session(lab: Lab, *options: str, host_key: str = "ed25519", port: int = 22, **ssh: str) -> list[Label]:
    key, user_key = lab.keys.openssh("host", host_key), lab.keys.openssh("user", "ed25519")
    server = lab.sshd(key, authorized=user_key, port=port)
    return both(key, server, lab.ssh(*options, identities=[user_key], port=port, **ssh))


def password_session(lab: Lab, passwords: list[str] | tuple[str, ...], *options: str) -> list[Label]:
    host_key = lab.keys.openssh("host", "ed25519")
    server = lab.sshd(host_key)
    return both(host_key, server, lab.ssh(*options, passwords=passwords))


def dropbear_client_session(lab: Lab, *server_options: str) -> list[Label]:
    host_key, user_key = lab.keys.openssh("host", "ed25519"), lab.keys.dropbear("user", "ed25519")
    server = lab.sshd(host_key, *server_options, authorized=user_key)
    lab.client("dbclient", "-y", "-y", "-T", "-i", str(user_key), f"{USER}@{SERVER_IP}", "echo hello")
    return server_only(host_key, server)


def both(host_key: Path, server: Path, *clients: Path) -> list[Label]:
    """OpenSSH on both sides: what the server and each client logged, which must agree."""
    told_by_clients = [logs.ssh(client.read_text(errors="replace")) for client in clients]
    return with_host_key(merge_all(logs.sshd(server.read_text(errors="replace")), told_by_clients), host_key)


def server_only(host_key: Path, server: Path) -> list[Label]:
    """OpenSSH's server and a client that logs too little."""
    return with_host_key(logs.sshd(server.read_text(errors="replace")), host_key)


def with_host_key(labels: list[Label], host_key: Path) -> list[Label]:
    """Adds the fingerprint of the server's only host key where a key exchange showed it."""
    shown = Label(host_key_fingerprint=fingerprint(host_key))
    return [label.merge(shown) if label.kex_alg and label.cipher_c2s else label for label in labels]


register_implementations()
