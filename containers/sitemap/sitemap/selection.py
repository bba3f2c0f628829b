"""Which pages and products a sitemap names, and why others are left out. Pure."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from backroom.catalogue.model import Page, Product

from sitemap.addresses import AddressError, Host
from sitemap.entry import Entry
from sitemap.robots import Robots

SHOWN = 100
"""Refused addresses that a report names."""
MOST_IMAGES = 1_000
"""Of one page, by Google's image extension."""
HOME = Page("/")


@dataclass(frozen=True, slots=True)
class Slice:
    """One of several parts of a catalogue: the SKUs whose checksum falls to it."""

    number: int = 0
    of: int = 1

    def __contains__(self, sku: str) -> bool:
        return self.of == 1 or zlib.crc32(sku.encode()) % self.of == self.number


@dataclass(slots=True)
class Selection:
    """Makes entries, and counts what it leaves out."""

    host: Host
    robots: Robots
    left_out: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    def pages(self, pages: Iterable[Page]) -> Iterator[Entry]:
        """Yield the entries of pages, the home page always among them unless robots.txt keeps crawlers from it."""
        known = list(pages)
        for page in known if any(page.path == "/" for page in known) else [HOME, *known]:
            if page.noindex:
                self.left_out["noindex"] += 1
            elif (loc := self._loc(page.path)) is not None:
                yield Entry(loc, lastmod(page.updated_at), self._images(page.images), self._alternates(page, loc))

    def products(self, products: Iterable[Product]) -> Iterator[Entry]:
        """Yield the entries of products; one without a URL has no page."""
        for product in products:
            if not product.url:
                self.left_out["no_url"] += 1
            elif (loc := self._loc(product.url)) is not None:
                yield Entry(loc, lastmod(product.updated_at), self._images(product.images))

    def _loc(self, text: str) -> str | None:
        loc = self._checked(self.host.address, text, "not_an_address")
        if loc is not None and not self.robots.allows(loc):
            self.left_out["robots"] += 1
            return None
        return loc

    def _alternates(self, page: Page, loc: str) -> dict[str, str]:
        """Give the page in all its languages, its own included, as hreflang wants it; none of a page in one only."""
        kind = "alternate_not_an_address"
        found = {
            locale: url
            for locale, path in page.alternates.items()
            if (url := self._checked(self.host.address, path, kind)) is not None
        }
        return ({page.locale: loc} if page.locale else {}) | found if found else {}

    def _images(self, images: tuple[str, ...]) -> tuple[str, ...]:
        found = (self._checked(self.host.image, image, "image_not_an_address") for image in images[:MOST_IMAGES])
        return tuple(image for image in found if image is not None)

    def _checked(self, check: Callable[[str], str], text: str, kind: str) -> str | None:
        try:
            return check(text)
        except AddressError as error:
            self.left_out[kind] += 1
            if len(self.refused) < SHOWN:
                self.refused.append(str(error))
            return None


def lastmod(when: datetime | None) -> str:
    """Give a time in UTC as W3C datetime; "" of None."""
    return f"{when:%Y-%m-%dT%H:%M:%SZ}" if when else ""
