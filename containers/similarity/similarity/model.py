"""The steps from shops' products to their neighbours: one model of all shops, neighbours within each shop alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from backroom.catalogue.model import Product

from similarity.crew import Crew, Handle
from similarity.neighbours import Wanted, compared, joined, nearest
from similarity.terms import packed
from similarity.vectors import Frequencies, Tally, counted, frequencies, weighed

COMMON = 10_000
"""Products of a shop: a term that more of them have tells too little to be compared by.

So the work grows with the products, not with their square; in a shop of so many or fewer nothing is left out.
"""
SMALLEST, LARGEST = 1_000, 20_000
"""Products of a part, if the shop has that many."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop whose products have been taken in."""

    skus: Sequence[str]
    size: int
    """Products of each part but the last."""
    parts: Sequence[Handle]
    """Vectors, not yet weighed."""
    counts: Sequence[Handle]
    """Frequencies of each part."""


def part_size(products: int, width: int) -> int:
    """Give how many products a part of a shop shall have, so that all who compute have something to do."""
    return min(max(SMALLEST, -(-products // (2 * width))), LARGEST)


def take_in(crew: Crew, products: Iterable[Product], size: int) -> Shop:
    """Count the terms of a shop's products, which come in order of SKU, in parts of `size`."""
    skus: list[str] = []
    parts, counts = [], []
    left = iter(products)
    while some := list(islice(left, size)):
        skus += (product.sku for product in some)
        parts.append(crew.submit(counted, crew.hold(packed(some))))
        counts.append(crew.submit(frequencies, parts[-1]))
    return Shop(skus, size, parts, counts)


def learned(crew: Crew, shop: Shop) -> Frequencies:
    """Give the frequencies of a shop."""
    tally = Tally()
    for handle in shop.counts:
        tally.add(crew.take(handle))
    return tally.frequencies()


def neighbours(crew: Crew, shop: Shop, known: Frequencies, rarity: Handle, wanted: Wanted) -> list[Handle]:
    """Have the neighbours of a shop's products computed: a table of keys for each part."""
    counts = crew.hold(known)
    vectors = [crew.submit(weighed, part, rarity, counts, COMMON) for part in shop.parts]
    firsts = range(0, shop.size * len(vectors), shop.size)
    tables = [crew.submit(nearest, part, first, wanted) for part, first in zip(vectors, firsts, strict=True)]
    for one, two in combinations(range(len(vectors)), 2):
        both = crew.submit(compared, vectors[one], vectors[two], firsts[one], firsts[two], wanted)
        tables[one] = crew.submit(joined, tables[one], both, 0)
        tables[two] = crew.submit(joined, tables[two], both, 1)
    return tables
