"""Sitemap files: well-formed, within the limits, with nothing lost."""

import gzip
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sitemap.blocks import in_blocks
from sitemap.entry import Entry
from sitemap.files import MOST_BYTES, SitemapFile, files
from sitemap.rendering import CLOSE_INDEX, OPEN_INDEX, sitemaps

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
IMAGE = "{http://www.google.com/schemas/sitemap-image/1.1}"
LINK = "{http://www.w3.org/1999/xhtml}link"
WHEN = "2026-11-27T03:00:00Z"


def read(file: SitemapFile) -> list[Entry]:
    """Read a file as a crawler does, by a parser that knows nothing of us."""
    body = gzip.decompress(file.body)
    assert len(body) == file.size
    return [_entry(url) for url in ElementTree.fromstring(body)]  # noqa: S314 - our own


def _entry(url: ElementTree.Element) -> Entry:
    links = {link.attrib["hreflang"]: link.attrib["href"] for link in url.iter(LINK)}
    images = tuple(image.text or "" for image in url.iter(f"{IMAGE}loc"))
    return Entry(url.findtext(f"{SITEMAP}loc", ""), url.findtext(f"{SITEMAP}lastmod", ""), images, links)


urls = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20).map("https://a.b/{}".format)
entries = st.builds(
    Entry,
    urls,
    st.sampled_from(["", WHEN]),
    st.lists(urls, max_size=2).map(tuple),
    st.dictionaries(st.sampled_from(["de", "en", "x-default"]), urls, max_size=2),
)


@given(st.lists(entries, max_size=30), st.integers(1, 10), st.integers(800, 3_000))
def test_every_entry_is_in_one_file_in_order_and_no_file_is_too_large(
    given_: list[Entry], most_urls: int, most_bytes: int
) -> None:
    found = list(files(in_blocks(given_), most_urls, most_bytes))
    assert [entry for file in found for entry in read(file)] == given_
    assert all(0 < file.urls <= most_urls and file.size <= most_bytes for file in found)
    assert all(file.urls == len(read(file)) for file in found)


def test_a_full_file_has_fifty_thousand_urls() -> None:
    many = [Entry(f"https://a.b/{number}", WHEN) for number in range(100_001)]
    assert [file.urls for file in files(in_blocks(many))] == [50_000, 50_000, 1]


def test_fifty_megabytes_end_a_file_before_its_urls_do() -> None:
    images = tuple(f"https://a.b/{'i' * 2_000}{number}" for number in range(10))
    found = list(files(in_blocks(Entry(f"https://a.b/{number}", WHEN, images) for number in range(3_000))))
    assert len(found) == 2
    assert max(file.size for file in found) <= MOST_BYTES
    assert found[0].size > 0.9 * MOST_BYTES


def test_an_entry_that_no_file_can_hold_is_named() -> None:
    with pytest.raises(ValueError, match=r"https://a\.b/x takes .* bytes"):
        list(files(in_blocks([Entry("https://a.b/x", WHEN, ("https://a.b/" + "i" * 2_000,))]), most_bytes=1_000))


def test_the_same_entries_have_the_same_digest_and_others_another() -> None:
    one, two = [Entry("https://a.b/1", WHEN)], [Entry("https://a.b/1", "2026-11-28T03:00:00Z")]
    digests = [next(files(in_blocks(some))).digest for some in (one, one, two)]
    assert digests[0] == digests[1] != digests[2]
    assert next(files(in_blocks(one + two))).lastmod == "2026-11-28T03:00:00Z"


def test_an_index_names_its_files() -> None:
    body = OPEN_INDEX + sitemaps([("https://a.b/s?a&b.gz", WHEN), ("https://a.b/2.gz", "")]) + CLOSE_INDEX
    found = ElementTree.fromstring(body)  # noqa: S314 - our own
    assert [one.findtext(f"{SITEMAP}loc") for one in found] == ["https://a.b/s?a&b.gz", "https://a.b/2.gz"]
    assert [one.findtext(f"{SITEMAP}lastmod") for one in found] == [WHEN, None]
