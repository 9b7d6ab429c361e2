"""One tcpdump around one trace."""

import re
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from network import Tap, inside
from process import Started, start, wait_for_text


@dataclass(frozen=True)
class Opened:
    """A TCP connection: when its first packet came, in seconds since the epoch, and between whom."""

    at: float
    orig_h: str
    orig_p: int
    resp_h: str
    resp_p: int


SYN = re.compile(r"^(\d+\.\d+) IP6? (\S+)\.(\d+) > (\S+)\.(\d+): ", re.M)


def opened(pcap: Path) -> list[Opened]:
    """The connections of a capture, in order. This is all that is ever read of one."""
    only = "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn or (ip6 and ip6[53] & 18 == 2)"
    command = ["tcpdump", "-tt", "-n", "-r", str(pcap), only]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    connections: dict[tuple[str, ...], Opened] = {}
    for at, orig_h, orig_p, resp_h, resp_p in SYN.findall(text):
        opened = Opened(float(at), orig_h, int(orig_p), resp_h, int(resp_p))
        connections.setdefault((orig_h, orig_p, resp_h, resp_p), opened)
    return list(connections.values())


class Capture:
    """Context manager: listens when entered, and on leaving checks that the kernel dropped nothing."""

    def __init__(self, tap: Tap, pcap: Path, log: Path) -> None:
        self._tap = tap
        self._pcap = pcap
        self._log = log
        self._tcpdump: Started | None = None

    def __enter__(self) -> "Capture":
        tcpdump = ["tcpdump", "-n", "-U", "--immediate-mode", "-s", "0", "-Z", "root"]
        tcpdump += ["-i", self._tap.interface, "-w", str(self._pcap), "tcp"]
        self._tcpdump = start(inside(self._tap.namespace, tcpdump), self._log)
        wait_for_text(self._log, "listening on")
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        assert self._tcpdump
        self._tcpdump.stop(signal.SIGINT)
        dropped = re.search(r"(\d+) packets dropped by kernel", self._log.read_text())
        if failure is None and (dropped is None or dropped[1] != "0"):
            raise RuntimeError(f"tcpdump lost packets:\n{self._log.read_text()}")
