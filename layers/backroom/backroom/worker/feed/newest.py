"""Gets the feed of a portion, if it is another than the last one."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from backroom.worker import Skip, Work
from backroom.worker.endings import Stopped
from backroom.worker.feed.source import LARGEST, Fetched, from_bucket, from_web
from backroom.worker.feed.state import State
from backroom.worker.web import Web


class Place(NamedTuple):
    """Where a feed is."""

    url: str | None
    """Its https address, or None where it is an object in the tenant's bucket."""
    key: str
    """Of that object, behind the tenant's prefix."""


def get_feed(
    work: Work, web: Web, place: Place, state: State | None, path: Path, now: datetime, largest: int = LARGEST
) -> Fetched:
    """Get the feed; `state` is of the last one. Raises Skip if it is the same, and the reasons of feeds and the web."""
    if place.url is None:
        fetched: Fetched | None = from_bucket(work.tenant, f"{work.portion.prefix}{place.key}", path, largest)
    else:
        known = state.etag if state else ""
        fetched = from_web(web, place.url, known, path, now, partial(_pause, work), largest)
    if fetched is None or (state is not None and state.digest == fetched.digest):
        raise Skip("the feed is what it was when it was imported last")
    return fetched


def _pause(work: Work, seconds: float) -> None:
    if work.stop.wait(seconds):
        raise Stopped("asked to stop while waiting for the feed's server")
