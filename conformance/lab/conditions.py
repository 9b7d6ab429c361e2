"""What OpenSSH and others do under many conditions: keys, factors, uses of a session, and paths of other shapes."""

from dataclasses import replace

from lab import Lab
from labels import Label
from network import SERVER_IP, Cable
from releases import within
from sandbox import PASSWORD, USER
from sweeps import (
    BANNER,
    KEYBOARD,
    PORTS,
    STRANGER,
    TWO_FACTORS,
    TWO_TRIES,
    WRONG,
    Sweep,
    of_sshd,
    start_sshd,
)


def openssh_sweep(client: str | None = None, server: str | None = None) -> Sweep:
    """OpenSSH of these releases with each other; what both log must agree."""

    def run(lab: Lab) -> list[Label]:
        folders = start_sshd(lab, *within(server, "/usr/sbin/sshd"))
        sessions = Sessions(lab, client)
        sessions.modes()
        sessions.keys()
        sessions.factors()
        sessions.uses()
        told = {label.orig_p: label for label in of_sshd(folders)}
        names = {"client_impl": named("openssh", client), "server_impl": named("openssh", server)}
        return [replace(label, **names) for label in told.values()]

    return run


def named(program: str, release: str | None) -> str:
    return f"{program} ({release})" if release else program


class Sessions:
    """Sessions of one client with the servers that `start_sshd` started."""

    def __init__(self, lab: Lab, release: str | None) -> None:
        self._lab = lab
        self._program = within(release, "ssh")
        self._known = lab.keys.openssh("user", "ed25519")
        self._strangers = [lab.keys.openssh(f"stranger{number}", "ed25519") for number in (1, 2, 3)]

    def modes(self) -> None:
        for port in PORTS:
            self._ssh(port, passwords=[PASSWORD])
            self._ssh(port, passwords=[WRONG[0], PASSWORD])
            self._ssh(port, identities=[self._known])
        for port in (22, 2024):
            self._ssh(port, passwords=WRONG)
            self._ssh(port, "NumberOfPasswordPrompts=1", passwords=WRONG[:1])
            self._ssh(port, identities=self._strangers)
            self._ssh(port, "PreferredAuthentications=hostbased")
        self._ssh(22, "Compression=yes", passwords=[WRONG[0], PASSWORD])
        self._ssh(2024, "Compression=yes", identities=[self._known])

    def keys(self) -> None:
        both = "PreferredAuthentications=publickey,password"
        for kind in ("rsa-2048", "rsa-4096", "ecdsa-256", "ecdsa-521"):
            key = self._lab.keys.of_size("user", *kind.split("-"))
            for port in (22, 2023):
                self._ssh(port, identities=[key])
        self._ssh(22, identities=[self._lab.keys.user_certificate("user", USER)])
        self._ssh(2022, identities=[self._lab.keys.of_size("stranger", "rsa", "4096")])
        self._ssh(22, identities=[*self._strangers, self._known])
        self._ssh(2024, both, identities=self._strangers[:1], passwords=[PASSWORD])
        self._ssh(22, both, identities=self._strangers[:2], passwords=WRONG)

    def factors(self) -> None:
        keyboard = "PreferredAuthentications=keyboard-interactive"
        self._ssh(KEYBOARD, keyboard, passwords=[PASSWORD])
        self._ssh(KEYBOARD, keyboard, passwords=[WRONG[0], PASSWORD])
        self._ssh(KEYBOARD, keyboard, "NumberOfPasswordPrompts=1", passwords=WRONG[:1])
        both = "PreferredAuthentications=publickey,password"
        self._ssh(TWO_FACTORS, both, identities=[self._known], passwords=[PASSWORD])
        self._ssh(TWO_FACTORS, both, identities=[self._known], passwords=[WRONG[0], PASSWORD])
        self._ssh(TWO_FACTORS, both, identities=[self._known], passwords=WRONG)
        self._ssh(BANNER, passwords=[PASSWORD])
        self._ssh(BANNER, passwords=[WRONG[0], PASSWORD])
        self._ssh(BANNER, identities=[self._known])
        self._ssh(TWO_TRIES, passwords=WRONG)
        self._ssh(TWO_TRIES, identities=self._strangers)
        for user in ("x", STRANGER, "u" * 64):
            self._ssh(22, passwords=WRONG[:1], user=user)
        self._ssh(22, passwords=["long" * 30])

    def uses(self) -> None:
        identities = [self._known]
        for port in (22, 2024):
            self._ssh(port, "SessionType=none", "ForkAfterAuthentication=no", identities=identities, limit=2)
            self._ssh(port, "SessionType=subsystem", command="sftp", identities=identities, limit=2)
            self._ssh(port, f"LocalForward=2999 {SERVER_IP}:22", "SessionType=none", identities=identities, limit=2)
            self._ssh(port, f"RemoteForward=2998 {SERVER_IP}:22", "SessionType=none", identities=identities, limit=2)
            self._ssh(port, identities=identities, command="head -c 300000 /dev/zero")
            self._ssh(port, "RekeyLimit=16K", identities=identities, command="head -c 100000 /dev/zero")
            self._ssh(port, "RequestTTY=force", identities=identities, command="", typed="echo hello\nls /\nexit\n")
            agent = "ForwardAgent=yes"
            self._ssh(port, agent, identities=identities, agent=True)
            self._ssh(port, agent, "RequestTTY=force", identities=identities, command="", typed="exit\n", agent=True)

    def _ssh(self, port: int, *options: str, **how: object) -> None:
        self._lab.ssh(*options, port=port, program=self._program, **how)


CONDITIONS: dict[str, Sweep] = {
    "openssh": openssh_sweep(),
    "openssh-trixie": openssh_sweep("trixie", "trixie"),
    "openssh-sid": openssh_sweep("sid", "sid"),
    "openssh-from-bullseye": openssh_sweep("bullseye", None),
    "openssh-to-sid": openssh_sweep(None, "sid"),
    "openssh-offloads": openssh_sweep(),
    "openssh-thin": openssh_sweep(),
    "openssh-lossy": openssh_sweep(),
    "openssh-sid-lossy": openssh_sweep("sid", "sid"),
}
CABLES = {
    "openssh-offloads": Cable(mtu=9000, offloads=True),
    "openssh-thin": Cable(mtu=576),
    "openssh-lossy": Cable(relay="one"),
    "openssh-sid-lossy": Cable(relay="two"),
}
