"""A deploy in the middle of a run: the run ends as what it began as, and the next one is of the new kind."""

import pytest
from backroom.words import Outcome

from tests.e2e.stage import Stage
from tests.e2e.test_machine import eventually
from tests.e2e.test_machine_failing import broken

pytestmark = pytest.mark.long

NEW_REVISION = ('{Action: EXIT, OnExitCode: "65"}', '{Action: EXIT, OnExitCode: "66"}')
NEW_MACHINE = ("EventBus: !Ref EventBus", "EventBus: another")


def definitions(stage: Stage, run: str) -> dict[str, str]:
    """Give the definition of each Batch job of a run."""
    return {job["jobName"].rpartition("-w")[2]: job["jobDefinition"] for job in stage.batch_jobs(run)}


def revision(definition: str) -> int:
    """Give the number behind a definition's name."""
    return int(definition.rpartition(":")[2])


def test_a_run_survives_a_deploy_with_the_definitions_that_it_began_with(stage: Stage) -> None:
    tenant = stage.tenant()
    run, execution = stage.start("probe", tenants=[tenant], params={"items": ["gated-1", "later-1"]})
    eventually(lambda: any(job["status"] == "PENDING" for job in stage.batch_jobs(run)), "its first wave runs")
    with broken(stage, NEW_REVISION, NEW_MACHINE):
        stage.twin.client("s3").put_object(Bucket=f"backroom-{tenant}", Key="opened", Body=b"")
        ended = stage.finish(run, execution)
        after = stage.run(tenants=[stage.tenant()], params={"items": ["ok-1"]})
    assert (ended.status, after.status) == ("SUCCEEDED", "SUCCEEDED"), ended.cause + after.cause
    assert [portion.outcome for portion in ended.portions] == [Outcome.SUCCEEDED] * 2
    used = definitions(stage, run)
    assert set(used) == {"1-0", "2-0"}, "the second wave was planned and submitted after the deploy"
    (began_with,) = set(used.values())
    (newer,) = definitions(stage, after.run).values()
    assert revision(newer) == revision(began_with) + 1
