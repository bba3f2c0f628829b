"""Which pages and products a sitemap names, and why others are left out. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import orjson
from backroom.catalogue.model import Page, ShownRow

from sitemap.addresses import AddressError, Host
from sitemap.blocks import SIZE, Block, Entries, in_blocks
from sitemap.entry import Entry
from sitemap.plain import MOST_IMAGES, plain_rows
from sitemap.rendering import w3c
from sitemap.robots import Robots

SHOWN = 100
"""Refused addresses that a report names."""
LONGEST_REASON = 300
"""Characters; an address that is refused may be of any length."""
HOME = Page("/")
_LANGUAGE = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)


@dataclass(slots=True)
class Selection:
    """Makes entries, and counts what it leaves out."""

    host: Host
    robots: Robots
    left_out: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    """What stands behind the host in the URLs so far; some 130 bytes each."""

    def pages(self, pages: Iterable[Page]) -> Iterator[Block]:
        """Yield blocks of pages, the home page always among them unless robots.txt keeps crawlers from it."""
        known = list(pages)
        with_home = known if any(page.path == "/" for page in known) else [HOME, *known]
        return in_blocks(entry for page in with_home if (entry := self._page(page)))

    def products(self, shown: Iterable[Sequence[ShownRow]]) -> Iterator[Block]:
        """Yield blocks of products; one without a URL has no page, and several of one URL have one."""
        for rows in (some[at : at + SIZE] for some in shown for at in range(0, len(some), SIZE)):
            plain = plain_rows(rows, self.host, self.robots)
            if plain is not None and self._are_new(plain.keys):
                yield plain
            elif entries := [entry for row in rows if (entry := self._product(row))]:
                yield Entries(entries)

    def _page(self, page: Page) -> Entry | None:
        if page.noindex:
            self.left_out["noindex"] += 1
            return None
        loc = self._loc(page.path)
        if loc is None:
            return None
        return Entry(loc, _time(page), self._images(page.images), self._alternates(page, loc))

    def _product(self, row: ShownRow) -> Entry | None:
        path, when, images, _ = row
        if not path:
            self.left_out["no_url"] += 1
            return None
        loc = self._loc(path)
        if loc is None:
            return None
        return Entry(loc, w3c(when), self._images(orjson.loads(images)))

    def _loc(self, text: str) -> str | None:
        loc = self._checked(self.host.address, text, "not_an_address")
        if loc is None:
            return None
        if not self.robots.allows(loc):
            self.left_out["robots"] += 1
            return None
        if not self._are_new([loc[len(self.host.root) :]]):
            self.left_out["duplicate"] += 1
            return None
        return loc

    def _are_new(self, paths: Sequence[str]) -> bool:
        """Say whether none of these has been there before, nor two of them are the same; if so, remember them."""
        if not self._seen.isdisjoint(paths):
            return False
        before = len(self._seen)
        self._seen.update(paths)
        if len(self._seen) < before + len(paths):
            self._seen.difference_update(paths)
            return False
        return True

    def _alternates(self, page: Page, loc: str) -> dict[str, str]:
        """Give the page in all its languages, its own included, as hreflang wants it; none of a page in one only."""
        found = {}
        for locale, path in page.alternates.items():
            language, href = _language(locale), self._checked(self.host.address, path, "alternate_not_an_address")
            if language is None:
                self.left_out["alternate_not_a_language"] += 1
            elif href is not None:
                found[language] = href
        own = _language(page.locale)
        return ({own: loc} if own else {}) | found if found else {}

    def _images(self, images: Iterable[str]) -> tuple[str, ...]:
        found = (self._checked(self.host.image, image, "image_not_an_address") for image in images)
        return tuple(islice((image for image in found if image is not None), MOST_IMAGES))

    def _checked(self, check: Callable[[str], str], text: str, kind: str) -> str | None:
        try:
            return check(text)
        except AddressError as error:
            self.left_out[kind] += 1
            if len(self.refused) < SHOWN:
                self.refused.append(str(error)[:LONGEST_REASON])
            return None


def _language(locale: str) -> str | None:
    """Give a locale as hreflang writes it; None if it is none."""
    language = locale.replace("_", "-")
    return language if _LANGUAGE.fullmatch(language) else None


def _time(page: Page) -> str:
    return f"{page.updated_at:%Y-%m-%dT%H:%M:%SZ}" if page.updated_at else ""
