"""The work of stock_import: from a feed of deltas to the catalogue of a tenant's shop."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
from backroom.catalogue.database import Catalogue, Fence
from backroom.catalogue.model import TupleRows
from backroom.worker import Item, Portion, Work
from backroom.worker.catalogue import changing_catalogue, patiently
from backroom.worker.feed.limits import MB, FeedLimits
from backroom.worker.feed.newest import Place, get_feed
from backroom.worker.feed.reasons import EmptyFeed, FeedReason, TooManyRejects
from backroom.worker.feed.rows import read_rows
from backroom.worker.feed.state import State, read_state, write_state
from backroom.worker.web import Web

from stock_import.deltas import Column, Delta, Reader
from stock_import.newest import Newest
from stock_import.params import Params, parse_params
from stock_import.telling import OTHER_CURRENCY, UNKNOWN_SKU, Told

FOLDER, STATE, SCHEMA = "stock/", "stock/state.json", 1
LARGEST = 100 * MB
"""Of a feed, packed or not: some 2,000,000 deltas."""
LIMITS = FeedLimits(size=LARGEST, sheet=50 * MB)


@dataclass(frozen=True, slots=True)
class Applied:
    """What deltas came to, in products."""

    updated: int = 0
    unchanged: int = 0
    """They say what was so already, or what is older than what is known."""
    unknown: int = 0
    other_currency: int = 0


def import_stock(
    _portion: Portion, work: Work, web: Web, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Import the feeds of the portion's tenant, each an item; one that is broken keeps none of the others out."""
    params = parse_params(work.portion.params)
    for item in work.items():
        with work.item(item), tempfile.TemporaryDirectory() as folder:
            _import(work, item, web, params, Path(folder), clock())


def _import(work: Work, item: Item, web: Web, params: Params, folder: Path, now: datetime) -> None:
    """Import one feed; raises Skip if it is the last one again, and the reasons of feeds, of the web, of databases."""
    url = params.url or ""
    state = read_state(work, STATE, SCHEMA, url) if url else None
    feed = get_feed(work, web, Place(params.url, item.id), state, folder / "feed", now, LARGEST)
    told, newest = Told(), Newest()
    _read(feed.path, folder, Reader(params, min(feed.changed, now), now), told, newest)
    refusal = _refusal(told, params.reject_tolerance, _place(work, item))
    if refusal is not None:
        _put_rejects(work, item, told)
        raise refusal
    with changing_catalogue(work) as (catalogue, fence):
        applied = patiently(lambda: _apply(catalogue, newest.rounds(), now, fence, told))
    _put_rejects(work, item, told)
    _tell(work, item, told, newest.older, applied)
    if url:
        write_state(work, STATE, State(url, feed.etag, feed.digest, work.portion.fingerprint, SCHEMA))


def _read(path: Path, folder: Path, reader: Reader, told: Told, newest: Newest) -> None:
    """Read a feed's rows into what is told of it and what is newest. Raises the reasons of a feed."""
    told.format, rows = read_rows(path, folder, LIMITS)
    for number, record in rows:
        told.rows += 1
        found = reader.read(number, record)
        if isinstance(found, Delta):
            newest.add(found)
        else:
            told.reject(found)


def _refusal(told: Told, tolerance: float, place: str) -> FeedReason | None:
    """Give why nothing is taken: no row at all, none that is good, or a larger share of bad ones than that."""
    if not told.rows:
        return EmptyFeed("the feed has no row behind its header: write at least one, or no feed at all")
    if told.rejected == told.rows or told.rejected > tolerance * told.rows:
        return TooManyRejects(
            f"{told.rejected:,} of {told.rows:,} rows are bad, {tolerance:.0%} are tolerated (reject_tolerance): "
            f"{told.most_frequent()}; {place}rejects.csv names each, the catalogue is as it was"
        )
    return None


def _apply(catalogue: Catalogue, rounds: list[list[Delta]], now: datetime, fence: Fence, told: Told) -> Applied:
    """Write the deltas, in one transaction where the catalogue is a file; may be repeated."""
    applied, refused = Applied(), []
    with catalogue.one_piece(fence):
        for deltas in rounds:
            counts = catalogue.apply_stock(TupleRows(one.row for one in deltas), now, fence)
            refused.append((deltas, counts))
            applied = Applied(
                applied.updated + counts.updated,
                applied.unchanged + counts.unchanged,
                applied.unknown + len(counts.unknown),
                applied.other_currency + len(counts.other_currency),
            )
    for deltas, counts in refused:
        told.refuse(deltas, counts.unknown, UNKNOWN_SKU, Column.SKU)
        told.refuse(deltas, counts.other_currency, OTHER_CURRENCY, Column.SKU)
    return applied


def _put_rejects(work: Work, item: Item, told: Told) -> None:
    work.put(item, f"{_place(work, item)}rejects.csv", told.table(), "text/csv; charset=utf-8")


def _tell(work: Work, item: Item, told: Told, older: int, applied: Applied) -> None:
    report = {
        "format": told.format,
        "rows": told.rows,
        "rejected": told.rejected,
        "older": older,
        "updated": applied.updated,
        "unchanged": applied.unchanged,
        "unknown": applied.unknown,
        "other_currency": applied.other_currency,
        "reasons": dict(told.reasons.most_common()),
    }
    work.put(item, f"{_place(work, item)}report.json", orjson.dumps(report), "application/json")
    work.log.info("stock imported", item=item.id, **report)


def _place(work: Work, item: Item) -> str:
    return f"{work.portion.prefix}{FOLDER}{item.id}/"
