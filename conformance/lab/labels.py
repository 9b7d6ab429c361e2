"""What a trace's `expected.json` says about a connection."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path


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
