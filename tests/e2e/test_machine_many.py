"""More portions than one array may have: two submissions of one wave, all of them recorded."""

import json
from collections import Counter
from typing import Any

from backroom.layout import RunLayout
from backroom.words import Outcome

from tests.e2e.stage import Stage
from tests.e2e.test_ends import silenced

PORTIONS = 10_001


def outcomes(stage: Stage, run: str) -> list[Any]:
    """Give the lines of outcomes.jsonl."""
    bucket, key = stage.twin.outputs["RunsBucketName"], RunLayout("swarm", run).outcomes(1)
    body = stage.twin.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
    return [json.loads(line) for line in body.iter_lines()]


def test_more_portions_than_an_array_may_have(stage: Stage) -> None:
    # To watch so many portions would take the twin longer than to run them.
    with silenced(stage, "backroom-batch-states"):
        ended = stage.run("swarm", tenants=[stage.tenant()], params={"count": PORTIONS}, timeout=280)
    jobs = stage.batch_jobs(ended.run)
    assert [job["jobName"].rpartition("-w")[2] for job in jobs] == ["1-0", "1-10000"]
    assert jobs[0]["arrayProperties"]["size"] == 10_000
    assert "arrayProperties" not in jobs[1], "the one that is left over is a plain Batch job"
    assert {job["status"] for job in jobs} == {"SUCCEEDED"}
    # These containers do nothing, so they leave no result, and without one no portion counts as done.
    assert (ended.status, ended.error) == ("FAILED", "PortionsFailed")
    assert "10,001 of 10,001 portions failed" in ended.cause
    assert Counter(outcome["outcome"] for outcome in outcomes(stage, ended.run)) == {"lost": PORTIONS}
    assert ended.record is not None
    assert (ended.record.portions, ended.record.counts) == (PORTIONS, {Outcome.LOST: PORTIONS})
    last = stage.runs.portion(ended.run, PORTIONS - 1)
    assert last is not None
    assert [attempt.batch_job_id for attempt in last.attempts] == [jobs[1]["jobId"]]
