"""The index of a manifest: where each portion's line lies, in the order in which the portions shall run."""

import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backroom.planning.fairness import fair_order

SCHEMA = "1"
ENTRY_BYTES = 16
_ENTRY = struct.Struct("<QQ")


class Entry(NamedTuple):
    """Where a line lies in manifest.jsonl: its first byte and its length without the newline."""

    offset: int
    length: int


def pack(entries: Iterable[Entry]) -> bytes:
    """Give the index as it is stored: 16 bytes an entry."""
    return b"".join(_ENTRY.pack(*entry) for entry in entries)


def unpack(stored: bytes) -> list[Entry]:
    """Read an index whose length is a multiple of 16 bytes."""
    return [Entry(*entry) for entry in _ENTRY.iter_unpack(stored)]


def spans(entries: Sequence[Entry], most: int) -> Iterator[list[Entry]]:
    """Group entries, sorted by offset, so that a group is at most `most` bytes wide or a single entry."""
    group: list[Entry] = []
    for entry in entries:
        if group and entry.offset + entry.length - group[0].offset > most:
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


class IndexBuilder:
    """Gathers the entries in the order of the lines and gives them in the order of fairness; 28 bytes a portion."""

    def __init__(self) -> None:
        self._offsets, self._lengths = array("Q"), array("Q")
        self._tenants, self._weights = array("L"), array("d")
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._offsets)

    def add(self, entry: Entry, tenant: str, weight: float) -> None:
        """Note the line of the next portion: of whom it is and how heavy (seconds)."""
        self._offsets.append(entry.offset)
        self._lengths.append(entry.length)
        self._tenants.append(self._numbers.setdefault(tenant, len(self._numbers)))
        self._weights.append(weight)

    def packed(self) -> bytes:
        """Give the index as it is stored, in the order of fairness."""
        order = fair_order(self._tenants, self._weights)
        return pack(Entry(self._offsets[line], self._lengths[line]) for line in order)
