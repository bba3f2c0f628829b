"""The nearest neighbours of rows among other rows, by the cosine of their vectors, a block of bounded size at once.

A neighbour is one number, its key: the score, then the place from behind. So there is exactly one order among
neighbours, that of their keys: the higher score first, of two with one score the one that comes first in the
catalogue, which is in order of SKU. Tables of keys can be merged in any order. Pure.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from similarity.vectors import Vectors

UNIT = 10_000
"""Scores are whole numbers of 1/UNIT, 0 to UNIT: what differs by less is alike."""
_SHIFT = 32
_LAST = 2**_SHIFT - 1
BLOCK = 4_000_000
"""Products of two numbers that are computed at once, at most (or those of one row): some 150 MB."""
Keys = NDArray[np.int64]
"""A row a product, its neighbours' keys from the nearest on; 0: no more."""


class Wanted(NamedTuple):
    """Which neighbours a shop wants."""

    most: int
    """Of one product."""
    least: int
    """The least score, in 1/UNIT, at least 1."""


def nearest(rows: Vectors, others: Vectors, first_row: int, first_other: int, wanted: Wanted) -> Keys:
    """Give of each row those of `others` that are nearest, but not itself.

    `first_row`, `first_other`: the places of the first rows of both in the catalogue.
    """
    transposed = others.T.tocsr()
    found = np.zeros((rows.shape[0], wanted.most), np.int64)
    for start, end in _blocks(rows, others):
        scores = rows[start:end] @ transposed
        found[start:end] = _best(scores, first_row + start, first_other, wanted)
    return found


def merged(*tables: Keys) -> Keys:
    """Give the nearest of what several parts of the catalogue have for the same rows."""
    both: Keys = np.sort(np.concatenate(tables, axis=1), axis=1)
    return both[:, ::-1][:, : tables[0].shape[1]]


def places(keys: Keys) -> NDArray[np.int64]:
    """Give the neighbours' places in the catalogue; of key 0, any."""
    found: NDArray[np.int64] = _LAST - (keys & _LAST)
    return found


def scores_of(keys: Keys) -> NDArray[np.int64]:
    """Give the neighbours' scores, in 1/UNIT; 0 where there is none."""
    return keys >> _SHIFT


def _blocks(rows: Vectors, others: Vectors) -> Iterator[tuple[int, int]]:
    """Yield from where to where rows are done at once: as many as have BLOCK terms in common with others together."""
    shared = np.bincount(others.indices, minlength=others.shape[1])[rows.indices]
    before = np.concatenate(([0], np.cumsum(shared)))[rows.indptr]
    edges = np.flatnonzero(np.diff(before[:-1] // BLOCK)) + 1
    yield from zip((0, *edges), (*edges, rows.shape[0]), strict=True)


def _best(scores: Vectors, first_row: int, first_other: int, wanted: Wanted) -> Keys:
    """Give the best of each row of a product of matrices."""
    # Most products have next to nothing in common: these are passed over before anything is done with the rest.
    kept = np.flatnonzero(scores.data >= (wanted.least - 1) / UNIT)
    row = np.searchsorted(scores.indptr, kept, side="right") - 1
    score = np.rint(scores.data[kept] * UNIT).astype(np.int64)
    place = scores.indices[kept].astype(np.int64) + first_other
    fit = (score >= wanted.least) & (place != row + first_row)
    return _sorted(
        row[fit], np.minimum(score, UNIT)[fit] << _SHIFT | (_LAST - place[fit]), scores.shape[0], wanted.most
    )


def _sorted(row: NDArray[np.int64], keys: Keys, rows: int, most: int) -> Keys:
    """Give the table of keys of which `row` says in which row each belongs, ascending."""
    order = np.lexsort((-keys, row))
    keys = keys[order]
    rank = np.arange(len(row)) - np.searchsorted(row, np.arange(rows))[row]
    best = rank < most
    found = np.zeros((rows, most), np.int64)
    found[row[best], rank[best]] = keys[best]
    return found
