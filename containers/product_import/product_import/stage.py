"""The stage `fetch`: from a tenant's feed to its catalogue."""

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import orjson
from backroom.catalogue.database import text
from backroom.catalogue.model import Counts
from backroom.worker import Portion, Skip, Work
from backroom.worker.catalogue import changing_catalogue
from backroom.worker.feed.limits import MB, FeedLimits
from backroom.worker.feed.newest import Place, get_feed
from backroom.worker.feed.reasons import MissingFeed
from backroom.worker.feed.source import from_bucket
from backroom.worker.feed.state import State, read_state, write_state
from backroom.worker.web import Web

from product_import.merging import Import, merge
from product_import.params import Params, parse_params
from product_import.pictures import HANDOVER, Pictures, pictures_of
from product_import.sifting import Sifted, mind_rejects, sift, write_accepted

REJECTS, ACCEPTED, REPORT = "imports/rejects.csv", "imports/accepted.parquet", "imports/report.json"
STATE = "imports/state.json"
SCHEMA = 1
"""Raised when the same feed would be read otherwise than before: everything is imported anew then."""
SUMMARY = "summary.json"
"""What is handed over to stages that come after."""
LIMITS = FeedLimits(sheet=200 * MB)
"""So much that a feed, what is unpacked of it and what is made of it fit into the container's /tmp together."""


def fetch(_portion: Portion, work: Work, web: Web, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Import the feed of the portion's tenant, its only item."""
    for item in work.items():
        with work.item(item), tempfile.TemporaryDirectory() as folder:
            _import(work, web, Path(folder), clock())


def _import(work: Work, web: Web, folder: Path, now: datetime) -> None:
    params = parse_params(work.portion.params)
    state = read_state(work, STATE, SCHEMA, params.url or "")
    try:
        fetched = get_feed(work, web, Place(params.url, params.key), state, folder / "feed", now)
    except Skip:
        # Its images may be others under the same addresses, or have failed.
        _hand_over_pictures(work, params, _accepted_before(work, folder / "accepted"))
        raise
    stock_at = text(fetched.changed)
    sifted = sift(fetched.path, folder, params, stock_at, LIMITS)
    _put(work, REJECTS, sifted.rejects.path, "text/csv; charset=utf-8")
    mind_rejects(sifted, params.reject_tolerance)
    counts = _merged(work, params, sifted, stock_at, now)
    write_accepted(sifted, folder / "accepted")
    _put(work, ACCEPTED, folder / "accepted", "application/vnd.apache.parquet")
    pictures = _hand_over_pictures(work, params, folder / "accepted")
    write_state(work, STATE, State(params.url or "", fetched.etag, fetched.digest, work.portion.fingerprint, SCHEMA))
    _tell(work, sifted, counts, pictures)


def _accepted_before(work: Work, path: Path) -> Path | None:
    """Get the rows that were accepted when the feed was imported; None if somebody has removed them since."""
    try:
        return from_bucket(work.tenant, f"{work.portion.prefix}{ACCEPTED}", path).path
    except MissingFeed:
        return None


def _hand_over_pictures(work: Work, params: Params, accepted: Path | None) -> Pictures:
    pictures = pictures_of(accepted, params.most_images)
    work.hand_over(HANDOVER, pictures.packed)
    return pictures


def _merged(work: Work, params: Params, sifted: Sifted, stock_at: str, now: datetime) -> Counts:
    with changing_catalogue(work) as (catalogue, fence):
        return merge(catalogue, sifted, params, Import(stock_at, now, fence))


def _put(work: Work, name: str, path: Path, content_type: str) -> None:
    work.put(None, f"{work.portion.prefix}{name}", path.read_bytes(), content_type)


def _tell(work: Work, sifted: Sifted, counts: Counts, pictures: Pictures) -> None:
    told = {
        "format": sifted.format,
        "rows": sifted.rows,
        "accepted": sifted.accepted,
        "rejected": sifted.rejected,
        "reasons": dict(sifted.rejects.reasons.most_common()),
        **asdict(counts),
        "images": pictures.count,
        "more_images": pictures.more,
    }
    work.hand_over(SUMMARY, orjson.dumps(told))
    work.put(None, f"{work.portion.prefix}{REPORT}", orjson.dumps(told), "application/json")
    work.log.info("feed imported", **told)
