"""Runs whose execution ends without recording it: on the twin, with the template's rules, queues and schedules."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

from backroom.live import LivePortions
from backroom.recording.facts import Phase
from backroom.words import Outcome, RunStatus

from tests.e2e.stage import Stage
from tests.e2e.test_machine import eventually

QUARTER = 900


def live(stage: Stage, run: str) -> dict[int, Phase]:
    """Give what is seen of a run's portions that are not recorded."""
    table = LivePortions(stage.tables.Table(stage.twin.outputs["RunsTableName"]))
    return {portion.portion: portion.latest.phase for portion in table.of(run)}


def forward(stage: Stage, seconds: int) -> list[str]:
    """Set the clock of the schedules forward; gives the ARNs of what fired."""
    with urlopen(Request(f"{stage.twin.endpoint_url}/_twin/forward?seconds={seconds}", b"")) as answer:  # noqa: S310
        fired: list[str] = json.loads(answer.read())
    return fired


def begun(stage: Stage, *items: str) -> tuple[str, str]:
    """Start a run of these items, a portion each, and wait until all of them are seen to have begun."""
    run, execution = stage.start("probe", tenants=[stage.tenant()], params={"items": items})
    eventually(lambda: len(live(stage, run)) == len(items), "all portions are seen", 120)
    return run, execution


def status(stage: Stage, run: str) -> RunStatus | None:
    """Give where a run stands; None if it is not known."""
    return next((record.status for record in stage.runs.latest("probe", 100) if record.run == run), None)


def outcomes(stage: Stage, run: str) -> dict[int, Outcome]:
    return {record.portion: record.outcome for record in stage.runs.portions(run)}


def all_stopped(stage: Stage, run: str) -> bool:
    """Say whether whatever the run submitted has ended or was told to."""
    return all(job.get("isTerminated") or job["status"] in ("SUCCEEDED", "FAILED") for job in stage.batch_jobs(run))


@contextmanager
def executions_time_out(stage: Stage, seconds: int) -> Iterator[None]:
    """Have the machine give its executions only so long."""
    machine, sfn = stage.twin.outputs["RunJobArn"], stage.twin.client("stepfunctions")
    definition = sfn.describe_state_machine(stateMachineArn=machine)["definition"]
    hasty = json.dumps(json.loads(definition) | {"TimeoutSeconds": seconds})
    sfn.update_state_machine(stateMachineArn=machine, definition=hasty)
    try:
        yield
    finally:
        sfn.update_state_machine(stateMachineArn=machine, definition=definition)


def test_what_portions_do_is_seen_while_they_run_and_a_stopped_run_says_so_at_once(stage: Stage) -> None:
    run, execution = begun(stage, "hang-1", "hang-2", "ok-1")
    eventually(lambda: sorted(live(stage, run).values()) == [Phase.RUNNING, Phase.RUNNING, Phase.SUCCEEDED], "two run")
    assert outcomes(stage, run) == {}
    stage.twin.client("stepfunctions").stop_execution(executionArn=execution, error="Operator", cause="enough")
    eventually(lambda: status(stage, run) is RunStatus.ABORTED, "the run is recorded as aborted")
    assert outcomes(stage, run) == {0: Outcome.CANCELLED, 1: Outcome.CANCELLED, 2: Outcome.SUCCEEDED}
    eventually(lambda: all_stopped(stage, run), "nothing runs on")
    assert live(stage, run) == {}


def test_a_run_that_times_out_says_so(stage: Stage) -> None:
    with executions_time_out(stage, 12):
        run, _ = stage.start("probe", tenants=[stage.tenant()], params={"items": ["hang-1", "hang-2"]})
        eventually(lambda: status(stage, run) is RunStatus.TIMED_OUT, "the run is recorded as timed out", 120)
    # How far it had come depends on the machine's load.
    assert set(outcomes(stage, run).values()) <= {Outcome.LOST, Outcome.CANCELLED, Outcome.FAILED}
    eventually(lambda: all_stopped(stage, run), "nothing runs on")
    assert live(stage, run) == {}


def test_where_every_event_is_lost_the_schedule_repairs_the_run(stage: Stage) -> None:
    with stage.silenced("backroom-reconcile", "backroom-batch-states"):
        run, execution = stage.start("probe", tenants=[stage.tenant()], params={"items": ["hang-1", "ok-1"]})
        eventually(lambda: len(stage.batch_jobs(run)) == 1, "the portions are submitted")
        stage.twin.client("stepfunctions").stop_execution(executionArn=execution)
        stage.twin.wait(execution)
    assert status(stage, run) is RunStatus.RUNNING, "nobody has said otherwise"
    assert live(stage, run) == {}
    assert [arn for arn in forward(stage, QUARTER) if "reconcile" in arn]
    eventually(lambda: status(stage, run) is RunStatus.ABORTED, "the run is recorded as aborted")
    assert set(outcomes(stage, run)) == {0, 1}
