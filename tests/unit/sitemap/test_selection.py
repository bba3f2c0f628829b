"""What a sitemap names of a catalogue: the same whether rows are looked at by hundreds or one by one."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from backroom.catalogue.model import Page, ShownRow
from hypothesis import given
from hypothesis import strategies as st
from sitemap import selection as module
from sitemap.addresses import Host
from sitemap.blocks import Block, Entries
from sitemap.entry import Entry
from sitemap.files import files
from sitemap.robots import Robots
from sitemap.selection import Selection
from sitemap.slices import Slice, slice_of

from tests.unit.sitemap.test_files import read

WHEN = "2026-11-27T03:00:00.123456Z"
FORBIDS = "User-agent: *\nDisallow: /cart\nDisallow: /*?sort=\nAllow: /cart/help\n"


def row(url: str, images: str = "[]", when: str = WHEN) -> ShownRow:
    return (url, when, images, "sku")


def selection(robots: str = "") -> Selection:
    return Selection(Host("a.b"), Robots(robots))


def located(blocks: Iterable[Block]) -> list[str]:
    """Give the URLs of the sitemaps of these blocks, as a parser reads them."""
    return [entry.loc for entry in found(blocks)]


def found(blocks: Iterable[Block]) -> list[Entry]:
    """Give the entries of the sitemaps of these blocks, as a parser reads them."""
    return [entry for file in files(blocks) for entry in read(file)]


paths = st.one_of(
    st.text(st.sampled_from("/ab?=&'%é <#"), max_size=6),
    st.sampled_from(["/cart", "/cart/help", "/p?sort=a", "https://a.b/a", "//a.b/b", "/a", "/b", "javascript:x"]),
)
IMAGES = ["[]", '["https://a.b/i.jpg?a&b"]', '["https://cdn.c.d/1.jpg", "https://a.b/\'"]']
plain_rows_ = st.lists(
    st.builds(row, st.sampled_from(["/a", "/b?c=d&e", "/'c", "/d/"]), st.sampled_from(IMAGES)), max_size=4
)
any_rows = st.lists(
    st.builds(row, paths, st.sampled_from([*IMAGES, '["/i.jpg", "x:y"]']), st.sampled_from(["", WHEN])), max_size=12
)
rows = st.one_of(plain_rows_, any_rows)


@given(rows, st.sampled_from(["", FORBIDS]))
def test_rows_by_the_hundred_give_what_rows_one_by_one_give(some: list[ShownRow], robots: str) -> None:
    one_by_one, at_once = selection(robots), selection(robots)
    with patch.object(module, "plain_rows", return_value=None):
        expected = found(one_by_one.products([some]))
    assert found(at_once.products([some])) == expected
    assert (at_once.left_out, at_once.refused) == (one_by_one.left_out, one_by_one.refused)
    assert len(expected) + at_once.left_out.total() - at_once.left_out["image_not_an_address"] == len(some)


def test_plain_rows_are_written_at_once_and_others_only_once() -> None:
    chosen = selection(FORBIDS)
    many = [row(f"/p/{number}") for number in range(2_200)]
    blocks = list(chosen.products([many, many[:3], [row("https://a.b/p/7")]]))
    assert [(len(block), str(block)) for block in blocks] == [
        (1_000, "https://a.b/p/0"),
        (1_000, "https://a.b/p/1000"),
        (200, "https://a.b/p/2000"),
    ]
    assert chosen.left_out == {"duplicate": 4}


LINES = st.sampled_from(
    [
        "User-agent: *",
        "Disallow: /a",
        "disallow /b$",
        "Disallow: /*b",
        "Allow: /a/b",
        "Disallow:",
        "Dissalow: /%61",
        "# x",
    ]
)


@given(st.lists(LINES, max_size=6), st.lists(st.text(st.sampled_from("ab/?="), max_size=5), max_size=5))
def test_what_is_not_looked_at_closely_is_allowed(lines: list[str], tails: list[str]) -> None:
    robots = Robots("\n".join(lines))
    folder = "/a" if tails and all(tail.startswith("a") for tail in tails) else "/"
    if not robots.may_forbid("".join(f"\n/{tail}" for tail in tails), folder):
        assert all(robots.allows(f"https://a.b/{tail}") for tail in tails)


def test_every_rule_of_a_usual_robots_txt_is_seen_at_once() -> None:
    robots = Robots(FORBIDS)
    assert not robots.may_forbid("\n/p/1\n/c\n/a?page=2", "/")
    assert not robots.may_forbid("\n/p/1\n/p/cart", "/p/")
    assert robots.may_forbid("\n/p/1\n/cart/1", "/")
    assert robots.may_forbid("\n/p/1?sort=price", "/p/")
    assert robots.may_forbid("\n/cart/1", "/cart/")


@given(st.lists(paths, max_size=30), st.integers(1, 5))
def test_slices_share_the_rows_out_and_those_of_one_url_stay_together(urls: list[str], of: int) -> None:
    some = [row(url) for url in urls]
    parts: list[Sequence[ShownRow]] = [Slice(number, of).choose(some) for number in range(of)]
    assert sorted(one for part in parts for one in part) == sorted(some)
    owners = {url: {number for number, part in enumerate(parts) if row(url) in part} for url in urls}
    assert all(len(owner) == 1 for owner in owners.values())


def test_a_slice_is_named() -> None:
    assert slice_of("slice-02-of-12") == Slice(1, 12)
    with pytest.raises(ValueError, match="no slice"):
        slice_of("part-1-in-2")


def test_pages_have_their_languages_and_the_home_page_is_never_missing() -> None:
    when = datetime(2026, 11, 27, 3, tzinfo=UTC)
    about = Page("/about", "en_GB", "About", when, False, {"de": "/ueber", "not a language": "/x"}, ("/i.jpg",))
    chosen = selection(FORBIDS)
    hidden = Page("/thanks", noindex=True)
    (block,) = chosen.pages([about, hidden, Page("/cart"), Page("/about", "fr")])
    assert isinstance(block, Entries)
    assert [entry.loc for entry in block.entries] == ["https://a.b/", "https://a.b/about"]
    entry = block.entries[1]
    assert entry.alternates == {"en-GB": "https://a.b/about", "de": "https://a.b/ueber"}
    assert (entry.lastmod, entry.images) == ("2026-11-27T03:00:00Z", ("https://a.b/i.jpg",))
    assert chosen.left_out == {"noindex": 1, "robots": 1, "duplicate": 1, "alternate_not_a_language": 1}


def test_what_is_no_address_is_named() -> None:
    chosen = selection()
    assert located(
        chosen.products([[row("javascript:alert(1)", '["data:x"]'), row("/a", '["data:x", "/b.jpg"]')]])
    ) == ["https://a.b/a"]
    assert chosen.left_out == {"not_an_address": 1, "image_not_an_address": 1}
    assert "javascript" in chosen.refused[0]


def test_a_report_is_bounded_whatever_addresses_there_are() -> None:
    chosen = selection()
    assert located(chosen.products([[row(f"/{number} {'x' * 5_000}") for number in range(300)]])) == []
    assert chosen.left_out == {"not_an_address": 300}
    assert (len(chosen.refused), max(map(len, chosen.refused))) == (100, 300)
