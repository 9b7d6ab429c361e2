"""What a trace's `expected.json` says about a connection."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from capture import Opened


@dataclass(frozen=True)
class Label:
    """One TCP connection as its peers told it. `None` is: no peer said so. README.md describes the fields."""

    orig_h: str | None = None
    orig_p: int | None = None
    resp_h: str | None = None
    resp_p: int | None = None
    version: int | None = None
    client: str | None = None
    server: str | None = None
    kex_alg: str | None = None
    host_key_alg: str | None = None
    cipher_c2s: str | None = None
    cipher_s2c: str | None = None
    mac_c2s: str | None = None
    mac_s2c: str | None = None
    compression_c2s: str | None = None
    compression_s2c: str | None = None
    host_key_fingerprint: str | None = None
    auth_success: bool | None = None
    auth_failures: int | None = None
    auth_methods_tried: list[list[str]] | None = None
    session: str | None = None
    agent_forwarding: bool | None = None
    rekeys: int | None = None
    client_impl: str | None = None
    server_impl: str | None = None

    def merge(self, other: "Label") -> "Label":
        """Joins what two sources say, and refuses to choose where they disagree."""
        merged = {}
        for field in fields(self):
            ours, theirs = getattr(self, field.name), getattr(other, field.name)
            if ours is not None and theirs is not None and ours != theirs:
                raise ValueError(f"peers disagree on {field.name}: {ours!r} and {theirs!r}")
            merged[field.name] = theirs if ours is None else ours
        return Label(**merged)


def merge_all(*sources: Iterable[Label]) -> list[Label]:
    """Joins several sources' lists, connection by connection, in the order in which they were made."""
    merged = []
    for labels in zip(*sources, strict=True):
        total = Label()
        for label in labels:
            total = total.merge(label)
        merged.append(total)
    return merged


def write(path: Path, labels: list[Label]) -> None:
    for label in labels:
        if None in (label.orig_h, label.orig_p, label.resp_h, label.resp_p):
            raise ValueError(f"a connection without its addresses: {label}")
    path.write_text(json.dumps([asdict(label) for label in labels], indent=2) + "\n")


def place(labels: list[Label], opened: list[Opened]) -> list[Label]:
    """Adds addresses to the labels of peers that do not log them: those connections that are left, in order."""
    taken = {label.orig_p for label in labels}
    left = iter([one for one in opened if one.orig_p not in taken])
    without = sum(label.orig_p is None for label in labels)
    if without and without != sum(one.orig_p not in taken for one in opened):
        raise ValueError(f"{without} labels for {len(opened)} connections")
    placed = []
    for label in labels:
        one = None if label.orig_p else next(left)
        placed.append(
            replace(label, orig_h=one.orig_h, orig_p=one.orig_p, resp_h=one.resp_h, resp_p=one.resp_p) if one else label
        )
    return placed


def write_lines(path: Path, pcap: str, labels: list[Label], opened: list[Opened]) -> None:
    """One line for each connection, in place of those of an earlier recording."""
    lines = path.read_text().splitlines() if path.exists() else []
    kept = [line for line in lines if json.loads(line)["pcap"] != pcap]
    times = {(one.orig_h, one.orig_p): one.at for one in opened}
    new = [json.dumps(_line(pcap, label, times)) for label in labels]
    path.write_text("".join(f"{line}\n" for line in (*kept, *new)))


def _line(pcap: str, label: Label, times: dict[tuple[str, int], float]) -> dict[str, object]:
    """A label under the names that sets of many connections use."""
    line = {
        "pcap": pcap,
        "client_ip": label.orig_h,
        "client_port": label.orig_p,
        "server_ip": label.resp_h,
        "server_port": label.resp_p,
        "ts": times[label.orig_h, label.orig_p],
        "client_impl": label.client_impl,
        "server_impl": label.server_impl,
        "client_version": label.client,
        "server_version": label.server,
        "kex": label.kex_alg,
        "host_key_alg": label.host_key_alg,
        "cipher": label.cipher_c2s,
        "mac": label.mac_c2s,
        "compression": label.compression_c2s,
        "auth_methods_tried": label.auth_methods_tried,
        "auth_success": label.auth_success or False,
        "auth_attempts_failed_excluding_none": label.auth_failures,
        "session": label.session,
        "agent_forwarding": label.agent_forwarding,
        "rekeys": label.rekeys,
    }
    for ours, theirs in (("cipher_s2c", "cipher_c2s"), ("mac_s2c", "mac_c2s")):
        if getattr(label, ours) != getattr(label, theirs):
            line[ours] = getattr(label, ours)
    return line
