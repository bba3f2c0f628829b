"""What the planner of stock_import lists, and what it refuses."""

from typing import Any

import boto3
import pytest
from backroom.tenants import Tenant
from moto import mock_aws
from planners.stock_import import Column, Params, planner
from pydantic import ValidationError
from stock_import import deltas
from stock_import.params import parse_params

TENANT = Tenant(tenant="shop", name="Shop", bucket="backroom-shop", prefix="a/", enabled=True)


def test_the_planner_and_the_container_know_the_same_columns() -> None:
    assert list(map(str, Column)) == list(map(str, deltas.Column))


def test_what_the_planner_has_checked_the_container_reads() -> None:
    params = Params.model_validate({"feed": {"key": "s.csv"}, "columns": {"sku": "Nr."}, "timezone": "Europe/Berlin"})
    read = parse_params(params.model_dump(mode="json"))
    assert (read.url, read.columns, str(read.zone), read.reject_tolerance) == (
        None,
        {"sku": "Nr."},
        "Europe/Berlin",
        0.1,
    )


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"feed": {}},
        {"feed": {"url": "http://shop.example/feed"}},
        {"feed": {"key": "a", "folder": "b/"}},
        {"feed": {"folder": "b"}},
        {"feed": {"key": "a"}, "timezone": "Mars/Base"},
        {"feed": {"key": "a"}, "columns": {"title": "t"}},
        {"feed": {"key": "a"}, "reject_tolerance": 2},
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(params: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate(params)


def items(feed: dict[str, str], monkeypatch: pytest.MonkeyPatch, *keys: str) -> list[str]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with mock_aws():
        s3: Any = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket=TENANT.bucket)
        for key in keys:
            s3.put_object(Bucket=TENANT.bucket, Key=key, Body=b"sku,stock\n")
        return [item.id for item in planner.items(s3, TENANT, Params.model_validate({"feed": feed}))]


def test_an_item_is_an_object_all_objects_of_a_folder_or_what_is_on_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ("a/s.csv", "a/deltas/", "a/deltas/1.csv", "a/deltas/2.csv", "b/deltas/3.csv")
    assert items({"key": "s.csv"}, monkeypatch, *keys) == ["s.csv"]
    assert items({"key": "none.csv"}, monkeypatch, *keys) == ["none.csv"], "who runs it says that it is missing"
    assert items({"folder": "deltas/"}, monkeypatch, *keys) == ["deltas/1.csv", "deltas/2.csv"]
    assert items({"url": "https://shop.example/stock"}, monkeypatch) == ["feed"]
