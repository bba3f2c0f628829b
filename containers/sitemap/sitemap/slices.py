"""One of several parts of a catalogue, so that a large one is done by several containers at once."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from backroom.catalogue.model import ShownRow


@dataclass(frozen=True, slots=True)
class Slice:
    """The products whose URL's checksum falls to it, so that several of one URL fall to the same."""

    number: int = 0
    of: int = 1

    @property
    def is_first(self) -> bool:
        """Whether the pages fall to it too."""
        return self.number == 0

    def choose(self, rows: Sequence[ShownRow]) -> Sequence[ShownRow]:
        """Give those of the rows that are its."""
        if self.of == 1:
            return rows
        return [row for row in rows if zlib.crc32(row[0].encode()) % self.of == self.number]


def slice_of(name: str) -> Slice:
    """Read an item's id, `slice-2-of-4`, counted from 1. Raises ValueError for another."""
    word, number, of, total = name.split("-")
    if (word, of) != ("slice", "of"):
        raise ValueError(f"{name!r} is no slice of a catalogue")
    return Slice(int(number) - 1, int(total))
