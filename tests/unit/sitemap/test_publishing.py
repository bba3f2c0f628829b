"""How a new set takes the place of the old one: whatever happens, a crawler finds a whole set."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from backroom.catalogue.bucket_file import FILE
from backroom.catalogue.model import ProductRow
from backroom.catalogue.sqlite import SqliteCatalogue
from sitemap.publishing import STATE

from tests.integration.catalogue.rows import product
from tests.unit.sitemap.shop import Killed, Mortal, Shop

LATER = datetime(2026, 11, 28, tzinfo=UTC)


def products(*numbers: int, title: str = "A") -> list[ProductRow]:
    return [product(f"{number:03}", title=title) for number in numbers]


def paths(*numbers: int) -> list[str]:
    return ["/", *(f"/p/{number:03}" for number in numbers)]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_shop_without_anything_has_its_home_page(shop: Shop) -> None:
    shop.make(1)
    assert shop.crawl() == ["/"]
    shop.put("robots.txt", b"User-agent: *\nDisallow: /")
    shop.make(2)
    assert (shop.named(), shop.crawl()) == ([], [])
    assert orjson.loads(shop.get("sitemaps/report.json")) == {"urls": 0, "left_out": {"robots": 1}, "refused": []}


def test_slices_name_the_same_pages_as_one_file(shop: Shop) -> None:
    shop.stock(products(*range(100)))
    shop.make(1)
    assert shop.crawl() == paths(*range(100))
    shop.make(2, slices=3)
    assert len(shop.named()) == 3
    assert shop.crawl() == paths(*range(100))


def test_only_files_of_which_something_changed_are_written_and_old_ones_stay_for_one_set_more(shop: Shop) -> None:
    shop.stock(products(*range(50)))
    shop.make(1, slices=3)
    first = shop.files()
    shop.make(2, slices=3)
    assert shop.files() == first, "nothing is written twice"
    shop.stock([*products(*range(49)), *products(49, title="B")], LATER)
    shop.make(3, slices=3)
    second = shop.files()
    (new,) = set(second) - set(first)
    assert first.items() <= second.items(), "what the index before names is there still"
    (old,) = set(first) - set(shop.named())
    assert set(shop.named()) == set(first) - {old} | {new}
    shop.stock(products(*range(50), title="C"), LATER)
    shop.make(4, slices=3)
    assert set(shop.files()) == set(shop.named()) | set(second) - {old}


def test_what_a_run_left_that_failed_goes_with_the_next(shop: Shop) -> None:
    shop.stock(products(1, 2))
    shop.make(1)
    shop.stock(products(1, 2, 3))
    leave_a_file(shop)
    (orphan,) = set(shop.files()) - set(shop.named())
    shop.stock(products(1, 2, 3, 4))
    shop.make(3)
    assert orphan not in shop.files()
    assert shop.crawl() == paths(1, 2, 3, 4)


def leave_a_file(shop: Shop) -> None:
    """Kill a run as soon as it has written a file."""
    before = set(shop.files())
    for moments in range(100):
        with pytest.raises(Killed):
            shop.make(2, mortal=Mortal(moments))
        if set(shop.files()) != before:
            return
    raise AssertionError("no file was written")


@pytest.mark.parametrize("slices", [1, 2])
def test_whenever_it_is_killed_a_crawler_finds_the_old_set_or_the_new_one_and_another_attempt_ends_well(
    shop: Shop, tmp_path: Path, slices: int
) -> None:
    for moment in range(200):
        (tmp_path / str(moment)).mkdir()
        shop = Shop(tmp_path / str(moment))
        for day, numbers in enumerate([(1, 2), (2, 3)], 1):
            shop.stock(products(*numbers))
            shop.make(day, slices)
        shop.stock(products(3, 4))
        mortal = Mortal(moment)
        try:
            shop.make(3, slices, mortal)
        except Killed:
            assert shop.crawl() in (paths(2, 3), paths(3, 4))
        else:
            assert moment > 20
            return
        shop.make(3, slices, attempt=2)
        assert shop.crawl() == paths(3, 4)
        before = orjson.loads(shop.get(STATE))["before"]
        assert set(shop.files()) == set(shop.named()) | set(before), "and nothing is left over"
    raise AssertionError("it never came to its end")


MANY = """
INSERT INTO products SELECT 'shop', printf('%07d', n), 'A', '/p/' || n, '', 999, 'EUR', 1, '', '', '', '', '[]', '{}',
'2026-11-27T03:00:00.000000Z', '', NULL FROM (
WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300000) SELECT n FROM c)
"""


def test_a_shop_with_300_000_products(shop: Shop) -> None:
    catalogue = SqliteCatalogue("shop", shop.folder / FILE)
    with catalogue.transaction() as connection:
        connection.execute(MANY)
    shop.put(FILE, catalogue.path.read_bytes())
    shop.make(1)
    assert len(shop.named()) == 7, "of 50,000 at most, and the home page is the first of 300,001"
    assert set(shop.crawl()) == {"/", *(f"/p/{number}" for number in range(1, 300_001))}
