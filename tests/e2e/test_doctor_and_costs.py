"""`backroom doctor` and `backroom costs` on a twin."""

from math import isclose
from typing import Any

import pytest

from tests.e2e.command_line import CommandLine, clean_environment
from tests.e2e.stage import Stage


@pytest.fixture(scope="module")
def backroom(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    return CommandLine(clean_environment(AWS_ENDPOINT_URL=stage.twin.endpoint_url), tmp_path_factory.mktemp("doctor"))


def by_name(checks: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in checks}


def test_a_stack_that_is_well_is_told_line_by_line(stage: Stage, backroom: CommandLine) -> None:
    checks = by_name(backroom.json("doctor"))
    assert {check["level"] for check in checks.values()} == {"ok"}, checks
    wanted = {"credentials", "clock", "stack", "queue backroom-spot", "queue backroom-on_demand", "job relay"}
    assert wanted <= checks.keys()
    assert {"messages backroom-undelivered", "messages backroom-events-dead", "runs"} <= checks.keys()


def test_what_is_ill_fails_with_the_way_out(stage: Stage, backroom: CommandLine) -> None:
    batch, sqs = stage.twin.client("batch"), stage.twin.client("sqs")
    sqs.send_message(QueueUrl=stage.twin.outputs["UndeliveredQueueUrl"], MessageBody="lost")
    batch.update_job_queue(jobQueue="backroom-on_demand", state="DISABLED")
    try:
        checks = by_name(backroom.json("doctor", exit_code=1))
    finally:
        batch.update_job_queue(jobQueue="backroom-on_demand", state="ENABLED")
        sqs.purge_queue(QueueUrl=stage.twin.outputs["UndeliveredQueueUrl"])
    ill = {name: check for name, check in checks.items() if check["level"] != "ok"}
    assert ill.keys() == {"queue backroom-on_demand", "messages backroom-undelivered"}
    assert "it is DISABLED" in ill["queue backroom-on_demand"]["message"]
    assert all(check["level"] == "fail" and check["way_out"] for check in ill.values())


def test_costs_are_those_of_the_records(stage: Stage, backroom: CommandLine) -> None:
    one, other = stage.tenant(), stage.tenant()
    ended = stage.run(tenants=[one, other], params={"items": ["ok-1", "ok-2"]})
    assert ended.record is not None
    assert ended.record.cost > 0
    runs = {row["name"]: row for row in backroom.json("costs", "--by", "run", "--period", "today")["rows"]}
    assert runs[ended.run]["cost"] == ended.record.cost
    tenants = {row["name"]: row for row in backroom.json("costs", "--by", "tenant", "--period", "7d")["rows"]}
    assert isclose(tenants[one]["cost"] + tenants[other]["cost"], ended.record.cost, abs_tol=1e-5)
    jobs = backroom.json("costs", "--period", "today")
    assert isclose(jobs["cost"], sum(row["cost"] for row in runs.values()), abs_tol=1e-6)
    wrong = backroom("costs", "--period", "soon")
    assert (wrong.returncode, "give today, 7d, 30d" in wrong.stderr) == (2, True)
