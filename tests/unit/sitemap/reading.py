"""Reads sitemaps by others' code: libxml2 validates them by the protocol's schema, Scrapy says what they name."""

from pathlib import Path
from typing import Any

from lxml import etree
from scrapy.utils.sitemap import Sitemap

_SCHEMAS = Path(__file__).parent / "schemas"
_NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
_SITEMAP, _INDEX = (etree.XMLSchema(etree.parse(_SCHEMAS / name)) for name in ("sitemap.xsd", "siteindex.xsd"))


def index_locations(body: bytes) -> list[str]:
    """Give the URLs of an index's sitemaps; raises what is wrong by the schema."""
    _INDEX.assertValid(etree.fromstring(body))
    return [entry["loc"] for entry in Sitemap(body)]


def pages_of(body: bytes) -> list[dict[str, Any]]:
    """Give what Scrapy reads of each page: loc, lastmod, alternate; raises what is wrong by the schema."""
    _SITEMAP.assertValid(etree.fromstring(body))
    return list(Sitemap(body))


def languages_of(body: bytes) -> list[dict[str, str]]:
    """Give the URL by language of each page."""
    return [
        {link.get("hreflang", ""): link.get("href", "") for link in url.findall("xhtml:link", _NAMES)}
        for url in etree.fromstring(body).findall("s:url", _NAMES)
    ]


def images_of(body: bytes) -> list[list[str]]:
    """Give the URLs of each page's images."""
    return [
        [loc.text or "" for loc in url.findall("image:image/image:loc", _NAMES)]
        for url in etree.fromstring(body).findall("s:url", _NAMES)
    ]
