"""Where a tenant's sitemaps lie in its bucket, and how a new set takes the place of the old one.

Files are named by their content: one that has not changed is there already. The index is replaced in one piece, once
all its files are there; what it replaced stays until the set after, for crawlers that have read the old index. So
nobody ever sees half of a set.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import orjson
from backroom.worker import Item, Work

from sitemap.addresses import Host
from sitemap.files import SitemapFile
from sitemap.rendering import CLOSE_INDEX, OPEN_INDEX, sitemaps

INDEX = "sitemap.xml"
FOLDER = "sitemaps/"
STATE = f"{FOLDER}.sets.json"
"""Which files the index names, and which the one before named."""
MOST_FILES = 50_000
"""Of one index (sitemaps.org)."""
_GZIP, _XML, _JSON = "application/gzip", "application/xml", "application/json"
_FOREVER = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class Published:
    """A file that is there."""

    name: str
    urls: int
    lastmod: str


def publish(work: Work, item: Item, file: SitemapFile) -> Published:
    """Write a file unless it is there; raises what `work.put` raises."""
    name = f"{FOLDER}{file.digest[:32]}.xml.gz"
    key = f"{work.portion.prefix}{name}"
    if work.tenant.head(key) is None:
        work.put(item, key, file.body, _GZIP, _FOREVER)
    return Published(name, file.urls, file.lastmod)


def replace_index(work: Work, host: Host, files: Iterable[Published]) -> set[str]:
    """Put the index of these files in the place of the one before; gives the names of the files of both.

    Raises ValueError for more files than an index may name, and what `work.put` raises.
    """
    named = sorted(files, key=lambda file: file.name)
    if len(named) > MOST_FILES:
        raise ValueError(f"{len(named):,} sitemaps; an index names {MOST_FILES:,} at most")
    before = _state(work)
    now = {file.name for file in named}
    entries = sitemaps((f"{host.root}/{file.name}", file.lastmod) for file in named)
    _write(work, INDEX, OPEN_INDEX + entries + CLOSE_INDEX, _XML)
    if now != set(before["now"]):
        before = {"now": sorted(now), "before": before["now"]}
        _write(work, STATE, orjson.dumps(before), _JSON)
    return {*before["now"], *before["before"]}


def as_handover(files: Iterable[Published], left_out: dict[str, int], refused: list[str]) -> bytes:
    """Give what the stage of the files tells that of the index."""
    return orjson.dumps({"files": [asdict(file) for file in files], "left_out": left_out, "refused": refused})


def _state(work: Work) -> dict[str, list[str]]:
    try:
        state: dict[str, list[str]] = orjson.loads(work.tenant.get(f"{work.portion.prefix}{STATE}"))
    except FileNotFoundError:
        return {"now": [], "before": []}
    return state


def _write(work: Work, name: str, body: bytes, content_type: str) -> None:
    """Write an output of all portions together, unless it is so already."""
    key = f"{work.portion.prefix}{name}"
    try:
        if work.tenant.get(key) == body:
            return
    except FileNotFoundError:
        pass
    work.put(None, key, body, content_type, _SHORT)
