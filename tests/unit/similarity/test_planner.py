"""Which tenants share a model, and what makes it new."""

from collections.abc import Mapping
from typing import Any, cast

import pytest
from backroom.tenants import Tenant, parse
from planners.similarity import BYTES_OF_A_PRODUCT, PRODUCTS_A_SECOND, Params, planner
from pydantic import ValidationError
from similarity.params import parse_wanted

from tests.unit.sitemap.test_planner import Listing

FILE = "shop/catalogue.sqlite"


def tenant(**params: Any) -> Tenant:
    record = {"tenant": "shop", "bucket": "backroom-shop", "enabled": True, "prefix": "shop/"}
    return cast("Tenant", parse({**record, "params": {"similarity": params} if params else {}}))


def item(objects: Mapping[str, tuple[str, int]], **params: Any) -> tuple[str, int]:
    (found,) = planner.items(cast("Any", Listing(objects)), tenant(**params), Params(**params))
    return found.version, found.size


def test_tenants_are_of_the_model_that_their_record_names() -> None:
    assert planner.group(tenant()) == planner.group(tenant(k=5)) == "shop"
    assert planner.group(tenant(model="toys")) == "toys"
    assert planner.together, "a model is of all its tenants"


def test_a_tenant_s_one_item_is_as_new_as_its_catalogue() -> None:
    assert item({}) == ("none", 0)
    assert item({FILE: ("c1", 1_000), f"{FILE}-journal": ("j", 9)}) == ("c1", 1_000)
    assert item({FILE: ("c2", 1_000)}) != item({FILE: ("c1", 1_000)})
    assert item({}, catalogue="postgres") != item({}, catalogue="postgres")


def test_a_large_catalogue_weighs_what_its_products_do() -> None:
    (found,) = planner.items(cast("Any", Listing({FILE: ("c", BYTES_OF_A_PRODUCT * 60_000)})), tenant(), Params())
    assert planner.weigh(Params())(found) == pytest.approx(60_000 / PRODUCTS_A_SECOND, rel=0.01)


@pytest.mark.parametrize(
    "params", [{"model": "Shop"}, {"model": "a/b"}, {"model": "x" * 33}, {"k": 0}, {"k": 101}, {"least": 0}, {"l": 1}]
)
def test_what_makes_no_sense_is_refused_when_the_run_is_planned(params: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Params(**params)


def test_the_container_reads_what_the_planner_writes() -> None:
    assert parse_wanted(Params(k=3, least=0.00001).model_dump(mode="json")) == (3, 1)
    assert parse_wanted(Params().model_dump(mode="json")) == (10, 1_000)
