"""What comes from outside: the job's name, its row, the event. Each fault is named."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backroom.errors import InvalidJobRowError, InvalidRequestError, MissingSettingError, UnknownJobError
from backroom.manifest.index import SPOT
from backroom.manifest.portion import Item
from backroom.planning.arrays import arrays
from backroom.planning.job import find_planner, parse_row
from backroom.planning.request import ArrayJob, PlanRequest, parse
from backroom.planning.summary import GroupPlan, PlanSummary, StagePlan, TenantPlan
from backroom.recording.request import RecordRequest
from backroom.settings import Settings
from backroom.words import Capacity
from planners.image_resize import Format, Params

ONE = (StagePlan(""),)
EVENTS = Path(__file__).parents[3] / "events"
ROW = {
    "job": "image_resize",
    "portion_items": "1000",
    "portion_seconds": "240",
    "waves": "2",
    "item_tolerance": "0.2",
    "portion_tolerance": "0",
}
RUN = "image_resize-20261127T030000Z-0a1b"


def test_a_planner_is_found_by_its_name() -> None:
    assert find_planner("image_resize").params is Params


@pytest.mark.parametrize(
    "job", ["image_resise", "no_such_job", "", "os", "../image_resize", "image_resize.os", "Image_resize"]
)
def test_an_unknown_job_is_named_with_those_that_there_are(job: str) -> None:
    with pytest.raises(UnknownJobError) as error:
        find_planner(job)
    assert repr(job) in str(error.value)
    assert "image_resize" in str(error.value)


def test_a_row_is_read_from_strings() -> None:
    row = parse_row("arn", ROW)
    assert (row.portion_items, row.portion_seconds, row.waves, row.item_tolerance) == (1000, 240.0, 2, 0.2)


@pytest.mark.parametrize(("field", "value"), [("waves", "0"), ("portion_items", "many"), ("portion_tolerance", "2")])
def test_a_row_that_is_none_names_definition_and_field(field: str, value: str) -> None:
    with pytest.raises(InvalidJobRowError, match=rf"arn:7.*{field}"):
        parse_row("arn:7", ROW | {field: value})


def test_portions_are_cut_into_arrays_as_batch_takes_them() -> None:
    sizes = {0: [], 1: [1], 2: [2], 10_000: [10_000], 10_001: [10_000, 1], 25_000: [10_000, 10_000, 5_000]}
    for portions, expected in sizes.items():
        assert [array.size for array in arrays(ONE, [GroupPlan(SPOT, portions)])] == expected
    large = replace(SPOT, queue=Capacity.ON_DEMAND, memory=4096)
    *_, last = arrays(ONE, [GroupPlan(SPOT, 3), GroupPlan(large, 10_001)])
    assert last == ArrayJob(offset=10_003, size=1, queue=Capacity.ON_DEMAND, memory=4096)


@pytest.mark.parametrize("name", ["plan", "plan_dry_run", "plan_again"])
def test_the_sample_events_of_the_planner_are_valid(name: str) -> None:
    request = parse(PlanRequest, json.loads((EVENTS / f"{name}.json").read_text()))
    assert request.job == "image_resize"
    assert request.dry_run == (name == "plan_dry_run")


@pytest.mark.parametrize("name", ["record", "record_error"])
def test_the_sample_events_of_the_recorder_are_valid(name: str) -> None:
    request = parse(RecordRequest, json.loads((EVENTS / f"{name}.json").read_text()))
    assert (request.error is not None) == (name == "record_error")


@pytest.mark.parametrize(
    ("event", "word"),
    [
        ({}, "job"),
        ({"job": "image_resize"}, "run"),
        ({"job": "image_resize", "run": "../../x"}, "run"),
        ({"job": "image_resize", "run": RUN, "wave": 0}, "wave"),
        ({"job": "image_resize", "run": RUN, "tenants": "acme"}, "tenants"),
        ([], "PlanRequest"),
        (None, "PlanRequest"),
    ],
)
def test_an_event_that_does_not_fit_is_named(event: Any, word: str) -> None:
    with pytest.raises(InvalidRequestError, match=word):
        parse(PlanRequest, event)


def test_missing_settings_are_named_all_at_once() -> None:
    with pytest.raises(MissingSettingError, match=r"BACKROOM_BUCKET.*BACKROOM_QUEUE"):
        Settings.from_environment({"BACKROOM_STACK": "s", "BACKROOM_TENANTS_TABLE": "t", "BACKROOM_RUNS_TABLE": "r"})


def test_the_plans_message_says_what_is_done_and_what_is_left_out() -> None:
    todo = TenantPlan("acme", portions=2, items=1200, unchanged=3, failed_before=1)
    out = TenantPlan("solo", skipped="the tenant is disabled")
    plan = PlanSummary("image_resize", RUN, 1, "arn", (todo, out))
    assert plan.message == (
        "1,200 items of 1 tenant in 2 portions; 3 items unchanged, 1 failed before; 1 of 2 tenants left out"
    )
    assert PlanSummary.from_json(plan.as_json()) == plan
    nothing = PlanSummary("image_resize", RUN, 1, "arn", (TenantPlan("acme", unchanged=11, failed_before=2),))
    assert nothing.message == "nothing to do: 11 items unchanged, 2 failed before"


def test_more_bytes_more_widths_and_dearer_formats_weigh_more() -> None:
    planner = find_planner("image_resize")
    small, large = Item("a", "v", 10_000), Item("b", "v", 4_000_000)
    plain = planner.weigh(Params())
    assert 0 < plain(small) < plain(large)
    assert planner.weigh(Params(widths=(400,)))(small) < plain(small)
    assert (
        plain(small)
        < planner.weigh(Params(format=Format.WEBP))(small)
        < planner.weigh(Params(format=Format.AVIF))(small)
    )
