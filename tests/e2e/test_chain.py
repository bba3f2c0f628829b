"""A job of three stages on the twin: in their order, each tried again alone, and nobody's work done twice."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from backroom.notifying.sent import SentMails
from backroom.records import PortionRecord
from backroom.words import Capacity, Cause, Outcome

from tests.e2e.command_line import CommandLine, clean_environment
from tests.e2e.stage import GLUE_JOB, SENDER, Ended, Stage
from tests.e2e.test_machine import eventually

ITEMS = ("flaky-1", "greedy-1", "ok-1", "spot-1")


def objects(stage: Stage, tenant: str, prefix: str) -> dict[str, bytes]:
    """Give a tenant's objects under a prefix by their names."""
    s3, bucket = stage.twin.client("s3"), f"backroom-{tenant}"
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]
    return {key.removeprefix(prefix): s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def named(stage: Stage, run: str) -> dict[str, Any]:
    """Give the Batch jobs of a run by their names, without the run's."""
    return {job["jobName"].removeprefix(f"{run}-"): job for job in stage.batch_jobs(run)}


def children(stage: Stage, job: Any) -> list[Any]:
    """Give an array's children in their order; of a plain job itself."""
    if "arrayProperties" not in job:
        return [job]
    ids = [f"{job['jobId']}:{index}" for index in range(job["arrayProperties"]["size"])]
    found = stage.twin.client("batch").describe_jobs(jobs=ids)["jobs"]
    return sorted(found, key=lambda child: int(child["arrayProperties"]["index"]))


@pytest.fixture(scope="module")
def told(stage: Stage) -> Any:
    """A queue that gets what the topic of the runs publishes; gives what to receive from it."""
    sqs, sns = stage.twin.client("sqs"), stage.twin.client("sns")
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=stage.twin.outputs["RunsTopicArn"], Protocol="sqs", Endpoint=arn)

    def receive() -> list[Any]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(json.loads(message["Body"])["Message"]) for message in messages]

    return receive


@pytest.fixture(scope="module")
def tenants(stage: Stage) -> tuple[str, str]:
    """Two tenants, of whom one has an address."""
    return stage.tenant(email="ann@acme.example"), stage.tenant()


@pytest.fixture(scope="module")
def ended(stage: Stage, tenants: tuple[str, str], told: Any) -> Iterator[Ended]:
    """A run in which each thing goes wrong once that another wave can mend."""
    stage.twin.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    role = "arn:aws:iam::123456789012:role/glue"
    stage.twin.client("glue").create_job(Name=GLUE_JOB, Role=role, Command={"Name": "glueetl"})
    run, execution = stage.start("relay", tenants=list(tenants), params={"items": ITEMS})

    def unfinished(name: str) -> list[str]:
        job = named(stage, run).get(name)
        found = [child["status"] for child in children(stage, job)] if job else ["not submitted"]
        return [status for status in found if status not in ("SUCCEEDED", "FAILED")]

    # A reclaim takes all that is on the instance, so nothing else may be on it.
    left = {"w1-fetch-0": ["RUNNING"] * len(tenants), "w1-images-0": ["PENDING"] * len(tenants)}
    eventually(lambda: {name: unfinished(name) for name in left} == left, "only what waits to be stopped runs", 120)
    for child in children(stage, named(stage, run)["w1-fetch-0"]):
        if child["status"] == "RUNNING":
            stage.fault(kind="spot_reclaim", job=child["jobId"])
    yield stage.finish(run, execution, 240)
    stage.twin.client("glue").delete_job(JobName=GLUE_JOB)


def test_what_a_chain_loses_on_its_way_is_done_by_later_waves(
    stage: Stage, ended: Ended, tenants: tuple[str, str]
) -> None:
    assert ended.status == "SUCCEEDED", ended.cause
    for tenant in tenants:
        assert set(objects(stage, tenant, "fetched/")) == set(objects(stage, tenant, "made/")) == set(ITEMS)
        assert objects(stage, tenant, "index.txt") == {"": "\n".join(ITEMS).encode()}
    assert ended.record is not None
    assert (ended.record.wave, ended.record.counts) == (2, {Outcome.SUCCEEDED: 2 * len(ITEMS) + 2})


def test_each_child_waits_for_its_own_and_the_index_for_all(stage: Stage, ended: Ended) -> None:
    jobs = named(stage, ended.run)
    stages = Counter(name.rpartition("-")[0] for name in jobs)
    assert stages == {"w1-fetch": 1, "w1-images": 1, "w1-index": 1, "w2-fetch": 1, "w2-images": 3, "w2-index": 1}
    pairs = zip(children(stage, jobs["w1-fetch-0"]), children(stage, jobs["w1-images-0"]), strict=True)
    begun = [(fetch, image) for fetch, image in pairs if "startedAt" in image]
    assert len(begun) == 2 * len(ITEMS) - 2, "what waits for a child that failed never begins"
    assert all(image["startedAt"] >= fetch["stoppedAt"] for fetch, image in begun)
    images = [child for name, job in jobs.items() if name.startswith("w2-images") for child in children(stage, job)]
    (index,) = [job for name, job in jobs.items() if name.startswith("w2-index")]
    assert min(child["startedAt"] for child in children(stage, index)) >= max(child["stoppedAt"] for child in images)


def tried(record: PortionRecord) -> list[tuple[str, int, Cause]]:
    """Give the stage, the wave and the cause of each of a portion's attempts."""
    return [(attempt.stage, attempt.wave, attempt.cause) for attempt in record.attempts]


def test_each_is_tried_again_from_where_it_stopped_and_as_it_needs(
    stage: Stage, ended: Ended, tenants: tuple[str, str]
) -> None:
    of_one = [record for record in ended.portions if record.tenant == tenants[0] and record.only is None]
    flaky, greedy, ok, spot = of_one
    fetched = ("fetch", 1, Cause.OK)
    assert tried(ok) == [fetched, ("images", 1, Cause.OK)]
    assert tried(flaky) == [fetched, ("images", 1, Cause.APP_RETRYABLE), ("images", 2, Cause.OK)]
    assert tried(greedy) == [fetched, ("images", 1, Cause.OUT_OF_MEMORY), ("images", 2, Cause.OK)]
    assert tried(spot) == [("fetch", 1, Cause.SPOT_RECLAIM), ("fetch", 2, Cause.OK), ("images", 2, Cause.OK)]
    assert [record.memory for record in of_one] == [None, 512, None, None]
    assert [attempt.capacity for attempt in spot.attempts] == [Capacity.SPOT, Capacity.ON_DEMAND, Capacity.ON_DEMAND]
    assert {name: done.outcome for name, done in spot.stages.items()} == dict.fromkeys(
        ("fetch", "images"), Outcome.SUCCEEDED
    )


def test_one_log_tells_of_all_stages_in_their_order(stage: Stage, ended: Ended, tmp_path: Path) -> None:
    backroom = CommandLine(clean_environment(AWS_ENDPOINT_URL=stage.twin.endpoint_url), tmp_path)
    lines = [json.loads(line) for line in backroom("logs", ended.run, "--json").stdout.splitlines()]
    assert {line["stage"] for line in lines} == {"fetch", "images", "index"}
    begun = [line["stage"] for line in lines if line.get("message") == "portion started"]
    assert (begun[0], begun[-1]) == ("fetch", "index")
    flaky = ended.portions[0].portion
    of_one = [json.loads(line) for line in backroom("logs", ended.run, str(flaky), "--json").stdout.splitlines()]
    assert {(line["stage"], line["portion"]) for line in of_one if "portion" in line} == {
        ("fetch", flaky),
        ("images", flaky),
    }


def test_who_wants_to_know_of_the_end_is_told(stage: Stage, ended: Ended, tenants: tuple[str, str], told: Any) -> None:
    (notice,) = [notice for notice in told() if notice["run"] == ended.run]
    assert (notice["job"], notice["status"]) == ("relay", "succeeded")
    mails = SentMails(stage.tables.Table(stage.twin.outputs["RunsTableName"]))
    known = [mails.get(ended.run, tenant) for tenant in tenants]
    assert known[0] is not None
    assert known[0].sent_at is not None
    assert known[1] is None, "who has no address is not written to"
    (glue,) = stage.twin.client("glue").get_job_runs(JobName=GLUE_JOB)["JobRuns"]
    assert glue["Arguments"] == {"--job": "relay", "--run": ended.run, "--status": "succeeded"}
    assert glue["JobRunState"] == "SUCCEEDED"


def test_what_comes_after_a_stage_that_failed_is_not_started(stage: Stage) -> None:
    ended = stage.run("relay", tenants=[stage.tenant()], params={"items": ["bad-1", "ok-1"]})
    assert (ended.status, ended.error) == ("FAILED", "PortionsFailed")
    bad, ok, index = ended.portions
    assert (bad.outcome, bad.cause, bad.stage) == (Outcome.FAILED, Cause.APP_PERMANENT, "fetch")
    assert bad.stages["images"].outcome is Outcome.SKIPPED
    assert bad.stages["images"].message.startswith("not started: fetch before it")
    assert [(done.outcome) for done in ok.stages.values()] == [Outcome.SUCCEEDED] * 2
    assert index.outcome is Outcome.SKIPPED
