"""Products as sparse vectors: hashed terms, weighed by how rare they are among all products of the model. Pure.

A row's numbers depend on that product and on counts over all products, never on the rows beside it: however products
are dealt out to nodes, their vectors are the same to the last bit.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from similarity.terms import Described, terms

FEATURES = 2**20
"""Columns. A term's is its hash, so that nodes need no vocabulary in common."""
Vectors: TypeAlias = Any
"""A scipy.sparse.csr_matrix (SciPy brings no types): a row a product, FEATURES columns, float32; the indices of a row
are sorted, each is there once."""


class Frequencies(NamedTuple):
    """In how many products some terms are."""

    products: int
    terms: NDArray[np.int32]
    counts: NDArray[np.int64]


def counted(products: Sequence[Described]) -> Vectors:
    """Give the products' terms with their weights."""
    # Imported here and below: it takes a second, and the main node of several has no need of it.
    from sklearn.feature_extraction import FeatureHasher

    hasher = FeatureHasher(FEATURES, input_type="pair", dtype=np.float32, alternate_sign=False)
    found = hasher.transform([terms(product).items() for product in products])
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


def common(shop: Frequencies, most: int) -> NDArray[np.int32]:
    """Give the terms that more than `most` of a shop's products have."""
    return shop.terms[shop.counts > most]


def weighed(vectors: Vectors, rarity: NDArray[np.float32], dropped: NDArray[np.int32]) -> Vectors:
    """Give the vectors, their terms weighed and some of them dropped, each of length 1, or 0 without any."""
    from sklearn.preprocessing import normalize

    data = vectors.data * rarity[vectors.indices]
    if len(dropped):
        data[np.isin(vectors.indices, dropped)] = 0
    found = csr_matrix((data, vectors.indices.copy(), vectors.indptr.copy()), vectors.shape)
    found.eliminate_zeros()
    return normalize(found, copy=False)
