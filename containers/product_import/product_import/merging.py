"""Brings accepted rows into a catalogue: chunk by chunk, a transaction each, behind the fence; removes the rest."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from backroom.catalogue.database import Catalogue, Fence
from backroom.catalogue.model import Counts
from backroom.errors import CatalogueBusyError

from product_import.chunks import in_chunks
from product_import.params import Params
from product_import.reasons import TooManyRemovals
from product_import.sifting import Sifted

CHUNK = 50_000
"""Rows of a transaction."""
_TRIES = 5
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Import:
    """One import, the same for all attempts at it."""

    id: str
    stock_at: str
    """When the feed's prices and stock were so (ISO 8601 UTC)."""
    now: datetime
    fence: Fence


def merge(catalogue: Catalogue, sifted: Sifted, params: Params, this: Import) -> Counts:
    """Merge the rows, then remove the products that the feed has not brought; may be repeated.

    Raises TooManyRemovals, CatalogueBusyError if another writer was always faster, and what fence and database raise.
    """
    before, counts = catalogue.count(), Counts()
    for chunk in in_chunks(sifted.parts, sifted.left_out, sys.maxsize if params.one_transaction else CHUNK):
        counts += _patiently(partial(catalogue.merge, chunk, this.id, this.now, this.fence))
    missing = catalogue.missing(this.id)
    if missing > params.removal_tolerance * before:
        raise TooManyRemovals(
            f"the feed leaves out {missing:,} of {before:,} products, {params.removal_tolerance:.0%} are tolerated "
            "(removal_tolerance): what it brings is in the catalogue, nothing is removed; send a whole feed or raise it"
        )
    return counts + _patiently(partial(catalogue.finish_import, this.id, this.stock_at, this.fence))


def _patiently(change: Callable[[], T]) -> T:
    """Make a change; anew where another writer has replaced the file meanwhile, of which nothing but time comes."""
    for number in range(1, _TRIES):
        try:
            return change()
        except CatalogueBusyError:
            time.sleep(number)
    return change()
