"""The peers of one trace: starts servers in the server's namespace and runs clients in the client's."""

import itertools
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from implementations import BUILT, Server
from keys import Keys, public_file
from network import CLIENT, SERVER, SERVER_IP, Network, inside
from process import Started, run, start, wait_for_text
from releases import prepared, within
from sandbox import PASSWORD, USER, USER_ID

PEERS = Path(__file__).with_name("peers")
LEGACY = """openssl_conf = all
[all]
providers = providers
[providers]
default = active
legacy = active
[active]
activate = 1
"""


class Lab:
    """`folder` belongs to this trace alone; `keys` are shared by all traces."""

    def __init__(self, folder: Path, keys: Keys, network: Network) -> None:
        self.folder = folder
        self.keys = keys
        self.network = network
        self._numbers = itertools.count(1)
        self._servers: list[Started] = []

    def stop(self) -> None:
        for server in self._servers:
            server.stop()

    # Servers. Each returns the log that it writes.

    def sshd(self, host_key: Path, *options: str, authorized: Path | None = None, port: int = 22) -> Path:
        """OpenSSH's server in the foreground with one host key, so that there is no doubt which one it showed."""
        log = self._log("sshd")
        config = self.sshd_config(host_key, *options, authorized=authorized, port=port)
        command = ["/usr/sbin/sshd", "-D", "-f", str(config), "-E", str(log)]
        self._serve(command, log, f" port {port}.")
        return log

    def sshd_config(self, host_key: Path, *options: str, authorized: Path | None = None, port: int = 22) -> Path:
        keys = f"AuthorizedKeysFile {self._authorize(authorized)}" if authorized else "AuthorizedKeysFile none"
        lines = [
            *options,
            f"Port {port}",
            f"HostKey {host_key}",
            keys,
            f"AllowUsers {USER}",
            "KbdInteractiveAuthentication no",
            "LogLevel DEBUG3",
            "PidFile none",
            "StrictModes no",
            "UseDNS no",
            "UsePAM no",
        ]
        config = self.folder / f"sshd_config.{next(self._numbers)}"
        config.write_text("\n".join(lines) + "\n")
        return config

    def sshd_each(self, config: Path, port: int, *command: str) -> Path:
        """OpenSSH's server, one process and one log for each connection; the folder of the logs."""
        folder = self.folder / f"sshd.{port}"
        folder.mkdir()
        program = [*(command or ("/usr/sbin/sshd",)), "-i", "-f", str(config), "-E", "LOG"]
        self.script_server("inetd_server", str(port), str(folder), *program)
        return folder

    def uppity(self, host_key: Path, authorized: Path, port: int = 22) -> Path:
        """PuTTY's test server, one process and one log for each connection; the folder of the logs."""
        folder = self.folder / f"uppity.{port}"
        folder.mkdir()
        keys = ["--hostkey", str(host_key), "--userkey", str(public_file(authorized))]
        program = [str(BUILT / "uppity"), *keys, "--sessiondir", str(self.folder), "--sshlog", "LOG"]
        self.script_server("inetd_server", str(port), str(folder), *program)
        return folder

    def server(self, server: Server, host_key: Path, authorized: Path, port: int = 22) -> Path:
        """Any other implementation."""
        log = self._log("server")
        arguments = [SERVER_IP, str(port), str(host_key), USER, PASSWORD, str(public_file(authorized))]
        if server.command[0].endswith(".sh"):  # a script that sets the server up, in its release by itself
            root = {"ROOT": str(prepared(server.release))} if server.release else {}
            self._serve([*server.command, *arguments], log, "listening", **root)
        else:
            self._serve([*within(server.release, *server.command), *arguments], log, "listening")
        return log

    def dropbear(self, host_key: Path, port: int = 22) -> Path:
        log = self._log("dropbear")
        pid_file = self.folder / "dropbear.pid"
        command = ["dropbear", "-F", "-E", "-m", "-r", str(host_key), "-p", f"{SERVER_IP}:{port}", "-P", str(pid_file)]
        self._serve(command, log, "Not backgrounding")
        return log

    def script_server(self, script: str, *arguments: str) -> Path:
        """One of `peers/`, which prints `listening` when it does."""
        log = self._log(script)
        self._serve([sys.executable, "-u", str(PEERS / f"{script}.py"), *arguments], log, "listening")
        return log

    def python_module(self, *arguments: str, ready: str) -> Path:
        log = self._log(arguments[0])
        self._serve([sys.executable, "-u", "-m", *arguments], log, ready)
        return log

    # Clients. Each runs one session to its end and returns the log that it wrote.

    def ssh(
        self,
        *options: str,
        command: str = "echo hello",
        identities: Sequence[Path] = (),
        passwords: Sequence[str] = (),
        known_hosts: str = "",
        host: str = SERVER_IP,
        port: int = 22,
        user: str = USER,
        program: Sequence[str] = ("ssh",),
        typed: str = "",
        limit: float = 60,
        agent: bool = False,
    ) -> Path:
        """OpenSSH's client. It offers `identities`, else answers one password prompt after another.

        `typed` is typed at a terminal; after `limit` seconds the client is interrupted; `agent` starts one.
        """
        log = self._log("ssh")
        trust = self.folder / f"known_hosts.{next(self._numbers)}"
        trust.write_text(known_hosts)
        settings = [
            *options,
            f"Port={port}",
            f"UserKnownHostsFile={trust}",
            "GlobalKnownHostsFile=/dev/null",
            "IdentitiesOnly=yes",
            "NumberOfPasswordPrompts=3",
            f"StrictHostKeyChecking={'yes' if known_hosts else 'no'}",
            f"PreferredAuthentications={'publickey' if identities else 'password'}",
        ]
        arguments = [*program, "-F", "none", *([] if typed else ["-T"]), "-vvv", "-E", str(log)]
        for setting in settings:
            arguments += ["-o", setting]
        for identity in identities:
            arguments += ["-i", str(identity)]
        environment = {"SSH_ASKPASS": str(self._askpass(passwords)), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}
        arguments += [f"{user}@{host}", *([command] if command else [])]
        if agent:
            arguments = ["ssh-agent", *arguments]
        arguments = self._at_terminal(typed, arguments)
        if limit < 60:
            arguments = ["timeout", "--foreground", "--signal=INT", str(limit), *arguments]
        self._client(arguments, log, **environment)
        return log

    def ssh1(self, *options: str, identities: Sequence[Path] = (), answers: Sequence[str] = (), typed: str = "") -> Path:
        """OpenSSH's last client that speaks SSH-1. It gives `answers` to one prompt after another, then runs a command,
        or, if something is `typed`, a shell at a terminal."""
        log = self._log("ssh1")
        # Its ciphers are among those that OpenSSL calls legacy.
        openssl = self.folder / "openssl.cnf"
        openssl.write_text(LEGACY)
        arguments = ["ssh1", "-1", "-F", "none", "-v", "-E", str(log), "-o", "Cipher=3des"]
        arguments += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
        for option in options:
            arguments += ["-o", option]
        for identity in identities:
            arguments += ["-i", str(identity)]
        environment = {"SSH_ASKPASS": str(self._askpass(answers)), "DISPLAY": ":0", "OPENSSL_CONF": str(openssl)}
        arguments += [f"{USER}@{SERVER_IP}", *([] if typed else ["echo hello"])]
        self._client(self._at_terminal(typed, arguments), log, **environment)
        return log

    def plink1(self, host_key: str, *options: str, typed: str = "") -> Path:
        """Plink, which still speaks SSH-1; it takes the fingerprint of the host key."""
        log = self._log("plink")
        arguments = ["plink", "-ssh", "-1", "-noagent", "-hostkey", host_key, "-l", USER, *options, SERVER_IP]
        self._client(self._at_terminal(typed, [*arguments, *([] if typed else ["echo hello"])]), log)
        return log

    @staticmethod
    def _at_terminal(typed: str, command: list[str]) -> list[str]:
        return [sys.executable, str(PEERS / "typist.py"), typed, *command] if typed else command

    def client(self, *command: str, **environment: str) -> Path:
        """Any other program."""
        log = self._log(Path(command[0]).name)
        self._client(list(command), log, **environment)
        return log

    def script_client(self, script: str, *arguments: str) -> Path:
        """One of `peers/`."""
        log = self._log(script)
        self._client([sys.executable, "-u", str(PEERS / f"{script}.py"), *arguments], log)
        return log

    def _client(self, command: list[str], log: Path, **environment: str) -> None:
        run(inside(CLIENT, command), log, HOME=str(self.folder), **environment)
        # One session after another: their lines in a server's log do not mix.
        self.network.drain()

    def _serve(self, command: list[str], log: Path, ready: str, **environment: str) -> None:
        self._servers.append(start(inside(SERVER, command), log, HOME=str(self.folder), **environment))
        wait_for_text(log, ready)

    def _log(self, peer: str) -> Path:
        return self.folder / f"{next(self._numbers):02}-{peer}.log"

    def _authorize(self, key: Path) -> Path:
        authorized = self.folder / f"authorized_keys.{next(self._numbers)}"
        authorized.write_text(public_file(key).read_text())
        os.chown(authorized, USER_ID, USER_ID)
        return authorized

    def _askpass(self, passwords: Sequence[str]) -> Path:
        """A program that gives the next password each time it is asked."""
        number = next(self._numbers)
        answers = self.folder / f"passwords.{number}"
        answers.write_text("".join(f"{password}\n" for password in passwords))
        program = self.folder / f"askpass.{number}"
        program.write_text(f'#!/bin/sh\nhead -n 1 "{answers}"\nsed -i 1d "{answers}"\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return program
