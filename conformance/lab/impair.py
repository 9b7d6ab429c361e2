"""A bad cable: relays Ethernet frames between two interfaces, and drops, delays or doubles some of them.

It does what `tc netem` does, for kernels without it, and by a fixed plan: frames with TCP payload are counted in each
direction, and the plan names the numbers that suffer. A retransmission is a frame like any other, with the next number.

Arguments: both interfaces, then optionally a seed. With it, chance picks who suffers, and every frame takes some time.
"""

import heapq
import itertools
import random
import select
import socket
import sys
import time
from collections.abc import Iterator

DROP, DELAY, DOUBLE = "drop", "delay", "double"
DELAY_SECONDS = 0.03
#: With a seed: how often out of a hundred, and how long every frame is under way.
CHANCES = {DROP: 3, DELAY: 6, DOUBLE: 1, None: 90}
LATENCY_SECONDS = 0.01
# Payload frames: 1 is the identification line; what comes next depends on timing, and any of it may suffer.
FROM_CLIENT = {2: DROP, 4: DELAY, 6: DOUBLE, 9: DROP, 12: DELAY, 15: DROP}
FROM_SERVER = {2: DOUBLE, 3: DELAY, 6: DROP, 9: DELAY, 11: DROP, 14: DELAY}

ETHERNET_HEADER = 14


def payload_length(frame: bytes) -> int:
    """Bytes of TCP payload of an IPv4 frame, zero for anything else."""
    if frame[12:14] != b"\x08\x00" or frame[ETHERNET_HEADER + 9] != socket.IPPROTO_TCP:
        return 0
    ip_header = (frame[ETHERNET_HEADER] & 15) * 4
    ip_total = int.from_bytes(frame[ETHERNET_HEADER + 2 : ETHERNET_HEADER + 4], "big")
    tcp_header = (frame[ETHERNET_HEADER + ip_header + 12] >> 4) * 4
    return ip_total - ip_header - tcp_header


class Way:
    """One direction of the cable."""

    def __init__(self, source: socket.socket, sink: socket.socket, fates: Iterator[str | None], latency: float) -> None:
        """`fates` are those of the frames with payload, one after another; without latency a frame passes at once."""
        self.source = source
        self._sink = sink
        self._fates = fates
        self._latency = latency
        self._order = itertools.count()
        self._delayed: list[tuple[float, int, bytes]] = []

    def take(self) -> None:
        frame, address = self.source.recvfrom(65535)
        if address[2] == socket.PACKET_OUTGOING:
            return
        fate = next(self._fates) if payload_length(frame) > 0 else None
        if fate == DROP:
            return
        delay = self._latency + (DELAY_SECONDS if fate == DELAY else 0)
        for _ in range(2 if fate == DOUBLE else 1):
            if delay:
                heapq.heappush(self._delayed, (time.monotonic() + delay, next(self._order), frame))
            else:
                self._sink.send(frame)

    def release(self) -> None:
        while self._delayed and self._delayed[0][0] <= time.monotonic():
            self._sink.send(heapq.heappop(self._delayed)[2])


def planned(plan: dict[int, str]) -> Iterator[str | None]:
    return (plan.get(number) for number in itertools.count(1))


def drawn(seed: str) -> Iterator[str | None]:
    draw = random.Random(seed)
    while True:
        yield draw.choices(list(CHANCES), list(CHANCES.values()))[0]


def listen(interface: str) -> socket.socket:
    every_protocol = socket.htons(3)
    frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, every_protocol)
    frames.bind((interface, 0))
    return frames


def main() -> None:
    client, server = (listen(name) for name in sys.argv[1:3])
    seed = sys.argv[3] if len(sys.argv) > 3 else None
    from_client = drawn(f"{seed} client") if seed else planned(FROM_CLIENT)
    from_server = drawn(f"{seed} server") if seed else planned(FROM_SERVER)
    latency = LATENCY_SECONDS if seed else 0.0
    ways = {client: Way(client, server, from_client, latency), server: Way(server, client, from_server, latency)}
    print("relaying", flush=True)
    while True:
        ready, _, _ = select.select(list(ways), [], [], 0.002)
        for source in ready:
            ways[source].take()
        for way in ways.values():
            way.release()


if __name__ == "__main__":
    main()
