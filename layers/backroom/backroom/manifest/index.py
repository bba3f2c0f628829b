"""The index of a manifest: where each portion's line lies, in the order in which the portions shall run."""

import struct
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backroom.planning.fairness import fair_order
from backroom.words import Capacity

SCHEMA = "2"
ENTRY_BYTES = 16
_ENTRY = struct.Struct("<QII")


class Entry(NamedTuple):
    """Where a line lies in manifest.jsonl: its first byte and its length without the newline; and whose it is."""

    offset: int
    length: int
    portion: int


@dataclass(frozen=True, slots=True)
class Group:
    """What portions have in common that go into the same arrays."""

    queue: Capacity = Capacity.SPOT
    memory: int | None = None
    """MiB, where the definition's do not do."""
    stage: str = ""
    """The stage that they begin with; "": the first of their own."""
    only: str | None = None
    """The stage that they combine a tenant's other portions in; None: they are such other portions."""
    waits: bool = True
    """Whether portions of this wave have to end before these, which combine them, begin."""


SPOT = Group()
"""Where every portion of a run begins."""


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
    """Gathers the entries in the order of the lines and gives them by group, in the order of fairness within each.

    Groups come in the order of their first lines; 32 bytes a portion.
    """

    def __init__(self) -> None:
        self._offsets, self._lengths, self._portions = array("Q"), array("I"), array("I")
        self._shares, self._groups, self._weights = array("I"), array("I"), array("d")
        self._sizes: dict[Group, int] = {}
        self._seconds: dict[Group, float] = {}
        self._group_numbers: dict[Group, int] = {}
        self._share_numbers: dict[tuple[int, str], int] = {}

    def __len__(self) -> int:
        return len(self._offsets)

    @property
    def groups(self) -> tuple[tuple[Group, int], ...]:
        """The groups so far and how many entries each has, in their order in the index."""
        return tuple(self._sizes.items())

    @property
    def seconds(self) -> Mapping[Group, float]:
        """What the entries of each group weigh so far."""
        return self._seconds

    def add(self, entry: Entry, tenant: str, weight: float, group: Group = SPOT) -> None:
        """Note the line of the next portion: of whom it is, how heavy (seconds), and with which others it runs."""
        number = self._group_numbers.setdefault(group, len(self._group_numbers))
        self._sizes[group] = self._sizes.get(group, 0) + 1
        self._seconds[group] = self._seconds.get(group, 0.0) + weight
        self._offsets.append(entry.offset)
        self._lengths.append(entry.length)
        self._portions.append(entry.portion)
        self._groups.append(number)
        self._shares.append(self._share_numbers.setdefault((number, tenant), len(self._share_numbers)))
        self._weights.append(weight)

    def packed(self) -> bytes:
        """Give the index as it is stored."""
        # sorted() is stable: within a group the order of fairness stays.
        order = sorted(fair_order(self._shares, self._weights), key=self._groups.__getitem__)
        return pack(Entry(self._offsets[line], self._lengths[line], self._portions[line]) for line in order)
