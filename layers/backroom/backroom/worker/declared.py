"""Items that a stage declares: not those of the manifest, but what an earlier stage handed over.

They may be a million, so the worker asks no more of them than that they are a sequence: `ItemLines` keeps them on disk.
"""

import hashlib
import os
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

import orjson

from backroom.worker.portion import Item, Portion
from backroom.worker.work import Work

Items = Callable[[Work], Sequence[Item]]
"""Gives a stage's items, the same in every attempt: by what it is given, a checkpoint is known to be of this work."""


class ItemLines(Sequence[Item]):
    """Items in a file of JSON arrays, one a line: `["ID", "VERSION", BYTES, ...]`; in memory each takes 8 bytes.

    What comes behind the third value is the job's own (`row`). May be read from any thread.
    """

    def __init__(self, path: Path) -> None:
        """`path` has to stay as it is."""
        self._path, self._file = path, path.open("rb")
        self._starts = array("Q", [0])
        for line in self._file:
            self._starts.append(self._starts[-1] + len(line))

    def __len__(self) -> int:
        """Say how many there are."""
        return len(self._starts) - 1

    def row(self, index: int) -> list[Any]:
        """Give a line's values; raises IndexError."""
        if not 0 <= index < len(self):
            raise IndexError(f"there are {len(self)} items, none is number {index}")
        start, end = self._starts[index : index + 2]
        values: list[Any] = orjson.loads(os.pread(self._file.fileno(), end - start, start))
        return values

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        """Give one item, or some; raises IndexError."""
        if isinstance(index, slice):
            return [self[one] for one in range(len(self))[index]]
        return _item(index, self.row(index))

    def rows(self) -> Iterator[list[Any]]:
        """Yield all lines' values, in order."""
        with self._path.open("rb") as file:
            yield from map(orjson.loads, file)

    def __iter__(self) -> Iterator[Item]:
        """Yield all items, in order."""
        return (_item(index, row) for index, row in enumerate(self.rows()))


def unpack_lines(packed: bytes, path: Path) -> ItemLines:
    """Give the items of a gzip of such lines, unpacked to `path`. Raises gzip.BadGzipFile, EOFError."""
    # Imported here: a container that has no such items need not wait for it.
    import gzip
    import shutil
    from io import BytesIO

    with gzip.open(BytesIO(packed)) as lines, path.open("wb") as file:
        shutil.copyfileobj(lines, file)
    return ItemLines(path)


def declare(work: Work, items: Items) -> Work:
    """Give the same work on the items that its stage declares."""
    portion = work.portion
    declared = items(work)
    return replace(work, portion=replace(portion, items=declared, declared=True, digest=digest_of(portion, declared)))


def digest_of(portion: Portion, items: Sequence[Item]) -> str:
    """Give 12 hex digits over declared items and the portion's parameters, in constant memory."""
    digest = hashlib.sha256(orjson.dumps(["declared", portion.tenant, portion.fingerprint]))
    for item in items:
        digest.update(orjson.dumps([item.id, item.version, item.bytes]))
    return digest.hexdigest()[:12]


def _item(index: int, row: Sequence[Any]) -> Item:
    return Item(index, str(row[0]), str(row[1]), int(row[2]))
