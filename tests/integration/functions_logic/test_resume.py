"""Resuming through the planner's front door: exactly what is unfinished, from where it stopped, linked both ways."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from backroom.errors import (
    InvalidRequestError,
    NothingToResumeError,
    RunStillActiveError,
    UnknownRunError,
)
from backroom.layout import RunLayout
from backroom.planning.request import PlanRequest, parse
from backroom.records import RunRequest
from backroom.words import Outcome, RunStatus

from tests.integration.functions_logic.conftest import DEFINITION, JOB, RUN, World, ended
from tests.integration.functions_logic.waves import position

SECOND, THIRD = "image_resize-20261128T030000Z-0a1b", "image_resize-20261129T030000Z-0a1b"


def stop(world: World, run: str = RUN, wave: int = 1) -> None:
    """Let the run's execution be aborted, and be recorded so."""
    world.record({"run": run, "wave": wave, "arrays": []}, ended="ABORTED", cancelled=True)


def finish(world: World, numbers: Sequence[int], run: str = RUN) -> None:
    """Let these portions of the run's first wave succeed."""
    for portion in world.manifest(run=run):
        if portion["portion"] in numbers:
            world.result(portion, run=run)


def planned_of(world: World, run: str) -> dict[int, dict[str, Any]]:
    """The lines of a run's first wave, by portion."""
    return {portion["portion"]: portion for portion in world.manifest(run=run)}


@pytest.fixture
def stopped(world: World) -> World:
    """A run of six portions, stopped when 0 and 3 had succeeded."""
    world.tenant("acme", 8)
    world.tenant("solo", 4)
    world.plan(tenants=["acme", "solo"])
    finish(world, [0, 3])
    stop(world)
    return world


def test_the_unfinished_portions_are_planned_as_they_were_and_go_on_from_the_run_before(stopped: World) -> None:
    original = planned_of(stopped, RUN)
    plan = stopped.plan(run=SECOND, resume=RUN)
    assert (plan["portions"], plan["items"], plan["arrays"][0]["size"]) == (4, 8, 4)
    resumed = planned_of(stopped, SECOND)
    assert resumed == {number: original[number] | {"homes": [RUN]} for number in (1, 2, 4, 5)}
    assert list(resumed) == sorted(resumed)
    stored = orjson.loads(stopped.read(RunLayout(JOB, SECOND).plan(1)))
    assert (stored["resumes"], stored["next"]) == (RUN, 6)
    runs = stopped.deployment.runs
    assert (runs.get(SECOND).resumes, runs.get(RUN).resumed_by) == (RUN, SECOND)
    assert (runs.get(SECOND).portions, runs.get(SECOND).status) == (4, RunStatus.RUNNING)
    assert stopped.plan(run=SECOND, resume=RUN) == plan, "a repetition answers the same"


def test_a_resume_is_resumed_and_remembers_all_runs_before(stopped: World) -> None:
    stopped.plan(run=SECOND, resume=RUN)
    finish(stopped, [1, 4], run=SECOND)
    stop(stopped, SECOND)
    stopped.plan(run=THIRD, resume=SECOND)
    assert {number: line["homes"] for number, line in planned_of(stopped, THIRD).items()} == {
        2: [SECOND, RUN],
        5: [SECOND, RUN],
    }
    stop(stopped, THIRD)
    with pytest.raises(NothingToResumeError, match=f"{RUN!r} was resumed by run {SECOND!r}; resume that one"):
        stopped.plan(run="image_resize-20261130T030000Z-0a1b", resume=RUN)


def test_a_later_wave_of_a_resumed_run_knows_its_homes(stopped: World) -> None:
    first = stopped.plan(run=SECOND, resume=RUN)
    finish(stopped, [1, 2, 4], run=SECOND)
    assert stopped.record(first).again
    stopped.plan(run=SECOND, wave=2, resume=RUN)
    (line,) = stopped.manifest(wave=2, run=SECOND)
    assert (line["portion"], line["homes"]) == (5, [RUN])
    stop(stopped, SECOND, wave=2)
    stopped.plan(run=THIRD, resume=SECOND)
    assert list(planned_of(stopped, THIRD)) == [5]


def test_parts_of_a_split_are_resumed_and_their_parent_is_not(world: World) -> None:
    world.tenant("acme", 4)
    first = world.plan()
    finish(world, [1])
    world.batch.children = {position(world, 0): ended(137, "Job attempt duration exceeded timeout")}
    assert world.record(first).again
    world.batch.children = {}
    assert world.plan(wave=2, again=True)["portions"] == 2
    stop(world, wave=2)
    plan = world.plan(run=SECOND, resume=RUN)
    parts = planned_of(world, SECOND)
    assert {number: (line["forebears"], len(line["items"])) for number, line in parts.items()} == {
        2: ([0], 1),
        3: ([0], 1),
    }
    finish(world, [2, 3], run=SECOND)
    answer = world.record(plan)
    assert (answer.status, answer.counts) == (RunStatus.SUCCEEDED, {Outcome.SUCCEEDED: 2})
    assert [record.portion for record in world.deployment.runs.portions(SECOND)] == [2, 3]
    with pytest.raises(NothingToResumeError):
        world.plan(run=THIRD, resume=SECOND)


def test_a_run_whose_portions_all_succeeded_has_nothing_to_resume(world: World) -> None:
    world.tenant("acme", 3)
    plan = world.plan()
    finish(world, [0, 1])
    world.record(plan)
    with pytest.raises(NothingToResumeError, match=f"nothing to resume: all 2 portions of run {RUN!r} succeeded"):
        world.plan(run=SECOND, resume=RUN)


def test_what_cannot_be_resumed_is_refused_by_name(stopped: World) -> None:
    with pytest.raises(UnknownRunError, match=THIRD):
        stopped.plan(run=SECOND, resume=THIRD)
    stopped.deployment.runs.begin("sitemap", "sitemap-20261127T030000Z-0a1b", stopped.now)
    with pytest.raises(InvalidRequestError, match="is one of job 'sitemap'"):
        stopped.plan(run=SECOND, resume="sitemap-20261127T030000Z-0a1b")
    with pytest.raises(InvalidRequestError, match="takes neither tenants nor params"):
        parse(PlanRequest, {"job": JOB, "run": SECOND, "resume": RUN, "tenants": ["acme"]})


def test_what_goes_on_is_not_resumed(world: World) -> None:
    world.tenant("acme", 3)
    parameters = DEFINITION["parameters"] | {"overlap": "allow"}
    world.batch.definitions.register_job_definition(**DEFINITION | {"parameters": parameters})
    world.plan()
    with pytest.raises(RunStillActiveError, match=f"{RUN!r} goes on"):
        world.plan(run=SECOND, resume=RUN)


def test_a_tenant_that_is_switched_off_meanwhile_is_left_out_with_the_reason(stopped: World) -> None:
    stopped.deployment.tenants.set_enabled("solo", False)
    plan = stopped.plan(run=SECOND, resume=RUN)
    stored = orjson.loads(stopped.read(RunLayout(JOB, SECOND).plan(1)))
    reasons = {tenant["tenant"]: tenant["skipped"] for tenant in stored["tenants"]}
    assert reasons == {"acme": None, "solo": "the tenant is disabled"}
    assert {line["tenant"] for line in planned_of(stopped, SECOND).values()} == {"acme"}
    assert "1 of 2 tenants left out" in plan["message"]


def test_todays_definition_is_taken(stopped: World) -> None:
    stopped.deployment.batch.definitions.register_job_definition(**DEFINITION)  # type: ignore[attr-defined]
    plan = stopped.plan(run=SECOND, resume=RUN)
    assert plan["definition"].endswith(":2")


def test_a_run_that_was_never_planned_is_planned_as_it_was_asked(world: World) -> None:
    world.tenant("acme", 3)
    world.tenant("solo", 1)
    asked = RunRequest(("acme",), {"quality": 50})
    world.deployment.runs.begin(JOB, RUN, world.now, request=asked)
    stop(world)
    plan = world.plan(run=SECOND, resume=RUN)
    assert (plan["portions"], plan["items"]) == (2, 3)
    lines = planned_of(world, SECOND).values()
    assert {(line["tenant"], line["params"]["quality"]) for line in lines} == {("acme", 50)}
    assert world.deployment.runs.get(SECOND).resumes == RUN
    assert "homes" not in next(iter(lines))


def test_a_run_that_was_never_planned_nor_asked_for_anything_known_is_refused(world: World) -> None:
    world.deployment.runs.begin(JOB, RUN, world.now)
    stop(world)
    with pytest.raises(NothingToResumeError, match="was never planned"):
        world.plan(run=SECOND, resume=RUN)


def test_a_resume_that_never_began_stands_in_nobodys_way(stopped: World) -> None:
    runs = stopped.deployment.runs
    runs.begin(JOB, SECOND, stopped.now, request=RunRequest(resume=RUN))
    assert runs.resumed(RUN, SECOND, None)
    with pytest.raises(RunStillActiveError, match=f"is being resumed by run {SECOND!r}"):
        stopped.plan(run=THIRD, resume=RUN)
    stop(stopped, SECOND)
    plan = stopped.plan(run=THIRD, resume=SECOND)
    assert plan["portions"] == 4
    assert (runs.get(RUN).resumed_by, runs.get(THIRD).resumes) == (THIRD, RUN)
