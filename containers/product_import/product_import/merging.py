"""Brings accepted rows into a catalogue: what differs, chunk by chunk, behind the fence; removes the rest."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import polars as pl
from backroom.catalogue.database import Catalogue, Fence
from backroom.catalogue.importing import Difference
from backroom.catalogue.model import Counts
from backroom.worker.catalogue import patiently
from backroom.worker.feed.records import ROW

from product_import.chunks import Brought, Choice, in_chunks
from product_import.params import Params
from product_import.reasons import TooManyRemovals
from product_import.sifting import Sifted

CHUNK = 50_000
"""Rows that are staged at once: a transaction, where the catalogue does not take an import in one piece."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import, the same for all attempts at it."""

    stock_at: str
    """When the feed's prices and stock were so (ISO 8601 UTC)."""
    now: datetime
    fence: Fence


def merge(catalogue: Catalogue, sifted: Sifted, params: Params, this: Import) -> Counts:
    """Write what is new and changed, then remove the products that the feed has not brought; may be repeated.

    Raises TooManyRemovals before anything is changed, CatalogueBusyError if another writer was always faster, and what
    fence and database raise.
    """
    return patiently(partial(_merged, catalogue, sifted, params, this))


def _merged(catalogue: Catalogue, sifted: Sifted, params: Params, this: Import) -> Counts:
    counts, duplicates = Counts(), Choice(sifted.left_out)
    with catalogue.importing(this.fence) as importing:
        importing.compare(Brought(sifted.parts, duplicates))
        _mind_removals(importing.difference, params.removal_tolerance)
        places = importing.places()
        choice = duplicates if places is None else Choice(sifted.left_out, pl.Series(ROW, places, pl.Int64))
        if importing.difference.differing:
            for chunk in in_chunks(sifted.parts, choice, CHUNK):
                counts += importing.merge(chunk, this.now)
        return counts + importing.finish(this.stock_at)


def _mind_removals(difference: Difference, tolerance: float) -> None:
    if difference.missing > tolerance * difference.before:
        raise TooManyRemovals(
            f"the feed leaves out {difference.missing:,} of {difference.before:,} products, {tolerance:.0%} are "
            "tolerated (removal_tolerance): the catalogue is as it was; send a whole feed, or raise it"
        )
