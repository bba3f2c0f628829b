"""What is in a queue, by run."""

from backroom_console.web.queue_load import Load, loads

from tests.prepared_runs import run_id


def job(identity: str, name: str, status: str) -> dict[str, str]:
    return {"jobId": identity, "jobName": name, "status": status}


def test_jobs_are_summed_by_run_and_arrays_by_their_children() -> None:
    one, two = run_id(1), run_id(2)
    jobs = [
        job("a", f"{one}-w1-0", "PENDING"),
        job("b", f"{one}-w1-images-0", "RUNNABLE"),
        job("c", f"{two}-w2-5", "RUNNING"),
        job("d", "somebody-elses", "STARTING"),
    ]
    found = loads(jobs, {"a": {"RUNNING": 40, "RUNNABLE": 7, "SUCCEEDED": 900, "FAILED": 3}})
    assert found == [
        Load(one, one, 40, 8),
        Load(two, two, 1, 0),
        Load("", "somebody-elses", 1, 0),
    ], "who has most comes first, what has ended does not count, and what is no run's has no page"
