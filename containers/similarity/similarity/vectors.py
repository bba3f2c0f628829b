"""Products as sparse vectors: hashed terms, weighed by how rare they are among all products of the model. Pure.

A row's numbers depend on that product and on counts over all products, never on the rows beside it: however products
are dealt out to nodes, their vectors are the same to the last bit.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from similarity.terms import terms, unpacked

FEATURES = 2**20
"""Hashes of terms, so that nodes need no vocabulary in common."""
Vectors: TypeAlias = Any
"""A scipy.sparse.csr_matrix (SciPy brings no types): a row a product, a column a term, float32; the indices of a row
are sorted, each is there once."""


class Frequencies(NamedTuple):
    """In how many products some terms are."""

    products: int
    terms: NDArray[np.int32]
    counts: NDArray[np.int64]


def counted(products: bytes) -> Vectors:
    """Give the terms of packed products with their weights; columns are hashes."""
    # Imported here: it takes a second, and the main node of several has no need of it.
    from sklearn.feature_extraction import FeatureHasher

    hasher = FeatureHasher(FEATURES, input_type="pair", dtype=np.float32, alternate_sign=False)
    found = hasher.transform([terms(product).items() for product in unpacked(products)])
    found.sum_duplicates()
    return found


def frequencies(vectors: Vectors) -> Frequencies:
    """Count of each term the products that have it."""
    indices: NDArray[np.int32] = vectors.indices
    found, counts = np.unique(indices, return_counts=True)
    return Frequencies(vectors.shape[0], found, counts.astype(np.int64))


class Tally:
    """Adds up frequencies: of a shop, or of all shops of a model."""

    def __init__(self) -> None:
        self.products = 0
        self.counts: NDArray[np.int64] = np.zeros(FEATURES, np.int64)

    def add(self, more: Frequencies) -> None:
        """Count more products."""
        self.products += more.products
        self.counts[more.terms] += more.counts

    def frequencies(self) -> Frequencies:
        """Give what was counted."""
        found = np.flatnonzero(self.counts).astype(np.int32)
        return Frequencies(self.products, found, self.counts[found])

    def rarity(self) -> NDArray[np.float32]:
        """Give what each term weighs: ln((1 + products) / (1 + products with it)) + 1, as TfidfTransformer has it."""
        weight: NDArray[np.float32] = (np.log((1 + self.products) / (1 + self.counts)) + 1).astype(np.float32)
        return weight


def weighed(vectors: Vectors, rarity: NDArray[np.float32], shop: Frequencies, most: int) -> Vectors:
    """Give the vectors of a shop's products as they are compared, with a column for each of the shop's terms.

    Terms are weighed; those that more than `most` of the shop's products have are left out; then each vector is given
    length 1 (0 of one without terms); then what no other product of the shop has is left out, which is half of all.
    """
    column = np.searchsorted(shop.terms, vectors.indices)
    having = shop.counts[column]
    data = np.where(having > most, 0, vectors.data * rarity[vectors.indices]).astype(np.float32)
    row = np.repeat(np.arange(vectors.shape[0]), np.diff(vectors.indptr))
    length = np.sqrt(np.bincount(row, data.astype(np.float64) ** 2, vectors.shape[0]))
    data = np.where(having > 1, data / np.maximum(length, np.finfo(np.float32).tiny)[row], 0).astype(np.float32)
    found = csr_matrix((data, column.astype(np.int32), vectors.indptr.copy()), (vectors.shape[0], len(shop.terms)))
    found.eliminate_zeros()
    return found
