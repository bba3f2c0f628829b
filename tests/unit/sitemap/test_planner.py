"""Into which slices a tenant's catalogue is planned, and what makes them new."""

from collections.abc import Mapping
from typing import Any, cast

import pytest
from backroom.tenants import Tenant, parse
from planners.sitemap import BYTES_OF_A_PRODUCT, Params, planner
from pydantic import ValidationError

TENANT = cast("Tenant", parse({"tenant": "shop", "bucket": "backroom-shop", "enabled": True, "prefix": "shop/"}))


class Listing:
    """A bucket that may be listed and nothing else."""

    def __init__(self, objects: Mapping[str, tuple[str, int]]) -> None:
        self.objects = dict(objects)

    def list_objects_v2(self, Bucket: str, Prefix: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert Bucket == "backroom-shop"
        found = sorted(key for key in self.objects if key.startswith(Prefix))
        rows = [{"Key": key, "ETag": f'"{self.objects[key][0]}"', "Size": self.objects[key][1]} for key in found]
        return {"Contents": rows, "IsTruncated": False}


def items(objects: Mapping[str, tuple[str, int]], **params: Any) -> list[tuple[str, str, int]]:
    found = planner.items(cast("Any", Listing(objects)), TENANT, Params(host="shop.example.com", **params))
    return [(item.id, item.version, item.size) for item in found]


def test_a_shop_without_a_catalogue_has_a_sitemap_too() -> None:
    assert items({}) == [("slice-1-of-1", "none+none", 0)]
    assert items({"shop/catalogue.sqlite-journal": ("j", 9)}) == items({}), "another object is no catalogue"


def test_a_changed_catalogue_and_a_changed_robots_txt_make_it_new() -> None:
    before = {
        "shop/catalogue.sqlite": ("c1", 1000),
        "shop/catalogue.sqlite.old": ("o", 1),
        "shop/robots.txt": ("r1", 9),
    }
    assert items(before) == [("slice-1-of-1", "c1+r1", 1000)]
    versions = {items(before | change)[0][1] for change in ({}, {"shop/catalogue.sqlite": ("c2", 1000)})}
    assert versions | {items(before | {"shop/robots.txt": ("r2", 9)})[0][1]} == {"c1+r1", "c2+r1", "c1+r2"}


def test_a_large_catalogue_is_cut_into_slices_whose_names_sort() -> None:
    size = 25 * 1000 * BYTES_OF_A_PRODUCT
    found = items({"shop/catalogue.sqlite": ("c", size)}, products=2_000)
    assert [name for name, _, _ in found] == sorted(f"slice-{number:02}-of-13" for number in range(1, 14))
    assert len(items({}, slices=3)) == 3


def test_one_in_postgres_is_always_new() -> None:
    assert items({}, catalogue="postgres") != items({}, catalogue="postgres")


@pytest.mark.parametrize("host", ["", "localhost", "https://a.b", "a.b/c", "a b.c", "a.b:80", "user@a.b"])
def test_what_is_no_host_is_refused_when_the_run_is_planned(host: str) -> None:
    with pytest.raises(ValidationError, match="host"):
        Params(host=host)
