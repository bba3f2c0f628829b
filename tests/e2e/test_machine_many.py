"""More portions than one array may have: two submissions of one wave, all of them recorded."""

from collections import Counter

from backroom.words import Outcome

from tests.e2e.stage import Stage

PORTIONS = 10_001


def test_more_portions_than_an_array_may_have(stage: Stage) -> None:
    ended = stage.run("swarm", tenants=[stage.tenant()], params={"count": PORTIONS}, timeout=280)
    jobs = stage.batch_jobs(ended.run)
    assert [job["jobName"].rpartition("-w")[2] for job in jobs] == ["1-0", "1-10000"]
    assert jobs[0]["arrayProperties"]["size"] == 10_000
    assert "arrayProperties" not in jobs[1], "the one that is left over is a plain Batch job"
    assert {job["status"] for job in jobs} == {"SUCCEEDED"}
    # These containers do nothing, so they leave no result, and without one no portion counts as done.
    assert (ended.status, ended.error) == ("FAILED", "PortionsFailed")
    assert "10,001 of 10,001 portions failed" in ended.cause
    assert Counter(portion.outcome for portion in ended.portions).total() == PORTIONS
    assert sorted(portion.portion for portion in ended.portions) == list(range(PORTIONS))
    assert Outcome.SUCCEEDED not in {portion.outcome for portion in ended.portions}
