"""The command line on a twin: what operators do when all is well and when it is not."""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine, clean_environment
from tests.e2e.stage import Stage
from tests.e2e.test_machine import eventually


@pytest.fixture(scope="module")
def backroom(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The command line at the stage's twin, in an empty folder: all that it knows is AWS_ENDPOINT_URL."""
    folder = tmp_path_factory.mktemp("elsewhere")
    return CommandLine(clean_environment(AWS_ENDPOINT_URL=stage.twin.endpoint_url), folder)


def items(*names: str) -> str:
    return f"items={json.dumps(names)}"


def line_with(process: "subprocess.Popen[str]", text: str) -> str:
    """Read a process's standard error up to a line that holds `text`."""
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if text in line:
            return line
    raise AssertionError(f"it ended without saying {text!r}: {''.join(seen)}")


def test_a_run_is_followed_to_its_end_and_shown(stage: Stage, backroom: CommandLine) -> None:
    tenant = stage.tenant()
    done = backroom("run", "probe", "--tenant", tenant, "--param", items("bad-1", *(f"ok-{n}" for n in range(9))))
    assert done.returncode == 1, "a portion of one bad item is over the tolerance"
    assert "10 portions" in done.stderr
    assert "Started probe-2" in done.stderr
    assert "\x1b[" not in done.stdout + done.stderr
    assert f"\n{tenant} " in done.stdout


def test_a_run_that_succeeds_says_so_in_json(stage: Stage, backroom: CommandLine) -> None:
    tenant = stage.tenant()
    shown = backroom.json("run", "probe", "--tenant", tenant, "--param", "count=2")
    assert (shown["run"]["status"], shown["run"]["counts"]) == ("succeeded", {"succeeded": 2})
    assert [(row["tenant"], row["items"]["succeeded"]) for row in shown["tenants"]] == [(tenant, 2)]
    assert backroom.json("show", shown["run"]["run"])["run"] == shown["run"]


def test_a_failed_run_can_be_taken_apart(stage: Stage, backroom: CommandLine) -> None:
    tenant = stage.tenant()
    run = backroom.json("run", "probe", "--tenant", tenant, "--param", items("crash-1", "ok-1"), exit_code=1)["run"]
    assert run["status"] == "failed"
    (failed,) = backroom.json("portions", run["run"], "--outcome", "failed")
    assert (failed["tenant"], failed["cause"]) == (tenant, "app_permanent")
    assert len(backroom.json("portions", run["run"], "--tenant", tenant)) == 2
    assert backroom.json("portions", run["run"], "--cause", "app_permanent") == [failed]
    lines = backroom("logs", run["run"], str(failed["portion"])).stdout.splitlines()
    assert any(f" {failed['portion']}/1 {tenant} INFO portion started" in line for line in lines)
    assert not any(f" {1 - failed['portion']}/1 " in line for line in lines)
    assert run["run"] in [known["run"] for known in backroom.json("runs", "--job", "probe")]


def test_logs_are_followed_until_the_run_ends(stage: Stage, backroom: CommandLine) -> None:
    run, execution = stage.start("probe", tenants=[stage.tenant()], params={"items": ["hang-1"]})
    eventually(lambda: bool(stage.batch_jobs(run)), "no Batch job was submitted")
    following = backroom.start("logs", run, "--follow")
    assert following.stdout is not None
    assert "portion started" in following.stdout.readline()
    stage.twin.client("stepfunctions").stop_execution(executionArn=execution)
    more, _ = following.communicate(timeout=120)
    assert following.returncode == 0
    assert "portion started" not in more, "each line is printed once, however often the logs are read"


def test_ctrl_c_leaves_the_run_running_and_says_how_to_come_back(stage: Stage, backroom: CommandLine) -> None:
    tenant = stage.tenant()
    waiting = backroom.start("run", "probe", "--tenant", tenant, "--param", items("hang-1"))
    run = line_with(waiting, "Started").split()[1]
    line_with(waiting, "1 portion: 1 running")
    waiting.send_signal(signal.SIGINT)
    _, said = waiting.communicate(timeout=120)
    assert waiting.returncode == 130
    assert f"backroom show {run} --wait" in said
    assert backroom.json("show", run)["run"]["status"] == "running"
    again = backroom.start("show", run, "--wait", "--json")
    machine = stage.twin.outputs["RunJobArn"].replace(":stateMachine:", ":execution:")
    stage.twin.client("stepfunctions").stop_execution(executionArn=f"{machine}:{run}", cause="enough")
    answer, _ = again.communicate(timeout=120)
    assert again.returncode == 1
    assert json.loads(answer)["run"]["status"] == "aborted"
    assert backroom.json("show", run)["run"]["status"] == "aborted"


def test_a_run_that_is_not_waited_for_is_named_and_nothing_else(stage: Stage, backroom: CommandLine) -> None:
    done = backroom("run", "probe", "--tenant", stage.tenant(), "--param", "count=1", "--no-wait")
    assert done.returncode == 0, done.stderr
    assert backroom("show", done.stdout.strip(), "--wait").returncode == 0


def test_a_plan_is_shown_and_nothing_runs(stage: Stage, backroom: CommandLine) -> None:
    tenant, off = stage.tenant(), stage.tenant(jobs_off=["probe"])
    asked = ("probe", "--tenant", tenant, "--tenant", off, "--param", "count=3")
    planned = {row["tenant"]: row for row in backroom.json("plan", *asked)["tenants"]}
    assert planned[tenant]["portions"] == 3
    assert planned[off]["skipped"]
    assert "3 items of 1 tenant in 3 portions" in backroom("plan", *asked).stdout


def test_a_run_beyond_its_budget_is_started_only_when_somebody_agrees(stage: Stage, backroom: CommandLine) -> None:
    tenant = stage.tenant()
    asked = ("--tenant", tenant, "--param", items("dear-1", "dear-2"), "--no-wait")
    refused = backroom("run", "probe", *asked)
    assert (refused.returncode, refused.stdout) == (2, "")
    agreed = re.search(r"--approve-cost (\d+\.\d\d)", refused.stderr)
    assert agreed, refused.stderr
    assert f"Likely cost: ${agreed[1]}" in backroom("plan", "probe", *asked[:-1]).stdout
    cheaper = backroom.json("run", "probe", *asked, "--approve-cost", "0.001")["run"]
    assert "BudgetExceededError" in backroom("show", cheaper, "--wait").stdout, "less than it costs is not enough"
    agreed_to = backroom.json("run", "probe", *asked[:-1], "--approve-cost", agreed[1])
    assert agreed_to["run"]["status"] == "succeeded"


def test_jobs_are_those_of_the_template(backroom: CommandLine) -> None:
    jobs = {job["job"]: job for job in backroom.json("jobs")}
    assert {"image_resize", "probe", "relay", "report", "similarity", "sitemap", "stock_import", "swarm"} <= set(jobs)
    assert not any("-" in job for job in jobs), "a stage is no job"
    assert jobs["image_resize"]["scheduled"] is False
    assert jobs["image_resize"]["schedule"].startswith("cron(")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (("run", "prob"), 3, "there is no job 'prob' on the twin at http://127.0.0.1:{port}; did you mean 'probe'?"),
        (("plan", "prob"), 3, "did you mean 'probe'?"),
        (("runs", "--job", "prob"), 3, "did you mean 'probe'?"),
        (("run", "probe", "--tenant", "known-tenan"), 3, "unknown tenant 'known-tenan': did you mean known-tenant?"),
        (("plan", "probe", "--param", "colour=blue"), 2, "colour"),
        (("run", "probe", "--param", "colour"), 2, "'colour' is not NAME=VALUE"),
        (("show", "probe-20000101T000000Z-0000"), 3, "there is no run 'probe-20000101T000000Z-0000'"),
        (("portions", "probe-x", "--outcome", "bad"), 2, "Invalid value for '--outcome'"),
        (("runs", "--aws"), 2, "AWS_ENDPOINT_URL is http://127.0.0.1:{port}"),
    ],
)
def test_what_is_wrong_is_named_with_the_way_out(
    stage: Stage, backroom: CommandLine, arguments: tuple[str, ...], exit_code: int, said: str
) -> None:
    if "known-tenan" in arguments:
        stage.tenant("known-tenant")
    done = backroom(*arguments)
    assert done.returncode == exit_code, done.stderr
    assert said.format(port=stage.twin.running.port) in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_run_that_is_nearly_named_is_found_again(stage: Stage, backroom: CommandLine) -> None:
    run = backroom.json("run", "probe", "--tenant", stage.tenant())["run"]["run"]
    done = backroom("show", run[:-1])
    assert done.returncode == 3
    assert f"did you mean {run}" in done.stderr
    assert backroom("show", "last").stdout.startswith("probe-")


def test_a_portion_beyond_the_last_is_refused(stage: Stage, backroom: CommandLine) -> None:
    run = backroom.json("run", "probe", "--tenant", stage.tenant(), "--param", "count=2")["run"]["run"]
    done = backroom("logs", run, "2")
    assert done.returncode == 3
    assert f"run {run} has no portion 2: `backroom portions {run}` lists them" in done.stderr


def test_where_no_twin_answers_that_is_said(tmp_path: Path) -> None:
    done = CommandLine(clean_environment(AWS_ENDPOINT_URL="http://127.0.0.1:1"), tmp_path)("runs")
    assert done.returncode == 4
    assert "no twin answers at http://127.0.0.1:1" in done.stderr
