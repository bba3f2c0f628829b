"""Rows of a catalogue that can be written as they are: a look at hundreds at once instead of at each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter

import orjson
from backroom.catalogue.model import ShownRow

from sitemap.addresses import LONGEST, PLAIN, AddressError, Host
from sitemap.rendering import IMAGE_CLOSE, IMAGE_OPEN, SECONDS, w3c
from sitemap.robots import Robots

MOST_IMAGES = 1_000
"""Of one page, by Google's image extension."""
LONG = LONGEST - 300
"""Characters of a path or of an image's URL; a host's name has 253 at most."""
_NO_IMAGES = "[]"
"""As catalogues keep it."""
_PLAIN = PLAIN.encode()
_PATH, _TIME, _IMAGES = map(itemgetter, range(3))
_HOST = re.compile(r"\nhttps://([^/\n]+)/")
_BETWEEN = IMAGE_CLOSE + IMAGE_OPEN


@dataclass(frozen=True, slots=True)
class PlainRows:
    """A block of rows that are plain; all texts are escaped."""

    root: str
    """What stands before each path."""
    keys: Sequence[str]
    """The paths before they were escaped."""
    paths: Sequence[str]
    whens: Sequence[str]
    """As catalogues keep them."""
    images: Sequence[str] | None
    """XML of each one's images; None: none has any."""

    def __len__(self) -> int:
        """Count them."""
        return len(self.paths)

    @property
    def lastmod(self) -> str:
        """The latest of their times, as W3C datetime."""
        return w3c(max(self.whens))

    def body(self) -> bytes:
        """Give their XML."""
        before = f"<url><loc>{self.root}"
        if self.images is None:
            pairs = zip(self.paths, self.whens, strict=True)
            parts = [f"{path}</loc><lastmod>{when[:SECONDS]}Z</lastmod></url>\n" for path, when in pairs]
        else:
            rows = zip(self.paths, self.whens, self.images, strict=True)
            parts = [f"{path}</loc><lastmod>{when[:SECONDS]}Z</lastmod>{shown}</url>\n" for path, when, shown in rows]
        parts[0] = before + parts[0]
        return before.join(parts).encode()

    def halves(self) -> "tuple[PlainRows, PlainRows]":
        """Give two blocks of them."""
        half = len(self) // 2
        return self._part(slice(half)), self._part(slice(half, None))

    def _part(self, part: slice) -> "PlainRows":
        images = None if self.images is None else self.images[part]
        return PlainRows(self.root, self.keys[part], self.paths[part], self.whens[part], images)

    def __str__(self) -> str:
        """Name the first."""
        return f"{self.root}{self.paths[0]}"


def plain_rows(rows: Sequence[ShownRow], host: Host, robots: Robots) -> PlainRows | None:
    """Give the rows as a block if each has a time, a path that robots.txt allows, and images, and all need no escape.

    None: look at each of them. `&` and `'` are no obstacle.
    """
    paths, whens = list(map(_PATH, rows)), list(map(_TIME, rows))
    text = "\n" + "\n".join(paths)
    folder = _folder(text, paths)
    if not folder or not _are_plain(text, paths) or "" in whens or robots.may_forbid(text, folder):
        return None
    images = _images(list(map(_IMAGES, rows)))
    if images is None:
        return None
    escaped = _escaped(text).split("\n")[1:] if "&" in text or "'" in text else paths
    return PlainRows(host.root, paths, escaped, whens, images or None)


def _folder(text: str, paths: Sequence[str]) -> str:
    """Give what all paths begin with: the first one's top folder, or `/`; "" if not all are paths of this host."""
    top = paths[0][: paths[0].find("/", 1) + 1]
    if top.startswith("/") and len(top) > 2 and text.count(f"\n{top}") == len(paths):
        return top
    return "/" if text.count("\n/") == len(paths) and "\n//" not in text else ""


def _are_plain(text: str, lines: Sequence[str]) -> bool:
    """Say whether all lines, which are the text with a newline before each, are URLs that need no escape."""
    return text.encode().translate(None, _PLAIN) == b"\n" * len(lines) and not _is_long(text)


def _is_long(text: str) -> bool:
    """Say whether a line may be too long behind a host's name; looks at one place in each LONG characters only."""
    at = 0
    while len(text) - at > LONG:
        at = text.rfind("\n", at + 1, at + LONG)
        if at < 0:
            return True
    return False


def _images(column: Sequence[str]) -> list[str] | None:
    """Give the XML of each row's images; an empty list if none has any, None if not all are plain."""
    if set(column) == {_NO_IMAGES}:
        return []
    each: list[list[str]] = orjson.loads(_escaped(f"[{','.join(column)}]"))
    urls = list(chain.from_iterable(each))
    text = "\n" + "\n".join(urls)
    hosts = _HOST.findall(text)
    if len(hosts) < len(urls) or not _are_plain(text, urls) or max(map(len, each)) > MOST_IMAGES:
        return None
    if not all(map(_is_host, set(hosts))):
        return None
    return [f"{IMAGE_OPEN}{_BETWEEN.join(some)}{IMAGE_CLOSE}" if some else "" for some in each]


def _escaped(text: str) -> str:
    """Escape what a URL that needs no escape may hold and XML gives a meaning."""
    return text.replace("&", "&amp;").replace("'", "&apos;")


@lru_cache(maxsize=1_000)
def _is_host(name: str) -> bool:
    try:
        return Host(name).name == name
    except AddressError:
        return False
