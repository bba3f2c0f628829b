"""Stopping a run and going on with it: what an operator does, by the command line, on a twin."""

import pytest

from tests.e2e.command_line import CommandLine, clean_environment
from tests.e2e.stage import Stage
from tests.e2e.test_cli import items
from tests.e2e.test_machine import eventually

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def backroom(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    folder = tmp_path_factory.mktemp("operator")
    return CommandLine(clean_environment(AWS_ENDPOINT_URL=stage.twin.endpoint_url), folder)


def written(stage: Stage, tenant: str) -> dict[str, str]:
    """Give what the tenant's bucket holds of the job's outputs: key and version."""
    found = stage.twin.client("s3").list_objects_v2(Bucket=f"backroom-{tenant}", Prefix="probed/")
    return {thing["Key"].removeprefix("probed/"): thing["ETag"] for thing in found.get("Contents", [])}


def statuses(stage: Stage, run: str) -> list[str]:
    return sorted({job["status"] for job in stage.batch_jobs(run)})


def _running(backroom: CommandLine, run: str) -> int:
    return sum(row["state"] == "running" for row in backroom.json("portions", run, "--live"))


def test_a_run_is_cancelled_and_resumed_from_where_it_was(stage: Stage, backroom: CommandLine) -> None:
    tenant = stage.tenant()
    given = ("--tenant", tenant, "--param", items("paused-1", "ok-1", "ok-2"), "--no-wait")
    run = backroom("run", "probe", *given).stdout.strip()
    eventually(lambda: len(written(stage, tenant)) == 2, "the good portions were not done")
    eventually(lambda: _running(backroom, run) == 1, "nobody sees the portion that runs")
    going = backroom("resume", run)
    assert (going.returncode, "backroom cancel" in going.stderr) == (2, True), going.stderr

    shown = backroom.json("cancel", run)
    assert (shown["run"]["status"], shown["run"]["counts"]) == ("aborted", {"succeeded": 2, "cancelled": 1})
    eventually(lambda: statuses(stage, run) in (["FAILED"], ["FAILED", "SUCCEEDED"]), "a Batch job goes on")
    again = backroom("cancel", run)
    assert (again.returncode, "nothing to cancel" in again.stderr) == (0, True), again.stderr

    before = written(stage, tenant)
    resumed = backroom.json("resume", run)
    assert (resumed["run"]["status"], resumed["run"]["counts"]) == ("succeeded", {"succeeded": 1})
    assert resumed["story"] == [run, resumed["run"]["run"]] == backroom.json("show", run)["story"]
    assert [row["items"]["succeeded"] for row in resumed["tenants"]] == [3], "the view of either shows both as one"
    assert before.items() < written(stage, tenant).items()


def test_a_failed_run_is_resumed_with_todays_code_until_nothing_is_left(stage: Stage, backroom: CommandLine) -> None:
    tenant = stage.tenant()
    run = backroom.json("run", "probe", "--tenant", tenant, "--param", items("broken-1", "ok-1", "ok-2"), exit_code=1)[
        "run"
    ]["run"]
    second = backroom.json("resume", run, exit_code=1)["run"]
    assert (second["resumes"], second["counts"]) == (run, {"failed": 1})
    stage.twin.client("s3").put_object(Bucket=f"backroom-{tenant}", Key="mended", Body=b"")
    third = backroom.json("resume", run)
    assert third["run"]["resumes"] == second["run"], "the latest of the story is taken up"
    assert third["story"] == [run, second["run"], third["run"]["run"]]
    told = backroom("show", run).stdout
    assert "together 3 portions: 3 succeeded" in told
    (failed,) = [p for p in backroom.json("portions", run) if p["outcome"] == "failed"]
    assert set(backroom.json("show", run, str(failed["portion"]))) == {run, second["run"], third["run"]["run"]}
    nothing = backroom("resume", run)
    assert (nothing.returncode, "nothing is left" in nothing.stderr) == (2, True), nothing.stderr
