"""Programs that speak SSH, by the name that labels give them, and how each is run.

Clients take: host, port, user, command (empty: no session), then what to try, in order: `none=`, `password=…`,
`key=FILE`, `keyboard=…`. Each knows some of these. Servers take: address, port, host key, user, password, authorized
key.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from releases import RELEASES

PEERS = Path(__file__).with_name("peers")
BUILT = Path(__file__).with_name("built")
JAVA = Path("/usr/share/java")
JAVA_OF_SID = RELEASES / "sid/usr/share/java"


@dataclass(frozen=True)
class Client:
    """`key` is the kind of key that it can read, `tries` is what it knows besides passwords and keys."""

    command: tuple[str, ...]
    key: str = "ed25519"
    tries: tuple[str, ...] = ()
    #: How many passwords it gives in one connection.
    passwords: int = 3
    #: The cipher mode of its trace.
    mode: str = "any"
    #: The Debian release that it is taken from; the system's own without one.
    release: str | None = None


@dataclass(frozen=True)
class Server:
    command: tuple[str, ...]
    host_key: str = "ed25519"
    methods: tuple[str, ...] = ("password", "publickey", "keyboard-interactive")
    #: What OpenSSH's client must be told to speak with it, in place of what is varied.
    options: tuple[str, ...] = ()
    #: The cipher mode of its trace.
    mode: str = "any"
    #: The Debian release that it is taken from; the system's own without one.
    release: str | None = None


def _python(name: str) -> tuple[str, ...]:
    return (sys.executable, "-u", str(PEERS / f"{name}.py"))


def _node(name: str) -> tuple[str, ...]:
    return ("node", str(PEERS / "node" / f"{name}.js"))


def _java(name: str, *libraries: str, folder: Path = JAVA) -> tuple[str, ...]:
    path = ":".join([str(BUILT / "java"), *(str(folder / library) for library in libraries)])
    return ("java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", path, name)


OF_2008 = (
    "KexAlgorithms=+diffie-hellman-group14-sha1,diffie-hellman-group1-sha1",
    "HostKeyAlgorithms=+ssh-rsa",
    "Ciphers=aes256-cbc,3des-cbc",
    "MACs=hmac-sha1",
)


def _erlang(name: str) -> tuple[str, ...]:
    return ("escript", str(PEERS / f"{name}.escript"))


def _mina(name: str) -> tuple[str, ...]:
    libraries = ("sshd-core.jar", "sshd-common.jar", "slf4j-api.jar", "slf4j-simple.jar")
    return _java(name, *libraries, folder=JAVA_OF_SID)


PHPSECLIB = ("php", str(PEERS / "phpseclib_client.php"))
NET_SSH = ("ruby", str(PEERS / "net_ssh_client.rb"))
CURL = (str(PEERS / "curl_client.sh"),)

CLIENTS = {
    "go x/crypto": Client((str(BUILT / "go-client"),), mode="then"),
    "node ssh2": Client(_node("ssh2_client"), tries=("none", "keyboard")),
    "dev-tunnels-ssh": Client(_node("dev_tunnels_client"), key="own", mode="then"),
    "russh": Client((str(BUILT / "russh-client"),), tries=("none", "keyboard")),
    "libssh2": Client(_python("libssh2_client"), key="rsa", tries=("none", "keyboard")),
    "erlang ssh": Client(_erlang("erlang_client"), key="folder", passwords=1, mode="gcm"),
    "jsch": Client(_java("JschClient", "jsch.jar"), key="rsa", tries=("keyboard",), mode="and"),
    "trilead-ssh2": Client(
        _java("TrileadClient", "trilead-ssh2.jar"), key="rsa", tries=("none", "keyboard"), mode="and"
    ),
    "ganymed-ssh2": Client(
        _java("GanymedClient", "ganymed-ssh2.jar"), key="rsa", tries=("none", "keyboard"), mode="cbc"
    ),
    "net-ssh": Client(NET_SSH, key="rsa", mode="then"),
    "phpseclib 2": Client((*PHPSECLIB, "2"), key="rsa", mode="and"),
    "phpseclib 3": Client((*PHPSECLIB, "3"), key="rsa", mode="gcm"),
    "twisted conch": Client(_python("conch_client"), tries=("keyboard",), mode="and"),
    "curl (libssh2)": Client(CURL, key="rsa", passwords=1, mode="and"),
    "ccssh": Client(_python("ccssh_client"), tries=("keyboard",), passwords=1, mode="gcm"),
    # What is in Debian's next release.
    "apache mina sshd": Client(_mina("MinaClient"), key="rsa"),
    "curl (sid)": Client(CURL, key="rsa", passwords=1, release="sid"),
    "erlang ssh (sid)": Client(_erlang("erlang_client"), key="folder", passwords=1, mode="and", release="sid"),
    "go x/crypto (sid)": Client((str(BUILT / "go-client-sid"),)),
    "jsch (sid)": Client(_java("JschClient", "jsch.jar", folder=JAVA_OF_SID), key="rsa", tries=("keyboard",)),
    "net-ssh (sid)": Client(NET_SSH, key="rsa", mode="gcm", release="sid"),
    "phpseclib 3 (sid)": Client((*PHPSECLIB, "3"), key="rsa", release="sid"),
}

DROPBEAR = (str(PEERS / "dropbear_server.sh"),)

SERVERS = {
    "go x/crypto": Server((str(BUILT / "go-server"),)),
    "node ssh2": Server((*_node("ssh2_server"),)),
    "dev-tunnels-ssh": Server(_node("dev_tunnels_server"), methods=("password",), mode="then"),
    "russh": Server((str(BUILT / "russh-server"),)),
    "erlang ssh": Server(_erlang("erlang_server"), mode="cbc"),
    "twisted conch": Server(_python("conch_server"), methods=("password", "publickey"), mode="and"),
    **{
        f"dropbear ({release})": Server(DROPBEAR, methods=("password", "publickey"), release=release)
        for release in ("bullseye", "trixie", "sid")
    },
    "libssh": Server((str(BUILT / "libssh-server"),), mode="gcm"),
    "paramiko": Server(_python("paramiko_server"), mode="then"),
    "lsh": Server((str(PEERS / "lsh_server.sh"),), methods=("password",), options=OF_2008),
    "proftpd mod_sftp": Server((str(PEERS / "proftpd_server.sh"),), mode="and"),
    "apache mina sshd": Server(_mina("MinaServer"), methods=("password", "keyboard-interactive")),
    "erlang ssh (sid)": Server(_erlang("erlang_server"), mode="and", release="sid"),
    "go x/crypto (sid)": Server((str(BUILT / "go-server-sid"),)),
    "sshesame (go)": Server((str(PEERS / "sshesame_server.sh"),), mode="gcm"),
}
