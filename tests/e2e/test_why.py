"""`backroom why` names the cause of what went wrong, at the first try: each cause made to happen on a twin."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.command_line import CommandLine, clean_environment
from tests.e2e.stage import Ended, Stage
from tests.e2e.test_machine import eventually
from tests.e2e.test_overlaps import begin, overlap, stop


@pytest.fixture(scope="module")
def backroom(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    return CommandLine(clean_environment(AWS_ENDPOINT_URL=stage.twin.endpoint_url), tmp_path_factory.mktemp("why"))


def ran(stage: Stage, *items: str, job: str = "probe", **limits: Any) -> Ended:
    """Run a job with these items, a portion each, in one wave unless `limits` say otherwise."""
    tenant = stage.tenant(limits={job: {"waves": 1, **limits}})
    return stage.run(job, tenants=[tenant], params={"items": items})


def why(backroom: CommandLine, *subject: str) -> tuple[str, str]:
    """Give the reason that is named, and all that is said."""
    found = backroom.json("why", *subject)
    return found["reason"], "\n".join([found["sentence"], *found["evidence"], found["command"]])


@contextmanager
def definition(stage: Stage, **changes: Any) -> Iterator[None]:
    """Deploy the test job with another definition, and afterwards as it was."""
    batch = stage.twin.client("batch")
    found = batch.describe_job_definitions(jobDefinitionName="backroom-probe", status="ACTIVE")["jobDefinitions"]
    kept = ("jobDefinitionName", "type", "parameters", "containerProperties", "retryStrategy", "timeout")
    latest = max(found, key=lambda one: one["revision"])
    was = {name: latest[name] for name in kept if name in latest}
    batch.register_job_definition(**was | changes)
    try:
        yield
    finally:
        batch.register_job_definition(**was)


def container(stage: Stage, **needs: str) -> dict[str, Any]:
    """Give the test job's container with other needs."""
    batch = stage.twin.client("batch")
    found = batch.describe_job_definitions(jobDefinitionName="backroom-probe", status="ACTIVE")["jobDefinitions"]
    latest: dict[str, Any] = max(found, key=lambda one: one["revision"])["containerProperties"]
    had = {one["type"]: one["value"] for one in latest["resourceRequirements"]} | needs
    return latest | {"resourceRequirements": [{"type": kind, "value": value} for kind, value in had.items()]}


def states(stage: Stage, run: str) -> list[str]:
    """Give the states of a run's Batch jobs."""
    return [job["status"] for job in stage.batch_jobs(run)]


def test_a_success_has_nothing_to_explain(stage: Stage, backroom: CommandLine) -> None:
    run = ran(stage, "ok-1").run
    reason, text = why(backroom, run)
    assert reason == "succeeded"
    assert "nothing to explain" in text
    assert why(backroom, run, "0")[0] == "succeeded"
    missing = backroom("why", run, "7")
    assert (missing.returncode, missing.stdout) == (3, "")


def test_bad_data_is_told_by_its_items_and_errors(stage: Stage, backroom: CommandLine) -> None:
    ended = ran(stage, "bad-1", "bad-2", "ok-1")
    reason, text = why(backroom, ended.run)
    assert reason == "bad_data"
    assert "2 of 3 portions" in text
    assert "2 items: BadItem, such as bad-1 (bad-1 is made to be bad)" in text, text
    told = backroom("why", ended.run).stdout.splitlines()
    assert told[0].startswith(f"{ended.run} failed: 2 of 3 portions")
    assert told[-1].startswith("Next: backroom logs ")


def test_a_crash_and_a_poison_are_told_apart(stage: Stage, backroom: CommandLine) -> None:
    crashed = ran(stage, "crash-1", bisect=False).run
    reason, text = why(backroom, crashed)
    assert reason == "crashed"
    assert "exit code 70" in text
    poisoned = ran(stage, "crash-1", "ok-1", bisect=True).run
    reason, text = why(backroom, poisoned)
    assert (reason, "'crash-1'" in text) == ("poison", True)


@pytest.mark.parametrize(("fault", "reason"), [("host_failure", "spot_reclaim"), ("out_of_memory", "out_of_memory")])
def test_what_was_killed_is_told_by_what_killed_it(
    stage: Stage, backroom: CommandLine, fault: str, reason: str
) -> None:
    with definition(stage, retryStrategy={"attempts": 1}):
        tenant = stage.tenant(limits={"probe": {"waves": 1}})
        run, execution = stage.start("probe", tenants=[tenant], params={"items": ["hang-1"]})
        eventually(lambda: states(stage, run) == ["RUNNING"], "it runs", 120)
    (job,) = stage.batch_jobs(run)
    stage.fault(kind=fault, job=job["jobId"])
    assert stage.finish(run, execution).status == "FAILED"
    found, text = why(backroom, run, "0")
    assert found == reason
    assert reason == "spot_reclaim" or "all of its 256 MiB" in text


def test_an_image_that_is_not_there_is_named(stage: Stage, backroom: CommandLine) -> None:
    absent = f"backroom/absent@sha256:{'0' * 64}"
    with definition(stage, retryStrategy={"attempts": 1}, containerProperties=container(stage) | {"image": absent}):
        run = ran(stage, "ok-1").run
    reason, text = why(backroom, run)
    assert (reason, absent in text) == ("image", True)


def test_what_waits_for_capacity_says_what_is_full(stage: Stage, backroom: CommandLine) -> None:
    with definition(stage, containerProperties=container(stage, VCPU="8")):
        run, _ = begin(stage, "hang-1", "hang-2", "hang-3")
    eventually(lambda: why(backroom, run)[0] == "waiting_for_capacity", "two run and one waits", 120)
    text = why(backroom, run)[1]
    assert "wave 1: 1 waiting, 2 running, 0 ended" in text
    assert "number 1 of 1 at the front of queue backroom-spot" in text
    assert backroom("cancel", run).returncode == 0


def test_who_holds_a_resource_that_another_waits_for_is_named(stage: Stage, backroom: CommandLine) -> None:
    stage.twin.client("batch").create_consumable_resource(consumableResourceName="seats", totalQuantity=1)
    claim = {"consumableResourceList": [{"consumableResource": "seats", "quantity": 1}]}
    with definition(stage, consumableResourceProperties=claim):
        run, _ = begin(stage, "hang-1", "hang-2")
    eventually(lambda: why(backroom, run)[0] == "waiting_for_resource", "one holds it and one waits", 120)
    text = why(backroom, run)[1]
    assert f"seats: it needs 1, and 0 of 1 are left, held by {run}-w1-0" in text
    assert backroom("cancel", run).returncode == 0


def test_what_no_instance_can_hold_is_misconfigured(stage: Stage, backroom: CommandLine) -> None:
    with definition(stage, containerProperties=container(stage, VCPU="1000")):
        run, execution = stage.start("probe", tenants=[stage.tenant()], params={"items": ["ok-1"]})
        eventually(lambda: states(stage, run) == ["RUNNABLE"], "it waits", 120)
        reason, text = why(backroom, run)
        assert reason == "misconfigured"
        assert "1000 vCPUs are more than" in text
        assert why(backroom, "spot")[0] == "misconfigured"
        stop(stage, run, execution)
    reason, text = why(backroom, run)
    assert reason == "cancelled"


def test_what_never_began_names_the_stage_that_it_depends_on(stage: Stage, backroom: CommandLine) -> None:
    run = stage.run("relay", tenants=[stage.tenant()], params={"items": ["bad-1", "ok-1"]}).run
    reason, text = why(backroom, run, "2")
    assert (reason, "never began" in text) == ("waiting_for_stage", True), text
    assert why(backroom, run)[0] == "bad_data", "the run is explained by what failed, not by what waited for it"


def test_who_goes_first_is_named(stage: Stage, backroom: CommandLine) -> None:
    with overlap(stage, "skip"):
        first, _ = begin(stage, "hang-1", "hang-2")
        skipped = stage.run(tenants=[stage.tenant()], params={"items": ["ok-1"]}).run
        reason, text = why(backroom, skipped)
        assert (reason, first in text) == ("skipped_for_run", True)
        eventually(lambda: why(backroom, first)[0] == "working", "it is at work")
        assert why(backroom, "on_demand")[0] == "idle"
        assert why(backroom, "spot")[0] == "working", "an array is at work while any of its children is"
        assert backroom("cancel", first).returncode == 0
    reason, text = why(backroom, first)
    assert (reason, "cancelled with `backroom cancel`" in text) == ("cancelled", True)


def test_a_planner_that_fails_is_told_by_its_error(stage: Stage, backroom: CommandLine) -> None:
    failed = stage.run(tenants=["nobody"], params={"items": ["ok-1"]}).run
    reason, text = why(backroom, failed)
    assert (reason, "UnknownTenantError" in text) == ("function_failed", True)
    dear = stage.run(tenants=[stage.tenant()], params={"items": ["dear-1"]}).run
    assert why(backroom, dear)[0] == "over_budget"
