"""`glue:startJobRun.sync`: a job run is started, waited for through its states, and its failure is the state's."""

import json
from typing import Any

import pytest
from backroom_local.settings import ACCOUNT
from backroom_local.twin import Twin
from moto.glue.models import FakeJobRun, glue_backends

from tests.integration.twin.waiting import begin, ended, machine, run, until

START = {
    "Type": "Task",
    "Resource": "arn:aws:states:::glue:startJobRun.sync",
    "Arguments": {"JobName": "{% $states.input.job %}", "Arguments": {"--run": "r-1"}},
    "End": True,
}
MACHINE = machine({"A": START}, "A")


@pytest.fixture
def job(bare: Twin) -> Any:
    """A Glue job; gives its name."""
    glue = bare.clients.get("glue")
    glue.create_job(Name="after", Role="arn:aws:iam::123456789012:role/glue", Command={"Name": "glueetl"})
    yield "after"
    glue.delete_job(JobName="after")


def runs_of(twin: Twin, job: str) -> list[FakeJobRun]:
    """Give a job's runs as moto keeps them."""
    runs: list[FakeJobRun] = glue_backends[ACCOUNT][twin.settings.region].jobs[job].job_runs
    return runs


def test_a_job_run_is_waited_for_through_its_states(sfn: Any, job: str) -> None:
    # moto's go on by one state each time that somebody looks: STARTING, RUNNING, SUCCEEDED.
    execution = begin(sfn, MACHINE, {"job": job})
    output = json.loads(ended(sfn, execution)["output"])
    assert (output["JobName"], output["JobRunState"], output["Arguments"]) == (job, "SUCCEEDED", {"--run": "r-1"})


def test_a_job_run_that_fails_fails_the_state(bare: Twin, sfn: Any, job: str) -> None:
    execution = begin(sfn, MACHINE, {"job": job})
    (started,) = until(lambda: runs_of(bare, job), "a run of the job")
    started.status = "FAILED"
    about = ended(sfn, execution)
    assert (about["status"], about["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(about["cause"])["JobRunState"] == "FAILED"


def test_a_job_that_is_not_there_and_one_that_runs_already_are_refused_by_name(sfn: Any, bare: Twin, job: str) -> None:
    assert run(sfn, MACHINE, {"job": "nowhere"})["error"] == "Glue.EntityNotFoundException"
    first = begin(sfn, MACHINE, {"job": job})
    until(lambda: runs_of(bare, job), "a run of the job")
    assert run(sfn, MACHINE, {"job": job}, "second")["error"] == "Glue.ConcurrentRunsExceededException"
    assert ended(sfn, first)["status"] == "SUCCEEDED"
