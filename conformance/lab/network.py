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
SMALLEST_MTU_OF_IP6 = 1280
OFFLOADS = ("tso", "gso", "gro", "tx", "rx")


@dataclass(frozen=True)
class Tap:
    """Where to capture: an interface of a namespace."""

    namespace: str
    interface: str


@dataclass(frozen=True)
class Cable:
    """What joins client and server. With offloads the capture has segments longer than the MTU.

    `relay` puts a relay between that drops and reorders: `fixed` is a fixed plan, any other text seeds chance.
    """

    mtu: int = 1500
    offloads: bool = False
    relay: str | None = None


def inside(namespace: str, command: list[str]) -> list[str]:
    """The command that runs `command` in `namespace`."""
    return ["ip", "netns", "exec", namespace, *command]


class Network:
    """The namespaces exist while it is open."""

    def __init__(self, work: Path, cable: Cable) -> None:
        self._work = work
        self._cable = cable
        self._relay: Started | None = None
        self._namespaces = [CLIENT, SERVER, *([MIDDLE] if cable.relay else [])]
        self.tap = Tap(MIDDLE, "to_client") if cable.relay else Tap(CLIENT, "eth0")

    def __enter__(self) -> "Network":
        for name in self._namespaces:
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        if self._cable.relay:
            _join(self._cable, CLIENT, "eth0", CLIENT_MAC, MIDDLE, "to_client", "02:00:0a:4d:01:01")
            _join(self._cable, SERVER, "eth0", SERVER_MAC, MIDDLE, "to_server", "02:00:0a:4d:01:02")
            self._relay = self._start_relay(self._cable.relay)
        else:
            _join(self._cable, CLIENT, "eth0", CLIENT_MAC, SERVER, "eth0", SERVER_MAC)
        wide = self._cable.mtu >= SMALLEST_MTU_OF_IP6
        _address(CLIENT, CLIENT_IP, CLIENT_IP6 if wide else None)
        _address(SERVER, SERVER_IP, SERVER_IP6 if wide else None)
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

    def _start_relay(self, plan: str) -> Started:
        for interface in ("to_client", "to_server"):
            _ip("-n", MIDDLE, "link", "set", interface, "promisc", "on")
        log = self._work / "relay.log"
        script = Path(__file__).with_name("impair.py")
        seed = [] if plan == "fixed" else [plan]
        relay = start(inside(MIDDLE, [sys.executable, str(script), "to_client", "to_server", *seed]), log)
        wait_for_text(log, "relaying")
        return relay


def _join(cable: Cable, left: str, left_name: str, left_mac: str, right: str, right_name: str, right_mac: str) -> None:
    mtu = ("mtu", str(cable.mtu))
    _ip(
        *("-n", left, "link", "add", left_name, "address", left_mac, *mtu, "type", "veth"),
        *("peer", "name", right_name, "netns", right, "address", right_mac, *mtu),
    )
    for namespace, name in ((left, left_name), (right, right_name)):
        # Without offloads the capture shows the segments and checksums that a real wire would carry.
        for offload in () if cable.offloads else OFFLOADS:
            subprocess.run(inside(namespace, ["ethtool", "-K", name, offload, "off"]), check=False, capture_output=True)
        _ip("-n", namespace, "link", "set", name, "up")


def _address(namespace: str, ip4: str, ip6: str | None) -> None:
    _ip("-n", namespace, "addr", "add", f"{ip4}/24", "dev", "eth0")
    if ip6:
        _ip("-n", namespace, "addr", "add", f"{ip6}/64", "dev", "eth0", "nodad")


def _connections(namespace: str) -> bool:
    command = ["ss", "-Htn", "state", "connected", "exclude", "time-wait"]
    return bool(subprocess.run(inside(namespace, command), check=True, capture_output=True).stdout.strip())


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
