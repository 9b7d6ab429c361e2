"""One tcpdump around one trace."""

import re
import signal
from pathlib import Path

from network import Tap, inside
from process import Started, start, wait_for_text


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
