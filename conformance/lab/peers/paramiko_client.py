"""A paramiko session that runs a command.

Arguments: host, port, user, password, command, then any of `kex=`, `c2s=`, `s2c=`, `mac-c2s=`, `mac-s2c=` with one
algorithm. Different algorithms in the two directions are nothing that paramiko lets its users ask for, but its
transport reads the preference once for each direction, client to server first.
"""

import itertools
import logging
import socket
import sys

import paramiko


class Transport(paramiko.Transport):
    """Offers one list to one direction and another to the other."""

    def choose(self, settings: dict[str, str]) -> None:
        if "kex" in settings:
            self._preferred_kex = (settings["kex"],)
        self._ciphers = self._ways(settings, "c2s", "s2c", self._preferred_ciphers)
        self._macs = self._ways(settings, "mac-c2s", "mac-s2c", self._preferred_macs)

    @staticmethod
    def _ways(settings: dict[str, str], first: str, second: str, default: tuple[str, ...]) -> itertools.cycle:
        lists = [(settings[way],) if way in settings else default for way in (first, second)]
        return itertools.cycle(lists)

    @property
    def preferred_ciphers(self) -> tuple[str, ...]:
        return next(self._ciphers)

    @property
    def preferred_macs(self) -> tuple[str, ...]:
        return next(self._macs)


def main() -> None:
    logging.basicConfig(level=logging.DEBUG)
    host, port, user, password, command, *settings = sys.argv[1:]
    transport = Transport(socket.create_connection((host, int(port))))
    transport.choose(dict(setting.split("=", 1) for setting in settings))
    transport.start_client(timeout=10)
    transport.auth_password(user, password)
    channel = transport.open_session()
    channel.exec_command(command)
    print(channel.makefile().read(), channel.recv_exit_status())
    transport.close()


if __name__ == "__main__":
    main()
