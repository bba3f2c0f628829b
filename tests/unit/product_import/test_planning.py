"""What a tenant may say of its feed, and that the container takes all of it."""

import pytest
from backroom.catalogue.model import Field
from backroom.tenants import Tenant
from backroom.worker.feed.columns import NAMES
from imaging.params import Format
from imaging.params import Params as Sizes
from imaging.params import parse_params as parse_sizes
from planners.product_import import Params, planner
from product_images.params import Manners, parse_manners
from product_import.columns import Wanted
from product_import.params import parse_params
from product_import.validation import Usual
from pydantic import ValidationError


@pytest.mark.parametrize("field", Field)
def test_every_field_that_the_planner_takes_a_column_for_is_one_that_the_container_looks_for(field: Field) -> None:
    assert Params.model_validate({"feed": {"key": "a"}, "columns": {field.value: "Nr."}}).columns == {field: "Nr."}
    assert NAMES[field]


def test_what_the_planner_has_checked_the_container_reads() -> None:
    checked = Params.model_validate(
        {
            "feed": {"url": "https://shop.example/feed"},
            "columns": {"sku": "Nr."},
            "attributes": ["colour"],
            "currency": "EUR",
            "decimal": ",",
            "reject_tolerance": 0.5,
            "catalogue": "postgres",
            "images": {"most": 9, "per_host": 2, "bytes": 5_000},
            "sizes": {"widths": [100, 200], "format": "webp"},
        }
    )
    read = parse_params(checked.model_dump(mode="json"))
    assert (read.url, read.wanted, read.usual) == (
        "https://shop.example/feed",
        Wanted({"sku": "Nr."}, ("colour",)),
        Usual("EUR", ","),
    )
    assert (read.reject_tolerance, read.removal_tolerance) == (0.5, 0.3)
    kept = parse_params(Params.model_validate({"feed": {"key": "a.csv"}}).model_dump(mode="json"))
    assert (kept.url, kept.key) == (None, "a.csv")
    assert (read.most_images, kept.most_images) == (9, 1_000_000)
    given = checked.model_dump(mode="json")
    assert parse_manners(given) == Manners(bytes=5_000, per_host=2)
    assert parse_sizes(given["sizes"]) == Sizes((200, 100), Format.WEBP, 80)
    unwanted = Params.model_validate({"feed": {"key": "a.csv"}, "images": {"fetch": False}})
    assert parse_params(unwanted.model_dump(mode="json")).most_images == 0
    assert parse_manners({}) == parse_manners(unwanted.model_dump(mode="json")) == Manners()


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"feed": {}},
        {"feed": {"url": "https://a.example/", "key": "a"}},
        {"feed": {"url": "http://a.example/"}},
        {"feed": {"url": "file:///etc/passwd"}},
        {"feed": {"key": "a"}, "columns": {"nonsense": "a"}},
        {"feed": {"key": "a"}, "reject_tolerance": 2},
        {"feed": {"key": "a"}, "currency": "euro"},
        {"feed": {"key": "a"}, "decimal": ";"},
        {"feed": {"key": "a"}, "catalogue": "mysql"},
        {"feed": {"key": "a"}, "removal_tolerence": 0.1},
        {"feed": {"key": "a"}, "images": {"per_host": 1_000}},
        {"feed": {"key": "a"}, "images": {"bytes": 10**9}},
        {"feed": {"key": "a"}, "sizes": {"widths": []}},
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(params: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate(params)


def test_the_larger_a_feed_the_longer_it_takes() -> None:
    class Sized:
        size = 50_000_000

    weigh = planner.weigh(Params.model_validate({"feed": {"key": "a"}}))
    assert weigh(Sized()) == 12  # type: ignore[arg-type]


@pytest.mark.parametrize(("images", "daily"), [({}, True), ({"fetch": False}, False), ({"most": 0}, False)])
def test_a_feed_that_is_the_same_is_planned_once_a_day_where_images_are_fetched(
    images: dict[str, object], daily: bool
) -> None:
    class Bucket:
        def list_objects_v2(self, **_: object) -> object:
            return {"Contents": [{"Key": "a", "ETag": '"e"', "Size": 1}], "IsTruncated": False}

    params = Params.model_validate({"feed": {"key": "a"}, "images": images})
    (item,) = planner.items(Bucket(), Tenant(tenant="t", name="t", bucket="bucket", enabled=True), params)  # type: ignore[arg-type]
    assert (item.version == "e") == (not daily)
    assert item.version.startswith("e")
