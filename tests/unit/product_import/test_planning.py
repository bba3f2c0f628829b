"""What a tenant may say of its feed, and that the container takes all of it."""

import pytest
from backroom.catalogue.model import Field
from backroom.worker.feed.columns import NAMES
from planners.product_import import Params, planner
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
