"""What is told of former runs: each tenant's own, of its own month, with reasons, and always the same."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from backroom.layout import RunLayout
from backroom.planning.activity import Archive, JobActivity
from backroom.planning.months import Month
from backroom.records import Items, PortionRecord, TenantSums
from backroom.words import Cause, Outcome, RunStatus

from tests.integration.functions_logic.conftest import JOB, World

BERLIN, YORK = (Month(2026, 11, ZoneInfo(name)) for name in ("Europe/Berlin", "America/New_York"))
MONTHS = {"kontor": BERLIN, "york": YORK}


def ran(world: World, at: datetime, sums: list[TenantSums], *portions: PortionRecord, ended: bool = True) -> str:
    """Record a run."""
    run, runs = f"{JOB}-{at:%Y%m%dT%H%M%SZ}-0a1b", world.deployment.runs
    runs.begin(JOB, run, at)
    items = sum((one.items for one in sums), Items())
    if ended:
        counts = {str(outcome): 1 for one in sums for outcome in one.portions}
        runs.ended(JOB, run, RunStatus.SUCCEEDED, at, {"items": items, "counts": counts})
    runs.put_tenants(run, sums, at)
    runs.put_portions(run, portions, at)
    return run


def activity(world: World, months: dict[str, Month] | None = None) -> dict[str, list[JobActivity]]:
    archive = Archive(world.deployment.runs, world.s3, "backroom-runs")
    return archive.activity([JOB, "sitemap"], MONTHS if months is None else months)


def sums(tenant: str, done: int = 1, failed: int = 0, outcome: Outcome = Outcome.SUCCEEDED) -> TenantSums:
    return TenantSums(tenant, {outcome: 1}, Items(done, failed), seconds=1.5, cost=0.25)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC), set()),
        (datetime(2026, 10, 31, 23, tzinfo=UTC), {"kontor"}),
        (datetime(2026, 11, 1, 4, tzinfo=UTC), {"kontor", "york"}),
        (datetime(2026, 11, 30, 23, tzinfo=UTC), {"york"}),
        (datetime(2026, 12, 1, 5, tzinfo=UTC), set()),
    ],
)
def test_a_run_belongs_to_the_month_that_it_was_for_the_tenant(world: World, at: datetime, expected: set[str]) -> None:
    ran(world, at, [sums("kontor"), sums("york"), sums("other")])
    assert set(activity(world)) == expected


def test_runs_are_added_up_and_reasons_are_those_of_the_tenants_own_items(world: World) -> None:
    for day in (3, 4):
        at = datetime(2026, 11, day, 12, tzinfo=UTC)
        key = RunLayout(JOB, f"{JOB}-{at:%Y%m%dT%H%M%SZ}-0a1b").failed_items(0)
        broken = PortionRecord(0, "kontor", 1, Outcome.SUCCEEDED, Cause.OK, items=Items(5, 2), failed_items=key)
        lost = PortionRecord(1, "york", 1, Outcome.FAILED, Cause.OUT_OF_MEMORY)
        ran(world, at, [sums("kontor", 5, 2), sums("york", outcome=Outcome.FAILED)], broken, lost)
        if day == 3:
            lines = [{"item": "a", "error": "UnreadableImage"}, {"item": "b", "error": "NotFound"}]
            world.put(key, b"".join(orjson.dumps(line) + b"\n" for line in lines))
    ran(world, datetime(2026, 11, 5, tzinfo=UTC), [sums("kontor")], ended=False)
    found = activity(world)
    (kontor,), (york,) = found["kontor"], found["york"]
    assert kontor.as_json() == {
        "job": JOB,
        "runs": 2,
        "portions": {"succeeded": 2},
        "items": [10, 4, 0],
        "seconds": 3.0,
        "cost": 0.5,
        "reasons": {"NotFound": 1, "UnreadableImage": 1},
        "causes": {},
    }, "the list of the second run is gone, and a run that goes on does not count"
    assert york.causes == {"out_of_memory": 2}
    assert york.reasons == {}
    assert {name: [one.as_json() for one in done] for name, done in activity(world).items()} == {
        name: [one.as_json() for one in done] for name, done in found.items()
    }


def test_who_has_no_month_is_told_nothing_and_nothing_is_read(world: World) -> None:
    ran(world, datetime(2026, 11, 3, tzinfo=UTC), [sums("kontor")])
    assert activity(world, {}) == {}


def test_the_brief_is_in_the_portion_and_no_part_of_what_makes_its_parameters_other(world: World) -> None:
    world.batch.definitions.register_job_definition(**_definition())
    world.tenant("kontor", timezone="Europe/Berlin")
    world.tenant("lost", timezone="Mars/Olympus")
    ran(world, datetime(2026, 11, 3, tzinfo=UTC), [sums("kontor", 7)])
    run = "report-20261201T120000Z-0a1b"
    planned = world.plan(job="report", run=run, slot="2026-12-01T12:00:00Z")
    layout = RunLayout("report", run)
    (line, plan) = map(orjson.loads, world.read(layout.manifest(1)).splitlines())
    assert planned["portions"] == 1
    assert line["items"][0][0] == "2026-11"
    assert line["params"]["brief"]["activity"][0]["items"] == [7, 0, 0]
    assert len(world.read(layout.manifest(1)).splitlines()[0]) < 1_500
    skipped = {one["tenant"]: one["skipped"] for one in plan["plan"]["tenants"]}
    assert "Mars/Olympus" in skipped["lost"]
    other = world.plan(job="report", dry_run=True, run=None, slot="2026-11-01T12:00:00Z", tenants=["kontor"])
    assert other["items"] == 1


def _definition() -> dict[str, Any]:
    parameters = {"job": "report", "portion_items": "1", "portion_seconds": "240", "waves": "1"}
    return {
        "jobDefinitionName": "backroom-report",
        "type": "container",
        "parameters": parameters | {"item_tolerance": "0", "portion_tolerance": "0"},
        "containerProperties": {
            "image": "report",
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}],
        },
    }
