"""Runs of one job at the same time: skip, queue, allow; with moto's table, so with its conditional writes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from backroom import lease
from backroom.errors import JobNotDeployedError, LeaseLostError, UnknownJobError
from backroom.planning.plan import plan
from backroom.planning.request import PlanRequest
from backroom.records import Lease
from backroom.runs import RunsTable
from backroom.words import Overlap, RunStatus

from tests.integration.functions_logic.conftest import DEFINITION, JOB, RUN, World

OTHER = "image_resize-20261127T040000Z-0b2c"


def define(world: World, **row: str) -> None:
    """Make the job's newest definition one with these parameters."""
    world.batch.definitions.register_job_definition(**DEFINITION | {"parameters": DEFINITION["parameters"] | row})


def test_a_run_is_skipped_while_another_goes_on_and_not_when_that_has_ended(world: World) -> None:
    world.tenant("acme", 3)
    planned = world.plan()
    answer = world.plan(run=OTHER)
    assert (answer["held"], answer["portions"], answer["arrays"]) == ({"run": RUN, "policy": "skip"}, 0, [])
    assert answer["message"] == f"skipped: run {RUN} of the job goes on"
    skipped = world.deployment.runs.get(OTHER)
    assert (skipped.status, skipped.message, skipped.goes_on) == (RunStatus.SKIPPED, answer["message"], False)
    assert skipped.ended_at is not None
    for portion in world.manifest():
        world.result(portion)
    world.record(planned)
    assert world.plan(run="image_resize-20261127T050000Z-0b2c")["held"] is None


def test_a_run_that_failed_before_its_plan_gives_the_job_back(world: World) -> None:
    world.tenant("acme", 1)
    planned = world.plan()
    world.record(planned, arrays=[], error={"Error": "States.Timeout", "Cause": ""})
    assert world.plan(run=OTHER)["held"] is None


def test_a_queued_run_asks_again_until_the_other_has_ended(world: World) -> None:
    define(world, overlap="queue", backoff_seconds="7")
    world.tenant("acme", 1)
    planned = world.plan()
    for _ in range(2):
        answer = world.plan(run=OTHER)
        assert (answer["held"], answer["backoff"]) == ({"run": RUN, "policy": "queue"}, 7)
        waiting = world.deployment.runs.get(OTHER)
        assert (waiting.status, waiting.message) == (RunStatus.PLANNING, f"waits: run {RUN} of the job goes on")
    world.record(planned, arrays=[], error="stopped")
    answer = world.plan(run=OTHER)
    assert (answer["held"], answer["portions"]) == (None, 1)
    assert world.deployment.runs.get(OTHER).status is RunStatus.RUNNING


def test_runs_that_may_overlap_do(world: World) -> None:
    define(world, overlap="allow")
    world.tenant("acme", 1)
    assert [world.plan(run=run)["held"] for run in (RUN, OTHER)] == [None, None]
    assert world.deployment.runs.lease(JOB) is None


def test_a_run_that_was_silent_for_an_hour_makes_way_and_its_next_wave_says_for_whom(world: World) -> None:
    world.tenant("acme", 3)
    planned = world.plan()
    world.now += lease.LASTS
    assert world.plan(run=OTHER)["held"] is None
    assert world.record(planned).again
    with pytest.raises(LeaseLostError, match=OTHER):
        world.plan(wave=2)


def test_a_wave_renews_the_lease(world: World) -> None:
    world.tenant("acme", 3)
    planned = world.plan()
    world.now += lease.LASTS - timedelta(minutes=10)
    world.record(planned)
    world.plan(wave=2)
    world.now += lease.LASTS - timedelta(minutes=10)
    assert world.plan(run=OTHER)["held"] == {"run": RUN, "policy": "skip"}


def test_an_unknown_job_is_still_named_as_such_and_holds_nothing(world: World) -> None:
    with pytest.raises(UnknownJobError):
        world.plan(job="image_resiz", run="image_resiz-20261127T030000Z-0a1b")
    world.batch.definitions.deregister_job_definition(jobDefinition="backroom-image_resize:1")
    with pytest.raises(JobNotDeployedError):
        world.plan()
    assert world.deployment.runs.lease(JOB) is None


class Slow(RunsTable):
    """A table between whose reading and writing of a lease others have time."""

    def __init__(self, table: Any, both_have_read: Barrier) -> None:
        super().__init__(table)
        self._barrier: Barrier | None = both_have_read

    def lease(self, job: str) -> Lease | None:
        found = super().lease(job)
        barrier, self._barrier = self._barrier, None
        if barrier is not None:
            barrier.wait(timeout=60)
        return found


@pytest.mark.parametrize("expired", [False, True])
def test_of_two_planners_that_both_find_the_job_free_one_gets_it(world: World, expired: bool) -> None:
    if expired:
        assert world.deployment.runs.put_lease(Lease(JOB, "gone", expires=1), None)
    barrier = Barrier(2)

    def contend(run: str) -> str | None:
        return lease.hold(Slow(world.runs, barrier), JOB, run, lambda: Overlap.SKIP, world.now)

    with ThreadPoolExecutor(2) as pool:
        held = list(pool.map(contend, (RUN, OTHER)))
    found = world.deployment.runs.lease(JOB)
    assert found is not None
    assert held == ([None, RUN] if found.run == RUN else [OTHER, None])


def test_a_planner_that_is_late_takes_the_lease_of_an_ended_run_from_nobody(world: World) -> None:
    world.tenant("acme", 1)
    planned = world.plan()
    world.record(planned, arrays=[], error="stopped")
    plan(PlanRequest(job=JOB, run=RUN), world.deployment, world.now)
    assert world.plan(run=OTHER)["held"] is None
