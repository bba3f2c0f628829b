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


def nearest(part: Vectors, first: int, wanted: Wanted) -> Keys:
    """Give of each row of a part those of the same part that are nearest to it; `first`: the place of its first row."""
    table = np.zeros((part.shape[0], wanted.most), np.int64)
    for start, end in _blocks(part, part):
        # Each pair is looked at once, by the row that comes first.
        row, other, score = _alike(part[start:end], part[start:], wanted.least)
        later = other > row
        row, other, score = row[later] + start, other[later] + start, score[later]
        _improve(table, row, _keys(score, other + first))
        _improve(table, other, _keys(score, row + first))
    return table


def compared(one: Vectors, two: Vectors, first_one: int, first_two: int, wanted: Wanted) -> tuple[Keys, Keys]:
    """Give of each row of two parts those of the other part that are nearest to it."""
    ones, twos = (np.zeros((part.shape[0], wanted.most), np.int64) for part in (one, two))
    for start, end in _blocks(one, two):
        row, other, score = _alike(one[start:end], two, wanted.least)
        _improve(ones, row + start, _keys(score, other + first_two))
        _improve(twos, other, _keys(score, row + start + first_one))
    return ones, twos


def joined(table: Keys, tables: tuple[Keys, Keys], which: int) -> Keys:
    """Give the nearest of a table and of one of those that `compared` gives."""
    return merged(table, tables[which])


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


def _alike(
    rows: Vectors, others: Vectors, least: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Give row, other and score of all pairs that have the least score, in order of rows."""
    cosines = rows @ others.T.tocsr()
    # Most have next to nothing in common: these are passed over before anything is done with the rest.
    kept = np.flatnonzero(cosines.data >= (least - 1) / UNIT)
    score = np.rint(cosines.data[kept] * UNIT).astype(np.int64)
    fit = score >= least
    kept, score = kept[fit], np.minimum(score[fit], UNIT)
    row = np.searchsorted(cosines.indptr, kept, side="right") - 1
    return row, cosines.indices[kept].astype(np.int64), score


def _keys(scores: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    keys: NDArray[np.int64] = scores << _SHIFT | (_LAST - others)
    return keys


def _improve(table: Keys, row: NDArray[np.int64], keys: NDArray[np.int64]) -> None:
    """Put the keys into their rows of the table, of each row the best."""
    better = np.flatnonzero(keys > table[row, -1])
    row, keys = row[better], keys[better]
    rows = np.flatnonzero(np.bincount(row, minlength=len(table)))
    found = _sorted(np.searchsorted(rows, row), keys, len(rows), table.shape[1])
    table[rows] = merged(table[rows], found)


def _sorted(row: NDArray[np.int64], keys: Keys, rows: int, most: int) -> Keys:
    """Give the table of keys of which `row` says in which row each belongs."""
    order = np.lexsort((-keys, row))
    row, keys = row[order], keys[order]
    rank = np.arange(len(row)) - np.searchsorted(row, np.arange(rows))[row]
    best = rank < most
    found = np.zeros((rows, most), np.int64)
    found[row[best], rank[best]] = keys[best]
    return found
