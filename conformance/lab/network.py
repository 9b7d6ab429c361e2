"""The network of a trace: a client's and a server's namespace, joined by an Ethernet cable or by a bad one."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from process import Started, start, wait_for_text

CLIENT, SERVER, MIDDLE = "client", "server", "middle"
CLIENT_IP, SERVER_IP = "10.77.0.1", "10.77.0.2"
CLIENT_IP6, SERVER_IP6 = "fd77::1", "fd77::2"
CLIENT_MAC, SERVER_MAC = "02:00:0a:4d:00:01", "02:00:0a:4d:00:02"
OFFLOADS = ("tso", "gso", "gro", "tx", "rx")


@dataclass(frozen=True)
class Tap:
    """Where to capture: an interface of a namespace."""

    namespace: str
    interface: str


def inside(namespace: str, command: list[str]) -> list[str]:
    """The command that runs `command` in `namespace`."""
    return ["ip", "netns", "exec", namespace, *command]


class Network:
    """The namespaces exist while it is open. `impaired` puts a relay between that drops and reorders."""

    def __init__(self, work: Path, impaired: bool = False) -> None:
        self._work = work
        self._impaired = impaired
        self._relay: Started | None = None
        self._namespaces = [CLIENT, SERVER, *([MIDDLE] if impaired else [])]
        self.tap = Tap(MIDDLE, "to_client") if impaired else Tap(CLIENT, "eth0")

    def __enter__(self) -> "Network":
        for name in self._namespaces:
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        if self._impaired:
            _cable(CLIENT, "eth0", CLIENT_MAC, MIDDLE, "to_client", "02:00:0a:4d:01:01")
            _cable(SERVER, "eth0", SERVER_MAC, MIDDLE, "to_server", "02:00:0a:4d:01:02")
            self._relay = self._start_relay()
        else:
            _cable(CLIENT, "eth0", CLIENT_MAC, SERVER, "eth0", SERVER_MAC)
        _address(CLIENT, CLIENT_IP, CLIENT_IP6)
        _address(SERVER, SERVER_IP, SERVER_IP6)
        return self

    def __exit__(self, *_: object) -> None:
        if self._relay:
            self._relay.stop()
        for name in self._namespaces:
            _ip("netns", "del", name)

    def drain(self, limit: float = 10.0) -> None:
        """Waits until neither side has a connection left, TIME_WAIT aside."""
        deadline = time.monotonic() + limit
        while any(_connections(name) for name in (CLIENT, SERVER)):
            if time.monotonic() > deadline:
                raise TimeoutError("connections are still open")
            time.sleep(0.05)
        time.sleep(0.2)

    def _start_relay(self) -> Started:
        for interface in ("to_client", "to_server"):
            _ip("-n", MIDDLE, "link", "set", interface, "promisc", "on")
        log = self._work / "relay.log"
        script = Path(__file__).with_name("impair.py")
        relay = start(inside(MIDDLE, [sys.executable, str(script), "to_client", "to_server"]), log)
        wait_for_text(log, "relaying")
        return relay


def _cable(left: str, left_name: str, left_mac: str, right: str, right_name: str, right_mac: str) -> None:
    _ip(
        *("-n", left, "link", "add", left_name, "address", left_mac, "mtu", "1500", "type", "veth"),
        *("peer", "name", right_name, "netns", right, "address", right_mac, "mtu", "1500"),
    )
    for namespace, name in ((left, left_name), (right, right_name)):
        # Without offloads the capture shows the segments and checksums that a real wire would carry.
        for offload in OFFLOADS:
            subprocess.run(inside(namespace, ["ethtool", "-K", name, offload, "off"]), check=False, capture_output=True)
        _ip("-n", namespace, "link", "set", name, "up")


def _address(namespace: str, ip4: str, ip6: str) -> None:
    _ip("-n", namespace, "addr", "add", f"{ip4}/24", "dev", "eth0")
    _ip("-n", namespace, "addr", "add", f"{ip6}/64", "dev", "eth0", "nodad")


def _connections(namespace: str) -> bool:
    command = ["ss", "-Htn", "state", "connected", "exclude", "time-wait"]
    return bool(subprocess.run(inside(namespace, command), check=True, capture_output=True).stdout.strip())


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
