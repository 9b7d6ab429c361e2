"""Many sessions of one implementation in one capture: every cipher mode, every method, refused and accepted.

They are too large to be kept beside the traces; `record.py --sweep FOLDER` writes them with a `labels.jsonl`.
"""

import contextlib
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import logs
from implementations import CLIENTS, SERVERS, Client, Server
from keys import public_file
from lab import Lab
from labels import Label
from network import SERVER_IP
from releases import within
from sandbox import PASSWORD, USER

# Named by when the MAC is made: encrypt-then-MAC, encrypt-and-MAC.
ETM, AND = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com", "hmac-sha2-256,hmac-sha1"
CTR = "aes128-ctr,aes256-ctr"
MODES = {
    "any": (22, ()),
    "gcm": (2022, ("Ciphers aes128-gcm@openssh.com,aes256-gcm@openssh.com",)),
    "then": (2023, (f"Ciphers {CTR}", f"MACs {ETM}")),
    "and": (2024, (f"Ciphers {CTR}", f"MACs {AND}")),
    "cbc": (2025, ("Ciphers aes128-cbc,aes256-cbc,3des-cbc", f"MACs {AND}")),
}
PORTS = [port for port, _ in MODES.values()]
KEYBOARD, TWO_FACTORS, BANNER, TWO_TRIES = 2026, 2027, 2028, 2029
#: What old libraries know, in addition to what OpenSSH offers today.
OLD = (
    "KexAlgorithms +diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1,diffie-hellman-group1-sha1",
    "HostKeyAlgorithms +ssh-rsa",
    "PubkeyAcceptedAlgorithms +ssh-rsa",
    "Ciphers +aes128-cbc,aes256-cbc,3des-cbc",
    "Subsystem sftp internal-sftp",
)
STRANGER = "nobody" * 5
WRONG = ("letmein", "correct horse battery staple", "x")

Sweep = Callable[[Lab], list[Label]]


def client_sweep(name: str, client: Client) -> Sweep:
    def run(lab: Lab) -> list[Label]:
        folders = start_sshd(lab)
        wrong = [f"password={word}" for word in WRONG[: client.passwords]]
        right = f"password={PASSWORD}"
        key, strange_key = key_of(lab, client, "user"), key_of(lab, client, "stranger")
        for port in PORTS:
            attempt(lab, client, port, right)
        for port in (22, 2024):
            if client.passwords > 1:
                attempt(lab, client, port, wrong[0], right)
                attempt(lab, client, port, *wrong[:2], right)
            attempt(lab, client, port, *wrong)
        attempt(lab, client, 2022, wrong[0])
        attempt(lab, client, 2023, *wrong[:2])
        if client.key != "own":
            for port in (22, 2022, 2023, 2024):
                attempt(lab, client, port, f"key={key}")
        attempt(lab, client, 22, f"key={strange_key}")
        attempt(lab, client, 2024, f"key={strange_key}", right)
        attempt(lab, client, 2023, f"key={strange_key}", wrong[0])
        attempt(lab, client, TWO_FACTORS, f"key={key}", right)
        attempt(lab, client, BANNER, wrong[0], right)
        attempt(lab, client, BANNER, right)
        attempt(lab, client, TWO_TRIES, *wrong)
        for user in ("x", STRANGER, "u" * 64):
            attempt(lab, client, 22, wrong[0], user=user)
        attempt(lab, client, 22, "password=" + "long" * 20)
        attempt(lab, client, 22, right, command="")
        if "none" in client.tries:
            for port in (22, 2024):
                attempt(lab, client, port, "none=")
                attempt(lab, client, port, "none=", wrong[0], right)
        if "keyboard" in client.tries:
            attempt(lab, client, KEYBOARD, f"keyboard={PASSWORD}")
            attempt(lab, client, KEYBOARD, "keyboard=wrong")
        return [replace(label, client_impl=name, server_impl="openssh") for label in of_sshd(folders)]

    return run


def start_sshd(lab: Lab, *program: str) -> list[Path]:
    """One port for each mode, and one for each unusual setting."""
    host_key = lab.keys.openssh("host", "ed25519")
    authorized = lab.folder / "authorized"
    kinds = (("rsa", "2048"), ("rsa", "4096"), ("ecdsa", "256"), ("ecdsa", "521"))
    known = [lab.keys.openssh("user", "ed25519"), lab.keys.pem("user")]
    known += [lab.keys.of_size("user", *kind) for kind in kinds]
    authorized.with_name("authorized.pub").write_text("".join(public_file(key).read_text() for key in known))
    banner = lab.folder / "banner"
    banner.write_text("Authorized uses only. All activity may be monitored and reported.\n" * 3)
    unusual = {
        KEYBOARD: ("KbdInteractiveAuthentication yes", "UsePAM yes"),
        TWO_FACTORS: ("AuthenticationMethods publickey,password",),
        BANNER: (f"Banner {banner}",),
        TWO_TRIES: ("MaxAuthTries 2",),
    }
    folders = []
    for port, options in [*MODES.values(), *unusual.items()]:
        rsa = f"HostKey {lab.keys.openssh('host', 'rsa')}"
        authority = f"TrustedUserCAKeys {public_file(lab.keys.openssh('authority', 'ed25519'))}"
        config = lab.sshd_config(host_key, *options, *OLD, rsa, authority, authorized=authorized, port=port)
        folders.append(lab.sshd_each(config, port, *program))
    return folders


def key_of(lab: Lab, client: Client, name: str) -> Path:
    match client.key:
        case "rsa":
            return lab.keys.pem(name)
        case "folder":
            return lab.keys.folder(name)
        case _:
            return lab.keys.openssh(name, "ed25519")


def attempt(lab: Lab, client: Client, port: int, *settings: str, user: str = USER, command: str = "echo hello") -> None:
    """One connection; a client that cannot do it or hangs has said what it had to say."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        program = within(client.release, *client.command)
        lab.client(*program, SERVER_IP, str(port), user, command, *settings)


def of_sshd(folders: list[Path]) -> list[Label]:
    """What the servers say: a log for each connection."""
    texts = [log.read_text(errors="replace") for folder in folders for log in sorted(folder.iterdir())]
    return [label for text in texts for label in logs.sshd(text)]


def server_sweep(name: str, server: Server) -> Sweep:
    def run(lab: Lab) -> list[Label]:
        host_key = lab.keys.openssh("host", server.host_key)
        lab.server(server, host_key, lab.keys.openssh("user", "ed25519"))
        return [*from_openssh(lab, name, server), *from_node(lab, name, server)]

    return run


def from_openssh(lab: Lab, name: str, server: Server) -> list[Label]:
    modes = [list(server.options) or option_words(mode) for _, mode in MODES.values()]
    default, *others = modes
    known, stranger = lab.keys.openssh("user", "ed25519"), lab.keys.openssh("stranger", "ed25519")
    clients = []

    def connect(*options: str, **how: object) -> None:
        clients.append(lab.ssh(*options, **how))

    for mode in modes:
        connect(*mode, passwords=[PASSWORD])
        connect(*mode, passwords=[WRONG[0], PASSWORD])
    for mode in modes[::2]:
        connect(*mode, passwords=WRONG)
        connect(*mode, "NumberOfPasswordPrompts=1", passwords=WRONG[1:2])
    if "publickey" in server.methods:
        both = "PreferredAuthentications=publickey,password"
        for mode in (default, others[0], others[2]):
            connect(*mode, identities=[known])
            connect(*mode, identities=[stranger])
        connect(both, identities=[stranger], passwords=[PASSWORD])
        connect(*others[1], both, identities=[stranger, known])
    if "keyboard-interactive" in server.methods:
        for mode in (default, others[1], others[2]):
            connect(*mode, "PreferredAuthentications=keyboard-interactive", passwords=[PASSWORD])
            connect(*mode, "PreferredAuthentications=keyboard-interactive", passwords=[WRONG[0], PASSWORD])
    connect("Compression=yes", *default, passwords=[PASSWORD])
    connect("PreferredAuthentications=hostbased", *default, passwords=[])
    labels = [logs.ssh(client.read_text(errors="replace")) for client in clients]
    return [replace(label, client_impl="openssh", server_impl=name) for label in labels]


def from_node(lab: Lab, name: str, server: Server) -> list[Label]:
    client = CLIENTS["node ssh2"]
    known, stranger = lab.keys.openssh("user", "ed25519"), lab.keys.openssh("stranger", "ed25519")
    right, wrong = f"password={PASSWORD}", f"password={WRONG[0]}"
    tries: list[tuple[str, ...]] = [(right,), (wrong, right), (wrong,) * 3, ("none=",), ("none=", wrong, right)]
    if "publickey" in server.methods:
        tries += [(f"key={known}",), (f"key={stranger}",), (f"key={stranger}", right)]
    if "keyboard-interactive" in server.methods:
        tries += [(f"keyboard={PASSWORD}",), ("none=", "keyboard=wrong", f"keyboard={PASSWORD}")]
    log = []
    for settings in tries:
        log.append(lab.client(*client.command, SERVER_IP, "22", USER, "echo hello", *settings))
    labels = [logs.node(text.read_text(errors="replace")) for text in log]
    return [replace(label, client_impl="node ssh2", server_impl=name) for label in labels]


def guessing_sweep(lab: Lab) -> list[Label]:
    """Programs that guess passwords or look around, each at ports of its own."""
    words = lab.folder / "words"
    words.write_text("".join(f"{word}\n" for word in ("letmein", "123456", "qwerty", "correct horse", "x", PASSWORD)))
    users = lab.folder / "users"
    users.write_text(f"root\n{USER}\n")
    host_key = lab.keys.openssh("host", "ed25519")
    modes = [(), MODES["and"][1], (*MODES["then"][1], "MaxAuthTries 3")]
    folders = {}
    port = 2200
    for name, command in GUESSERS.items():
        for mode in modes:
            port += 1
            rsa = f"HostKey {lab.keys.openssh('host', 'rsa')}"
            config = lab.sshd_config(host_key, *mode, *OLD, rsa, authorized=lab.keys.pem("user"), port=port)
            folders[lab.sshd_each(config, port)] = name
            known = {"words": words, "users": users, "user": USER, "host": SERVER_IP, "port": port}
            with contextlib.suppress(subprocess.TimeoutExpired):
                lab.client(*(word.format(**known) for word in command))
    return [
        replace(label, client_impl=name, server_impl="openssh")
        for folder, name in folders.items()
        for label in of_sshd([folder])
    ]


GUESSERS = {
    "hydra (libssh)": ("hydra", "-l", "{user}", "-P", "{words}", "-t", "2", "-I", "-s", "{port}", "ssh://{host}"),
    "medusa (libssh2)": ("medusa", "-h", "{host}", "-u", "{user}", "-P", "{words}", "-M", "ssh", "-n", "{port}"),
    "ncrack": ("ncrack", "-p", "ssh:{port}", "-U", "{users}", "-P", "{words}", "-g", "CL=2", "{host}"),
    "patator (paramiko)": (
        *("patator", "ssh_login", "host={host}", "port={port}", "user={user}", "password=FILE0", "0={words}"),
        *("--rate-limit", "0", "-t", "2"),
    ),
    "nmap ssh-brute": (
        *("nmap", "-n", "-Pn", "-p", "{port}", "--script", "ssh-brute", "--script-args"),
        *("userdb={users},passdb={words},ssh-brute.timeout=4s", "{host}"),
    ),
    "nmap scripts": (
        *("nmap", "-n", "-Pn", "-sV", "-p", "{port}", "--script", "ssh-auth-methods,ssh-hostkey,ssh2-enum-algos,sshv1"),
        *("--script-args", "ssh.user={user}", "{host}"),
    ),
    "ssh-keyscan": ("ssh-keyscan", "-p", "{port}", "{host}"),
}


def option_words(mode: tuple[str, ...]) -> list[str]:
    """`Ciphers aes128-ctr` as the client's command line has it."""
    return [option.replace(" ", "=", 1) for option in mode]


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", name).strip("-")


SWEEPS: dict[str, Sweep] = {"guessing": guessing_sweep}
for _name, _client in CLIENTS.items():
    SWEEPS[f"client-{slug(_name)}"] = client_sweep(_name, _client)
for _name, _server in SERVERS.items():
    SWEEPS[f"server-{slug(_name)}"] = server_sweep(_name, _server)
