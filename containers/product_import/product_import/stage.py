"""The stage `fetch`: from a tenant's feed to its catalogue."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import psycopg
from backroom.catalogue import postgres
from backroom.catalogue.database import text
from backroom.catalogue.model import Counts
from backroom.worker import Portion, Skip, Work
from backroom.worker.catalogue import DATABASE, tenant_catalogue
from backroom.worker.database import create_tables, fence
from backroom.worker.endings import Stopped
from backroom.worker.feed.limits import MB, FeedLimits
from backroom.worker.feed.source import LARGEST, Fetched, from_bucket, from_web
from backroom.worker.web import Web

from product_import.merging import Import, merge
from product_import.params import Params, parse_params
from product_import.sifting import Sifted, mind_rejects, sift, write_accepted
from product_import.state import State, read_state, write_state

REJECTS, ACCEPTED, REPORT = "imports/rejects.csv", "imports/accepted.parquet", "imports/report.json"
SUMMARY = "summary.json"
"""What is handed over to stages that come after."""
LIMITS = FeedLimits(size=LARGEST, sheet=200 * MB)
"""So much that a feed, what is unpacked of it and what is made of it fit into the container's /tmp together."""


def fetch(_portion: Portion, work: Work, web: Web, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Import the feed of the portion's tenant, its only item."""
    for item in work.items():
        with work.item(item), tempfile.TemporaryDirectory() as folder:
            _import(work, web, Path(folder), clock())


def _import(work: Work, web: Web, folder: Path, now: datetime) -> None:
    params, state = parse_params(work.portion.params), read_state(work)
    if state is not None and not state.holds(params.url or "", work.portion.fingerprint):
        state = None
    fetched = _fetched(work, web, params, state, folder / "feed", now)
    stock_at = text(fetched.changed)
    sifted = sift(fetched.path, folder, params, stock_at, LIMITS)
    _put(work, REJECTS, sifted.rejects.path, "text/csv; charset=utf-8")
    mind_rejects(sifted, params.reject_tolerance)
    counts = _merged(work, params, sifted, fetched, stock_at, now)
    write_accepted(sifted, folder / "accepted")
    _put(work, ACCEPTED, folder / "accepted", "application/vnd.apache.parquet")
    write_state(work, State(params.url or "", fetched.etag, fetched.digest, work.portion.fingerprint))
    _tell(work, sifted, counts)


def _fetched(work: Work, web: Web, params: Params, state: State | None, path: Path, now: datetime) -> Fetched:
    """Get the feed; raises Skip if it is what was imported last, and the reasons of a feed or of the web."""
    if params.url is None:
        fetched: Fetched | None = from_bucket(work.tenant, f"{work.portion.prefix}{params.key}", path)
    else:
        fetched = from_web(web, params.url, state.etag if state else "", path, now, partial(_pause, work))
    if fetched is None or (state is not None and state.digest == fetched.digest):
        raise Skip("the feed is what it was when it was imported last")
    return fetched


def _pause(work: Work, seconds: float) -> None:
    if work.stop.wait(seconds):
        raise Stopped("asked to stop while waiting for the feed's server")


def _merged(work: Work, params: Params, sifted: Sifted, fetched: Fetched, stock_at: str, now: datetime) -> Counts:
    # Another attempt that finds another feed begins another import: what the one before brought is not its own.
    import_id = f"{work.outputs.token.run}/{fetched.digest[:12]}"
    guard = _fence_of_file if params.one_transaction else _fence
    with tenant_catalogue(work) as catalogue:
        if not params.one_transaction:
            _prepare(os.environ[DATABASE])
        return merge(catalogue, sifted, params, Import(import_id, stock_at, now, partial(guard, work)))


def _fence(work: Work, connection: Any) -> None:
    fence(connection, work)


def _fence_of_file(work: Work, connection: Any) -> None:
    create_tables(connection)
    fence(connection, work)


def _prepare(dsn: str) -> None:
    """Bring the schema of a PostgreSQL to date; of several containers that begin at once, one does."""
    postgres.migrate(dsn)
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('backroom_fence'))")
        create_tables(connection)


def _put(work: Work, name: str, path: Path, content_type: str) -> None:
    work.put(None, f"{work.portion.prefix}{name}", path.read_bytes(), content_type)


def _tell(work: Work, sifted: Sifted, counts: Counts) -> None:
    told = {
        "format": sifted.format,
        "rows": sifted.rows,
        "accepted": sifted.accepted,
        "rejected": sifted.rejected,
        "reasons": dict(sifted.rejects.reasons.most_common()),
        **asdict(counts),
    }
    work.hand_over(SUMMARY, orjson.dumps(told))
    work.put(None, f"{work.portion.prefix}{REPORT}", orjson.dumps(told), "application/json")
    work.log.info("feed imported", **told)
