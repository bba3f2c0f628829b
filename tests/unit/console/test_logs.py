"""What the containers of a run wrote, on AWS as moto has it: all stages, all nodes, in order of time."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import orjson
import pytest
from backroom.layout import RunLayout
from backroom.planning.stages import Before
from backroom.planning.summary import PlanSummary, StagePlan
from backroom.records import AttemptRecord, PortionRecord
from backroom.runs import RunsTable
from backroom.words import Cause, Outcome, RunStatus
from backroom_console.connection import Connection
from backroom_console.log_lines import LogLine, as_json, in_words
from backroom_console.log_places import LogGroup, LogStream, Tries, groups_of_plan, with_all_streams
from backroom_console.logs import RunLog
from backroom_console.target import Target

from tests.unit.console.account import OUTPUTS, backroom

RUN = "shop-20261127T030000Z-0001"
BEGAN = datetime(2026, 11, 27, 3, tzinfo=UTC)
NOW = int(BEGAN.timestamp() * 1000)
DEFINITION = "arn:aws:batch:eu-central-1:123456789012:job-definition/backroom-dev-shop"
STAGES = (
    StagePlan("fetch", definition=f"{DEFINITION}:3"),
    StagePlan("index", (Before("fetch", True),), f"{DEFINITION}-index:1"),
)
PLAN = PlanSummary("shop", RUN, 1, STAGES[0].definition, (), STAGES)
FETCH, INDEX = "backroom-dev-shop", "backroom-dev-shop-index"


@pytest.fixture
def runs(stack: None) -> RunsTable:
    """The table of runs, in which one goes on; its buckets and log groups are there, but no plan."""
    boto3.client("s3").create_bucket(
        Bucket=OUTPUTS["RunsBucketName"], CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    for group in (FETCH, INDEX, "/aws/lambda/backroom-dev-plan", "backroom-dev-plan"):
        boto3.client("logs").create_log_group(logGroupName=group)
    table = RunsTable(boto3.resource("dynamodb").Table(OUTPUTS["RunsTableName"]))
    table.begin("shop", RUN, BEGAN, slot=RUN, execution_arn="arn:aws:states:eu-central-1:123456789012:execution:x:y")
    return table


def plan() -> None:
    key = RunLayout("shop", RUN).plan(1)
    boto3.client("s3").put_object(Bucket=OUTPUTS["RunsBucketName"], Key=key, Body=orjson.dumps(PLAN.as_json()))


def end(runs: RunsTable, *attempts: AttemptRecord) -> None:
    """Record the run and its portion 0."""
    record = PortionRecord(0, "t", 1, Outcome.SUCCEEDED, Cause.OK, attempts=attempts)
    runs.put_portions(RUN, [record], BEGAN)
    runs.ended("shop", RUN, RunStatus.SUCCEEDED, BEGAN, {})


def write(group: str, stream: str, **lines: str) -> None:
    """Write lines at so many ms after the run began (`_5="..."`)."""
    logs = boto3.client("logs")
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    events = [{"timestamp": NOW + int(at[1:]), "message": message} for at, message in lines.items()]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def said(message: str, **fields: Any) -> str:
    return json.dumps({"time": "2026-11-27T03:00:00.000Z", "level": "INFO", "message": message, "run": RUN, **fields})


def printed(*arguments: str) -> list[str]:
    done = backroom("logs", RUN, *arguments, "--stack", "backroom-dev")
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def tried(attempt: int, stage: str, stream: str) -> AttemptRecord:
    return AttemptRecord(1, attempt, Cause.OK, batch_job_id=f"id-{stage}-{attempt}", log_stream=stream, stage=stage)


@pytest.fixture
def chain(runs: RunsTable) -> RunsTable:
    """A run of two stages with two portions; the second stage of portion 0 was tried twice."""
    plan()
    streams = [f"{FETCH}/default/1", f"{INDEX}/default/2", f"{INDEX}/default/3"]
    write(FETCH, streams[0], _0=said("fetching", portion=0, attempt=1), _1="Traceback of fetch")
    write(FETCH, f"{FETCH}/default/4", _3=said("fetching", portion=1, attempt=1))
    write(INDEX, streams[1], _2=said("indexing", portion=0, attempt=1), _5="killed")
    write(INDEX, streams[2], _4=said("again", portion=0, attempt=2, nodes=[1]), _6="no JSON")
    end(runs, tried(1, "fetch", streams[0]), tried(1, "index", streams[1]), tried(2, "index", streams[2]))
    return runs


def test_all_stages_are_read_in_order_of_time_and_named(chain: RunsTable) -> None:
    assert printed() == [
        "03:00:00.000 fetch 0/1 - INFO fetching",
        "03:00:00.000 index 0/1 - INFO indexing",
        "03:00:00.000 fetch 1/1 - INFO fetching",
        "03:00:00.000 index 0/2 - INFO again",
    ]


def test_lines_of_the_same_millisecond_are_in_the_order_of_their_streams_however_they_are_read(runs: RunsTable) -> None:
    plan()
    for node in (2, 0, 1):
        write(FETCH, f"{FETCH}/default/{node}", _1=said(f"node {node}", portion=0, attempt=1))
    end(runs, *(tried(1, "fetch", f"{FETCH}/default/{node}") for node in (1, 2, 0)))
    assert printed() == [f"03:00:00.000 fetch 0/1 - INFO node {node}" for node in range(3)]
    assert printed("0") == printed()


def test_of_a_portion_the_streams_of_its_attempts_are_read_whatever_they_hold(chain: RunsTable) -> None:
    whole = [(line["stage"], line["message"]) for line in map(json.loads, printed("0", "--json"))]
    assert whole == [
        ("fetch", "fetching"),
        ("fetch", "Traceback of fetch"),
        ("index", "indexing"),
        ("index", "again"),
        ("index", "killed"),
        ("index", "no JSON"),
    ]
    assert [line.partition(" ")[2] for line in printed("0", "--attempt", "2")] == ["index 0/2 - INFO again", "no JSON"]


def test_without_a_plan_the_recorded_attempts_say_where_they_wrote(runs: RunsTable) -> None:
    write(INDEX, f"{INDEX}/default/1", _1=said("indexing", portion=3, attempt=1))
    end(runs, tried(1, "index", f"{INDEX}/default/gone"))
    assert printed() == ["03:00:00.000 index 3/1 - INFO indexing"]


def test_what_planned_is_read_in_order_of_time_without_what_is_news_to_nobody(runs: RunsTable) -> None:
    at = {"timestamp": "2026-11-27 03:00:01,000+0000", "service": "plan", "xray_trace_id": "1-2"}
    write("/aws/lambda/backroom-dev-plan", "a", _1=said("first", **at), _3=said("third"))
    write("backroom-dev-plan", "b", _2=said("second", tenants=3))
    end(runs)
    assert [line.split(" - ")[1] for line in printed("--plan")] == ["INFO first", "INFO second tenants=3", "INFO third"]
    assert backroom("logs", RUN, "--plan", "--attempt", "1", "--stack", "backroom-dev").exit_code == 2


def test_who_follows_from_before_the_plan_sees_every_stage_once(runs: RunsTable) -> None:
    connection = Connection(Target("backroom-dev"))
    log = RunLog(connection, runs.get(RUN))
    looks: list[None] = []

    def rest() -> None:
        looks.append(None)
        if len(looks) == 1:
            plan()
            write(FETCH, "a", _1=said("fetched"))
        else:
            write(INDEX, "b", _2=said("indexed"))

    lines = list(log.follow(lambda: len(looks) < 2, rest))
    assert [(line.stage, line.names("message")) for line in lines] == [("fetch", "fetched"), ("index", "indexed")]


def test_a_look_reads_no_more_than_it_must_and_the_last_one_what_came_late(runs: RunsTable) -> None:
    plan()
    connection, begun = Connection(Target("backroom-dev")), []
    log = RunLog(connection, runs.get(RUN))
    connection.logs.meta.events.register(
        "before-parameter-build.cloudwatch-logs.FilterLogEvents",
        lambda params, **_: begun.append((params["startTime"] - NOW) // 60_000),
    )
    write(FETCH, "a", _3600000=said("an hour in"))

    def rest() -> None:
        if len(begun) == 4:
            write(FETCH, "b", _60000=said("late by an hour"))

    lines = list(log.follow(lambda: len(begun) < 4, rest))
    assert [line.names("message") for line in lines] == ["an hour in", "late by an hour"]
    assert begun == [-5, -5, 55, 55, -5, -5]


class Batch:
    """Batch, of a multi-node job with two attempts, and of nothing else."""

    def describe_jobs(self, jobs: list[str]) -> Mapping[str, Any]:
        return {"jobs": [self._job(job) for job in jobs if job.partition("#")[0] == "m"]}

    def _job(self, job: str) -> Mapping[str, Any]:
        node = job.partition("#")[2] or "0"
        attempts = [{"container": {"logStreamName": f"g/default/{node}-1"}}, {"container": {}}]
        found = {"jobId": job, "attempts": attempts, "container": {"logStreamName": f"g/default/{node}-3"}}
        return found if "#" in job else found | {"nodeProperties": {"numNodes": 2}}


def test_every_node_has_streams_and_what_is_recorded_of_an_attempt_holds() -> None:
    known = Tries((LogStream("g/default/0-1", 7, "s"),), {"m": "s", "forgotten": "s"})
    found = with_all_streams(Batch(), known)
    numbers = {stream.name: stream.attempt for stream in found.streams}
    assert numbers == {"g/default/0-1": 7, "g/default/0-3": 3, "g/default/1-1": 1, "g/default/1-3": 3}
    assert {stream.group for stream in found.streams} == {LogGroup("g", "s")}
    assert found.has("m#1")
    assert not found.has("n#1")


def test_a_job_of_one_stage_names_none() -> None:
    assert groups_of_plan(replace(PLAN, stages=())) == (LogGroup(FETCH),)
    line = LogLine("1", NOW, said("done", portion=1), {"message": "done", "portion": 1})
    assert as_json(line) == line.text, "as it was logged"
    assert in_words(line) == "1/- -  done"
    plain = LogLine("2", NOW, "text", None)
    assert (in_words(plain), json.loads(as_json(plain))["message"]) == ("text", "text")
