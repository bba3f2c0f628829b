"""A shop's file: its products with their neighbours, compressed; of the same neighbours, the same bytes. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
from isal import isal_zlib

from similarity.neighbours import UNIT, Keys, places, scores_of

_PIECE = 1 << 20
"""Bytes that are compressed at once: the compressor's output depends on it."""
_LEVEL, _GZIP = 2, 31


@dataclass(frozen=True, slots=True)
class Written:
    """A file, and what it holds."""

    body: bytes
    """Gzip of NDJSON."""
    products: int
    with_similar: int
    """Products that have one neighbour at least."""


def write(skus: Sequence[str], tables: Iterable[Keys]) -> Written:
    """Give the file of a shop whose products, in order, have these neighbours."""
    file, first, found = _Gzip(), 0, 0
    for table in tables:
        file.add(b"".join(_lines(skus, first, table)))
        first += len(table)
        found += int(np.count_nonzero(table[:, 0]))
    return Written(file.finish(), first, found)


def _lines(skus: Sequence[str], first: int, table: Keys) -> Iterable[bytes]:
    """Yield a line a product."""
    rows = zip(places(table).tolist(), scores_of(table).tolist(), strict=True)
    for at, (others, scores) in enumerate(rows, first):
        pairs = zip(others, scores, strict=True)
        similar = [{"sku": skus[other], "score": score / UNIT} for other, score in pairs if score]
        yield orjson.dumps({"sku": skus[at], "similar": similar}, option=orjson.OPT_APPEND_NEWLINE)


class _Gzip:
    """Compresses in pieces of one size, however the bytes come."""

    def __init__(self) -> None:
        self._compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
        self._left, self._done = bytearray(), bytearray()

    def add(self, body: bytes) -> None:
        self._left += body
        end = len(self._left) - len(self._left) % _PIECE
        for at in range(0, end, _PIECE):
            self._done += self._compressor.compress(bytes(self._left[at : at + _PIECE]))
        del self._left[:end]

    def finish(self) -> bytes:
        return bytes(self._done + self._compressor.compress(bytes(self._left)) + self._compressor.flush())
