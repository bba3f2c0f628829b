"""What a shop's robots.txt keeps crawlers from: such pages do not belong into a sitemap either."""

import re
from typing import NamedTuple

from backroom.worker import Work
from protego import Protego

FILE = "robots.txt"
LARGEST = 500 * 1024
"""Bytes that crawlers read (RFC 9309, 2.5)."""
_CRAWLER = "*"
_FORBID_NOTHING = ("allow", "user", "sitemap", "site-map", "host", "crawl", "request", "visit")
"""How the lines begin that forbid nothing, as protego reads them."""


class Robots:
    """The rules for crawlers that have none of their own."""

    def __init__(self, text: str) -> None:
        self._rules = Protego.parse(text) if text.strip() else None
        self._marks = _marks(text)

    def may_forbid(self, paths: str, folder: str) -> bool:
        """Say whether any of these plain paths may be forbidden: ask then `allows` of each.

        In `paths` each has a newline before it; all begin with `folder`.
        """
        return self._marks is None or any(mark.may_fit(paths, folder) for mark in self._marks)

    def allows(self, url: str) -> bool:
        """Say whether a crawler may read this."""
        return self._rules is None or bool(self._rules.can_fetch(url, _CRAWLER))


class _Mark(NamedTuple):
    """What a path must have to fall under a rule that forbids."""

    begin: str
    pieces: tuple[str, ...]
    """Each stands somewhere in it."""

    def may_fit(self, paths: str, folder: str) -> bool:
        """Say whether one of the paths may have it all."""
        if not (self.begin.startswith(folder) or folder.startswith(self.begin)):
            return False
        return f"\n{self.begin}" in paths and all(piece in paths for piece in self.pieces)


def _marks(text: str) -> list[_Mark] | None:
    """Give a mark for each rule that forbids; None if that cannot be said."""
    marks = []
    for line in text.splitlines():
        rule = line.partition("#")[0].strip()
        path = re.split(r"[:\s]", f"{rule} ", maxsplit=1)[1].strip()
        if not path or rule.lower().startswith(_FORBID_NOTHING):
            continue
        if not path.startswith("/") or "%" in path or not path.isascii():
            return None
        begin, *pieces = re.split(r"[*$]", path)
        marks.append(_Mark(begin, tuple(piece for piece in pieces if piece)))
    return marks


def read_robots(work: Work) -> Robots:
    """Read the tenant's robots.txt; without one everything is allowed."""
    try:
        body = work.tenant.get(f"{work.portion.prefix}{FILE}")
    except FileNotFoundError:
        body = b""
    return Robots(body[:LARGEST].decode("utf-8", "replace"))
