"""What is written is what the protocol asks for, and says to others what the catalogue says."""

import gzip
from datetime import UTC, datetime

import orjson
import pytest
from backroom.catalogue.model import Page, ShownRow
from lxml import etree
from sitemap.addresses import Host
from sitemap.files import files
from sitemap.rendering import CLOSE, CLOSE_INDEX, OPEN, OPEN_INDEX, sitemaps
from sitemap.robots import Robots
from sitemap.selection import Selection

from tests.unit.sitemap.reading import images_of, index_locations, languages_of, pages_of

ROOT = "https://käse.example"
WRITTEN = "https://xn--kse-qla.example"


def row(number: int, path: str, *images: str) -> ShownRow:
    return (path, f"2026-11-{number:02}T03:00:00.987654Z", orjson.dumps(images).decode(), f"{number}")


def sitemap(pages: list[Page], rows: list[ShownRow]) -> bytes:
    """Give the one file of a shop."""
    selection = Selection(Host("käse.example"), Robots(""))
    (file,) = files([*selection.pages(pages), *selection.products([[one] for one in rows]), *selection.products([])])
    return gzip.decompress(file.body)


def test_pages_with_languages_and_products_with_images_are_valid_and_read_as_they_were_meant() -> None:
    when = datetime(2026, 11, 1, 8, 0, 0, 5, tzinfo=UTC)
    body = sitemap(
        [Page("/", "de-CH", "Käse & Co.", when, False, {"fr": "/fr/?a=1&b=<2>", "x-default": "/"}, ("/käse.jpg",))],
        [
            row(1, "/p/1?a=b&c='d'"),
            row(2, "/p/ü", "https://cdn.example.com/1.jpg?w=8&h=6", "//käse.example/'.jpg"),
            row(3, f'{ROOT}/"p"/<3>'),
            row(4, "/p/4", "https://cdn.example.com/4.jpg?w=8&h=6"),
        ],
    )
    assert [(page["loc"], page["lastmod"]) for page in pages_of(body)] == [
        (f"{WRITTEN}/", "2026-11-01T08:00:00Z"),
        (f"{WRITTEN}/p/1?a=b&c='d'", "2026-11-01T03:00:00Z"),
        (f"{WRITTEN}/p/%C3%BC", "2026-11-02T03:00:00Z"),
        (f"{WRITTEN}/%22p%22/%3C3%3E", "2026-11-03T03:00:00Z"),
        (f"{WRITTEN}/p/4", "2026-11-04T03:00:00Z"),
    ]
    assert languages_of(body)[0] == {
        "de-CH": f"{WRITTEN}/",
        "fr": f"{WRITTEN}/fr/?a=1&b=%3C2%3E",
        "x-default": f"{WRITTEN}/",
    }
    assert images_of(body) == [
        [f"{WRITTEN}/k%C3%A4se.jpg"],
        [],
        ["https://cdn.example.com/1.jpg?w=8&h=6", f"{WRITTEN}/'.jpg"],
        [],
        ["https://cdn.example.com/4.jpg?w=8&h=6"],
    ]


def test_an_index_is_valid() -> None:
    body = (
        OPEN_INDEX + sitemaps([(f"{WRITTEN}/s/1.xml.gz", "2026-11-01T08:00:00Z"), (f"{WRITTEN}/2", "")]) + CLOSE_INDEX
    )
    assert index_locations(body) == [f"{WRITTEN}/s/1.xml.gz", f"{WRITTEN}/2"]


@pytest.mark.parametrize(
    "wrong",
    [
        b"<url><lastmod>2026-11-01</lastmod></url>",
        b"<url><loc>https://a.example/</loc><lastmod>2026-11-01 08:00</lastmod></url>",
        b"<url><loc>https://a.example/</loc><image:image/></url>",
        b'<url><loc>https://a.example/</loc><xhtml:link rel="alternate" hreflang="not a language" href="https://a"/></url>',
        b"",
    ],
)
def test_the_schema_refuses_what_is_wrong(wrong: bytes) -> None:
    with pytest.raises(etree.DocumentInvalid):
        pages_of(OPEN + wrong + CLOSE)
