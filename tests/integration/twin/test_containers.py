"""`backroom local up --containers` by the command line: the images run in an engine, where one has the base image."""

from pathlib import Path
from typing import Any

import pytest

from tests.integration.execution.test_engine import BASE, engine
from tests.integration.twin.test_faults import client
from tests.integration.twin.test_process import answer, project
from tests.integration.twin.waiting import until

__all__ = ["engine", "project"]

pytestmark = pytest.mark.usefixtures("engine")
DOCKERFILE = """\
ARG BASE=no-such-registry.invalid/python
FROM ${BASE}
COPY containers/own/app.py /app.py
ENTRYPOINT ["python", "/app.py"]
"""
APP = "import os, sys; print('in a container:', os.path.exists('/.dockerenv'), sys.argv[1:], os.environ['GREETING'])"
OWN = """
        Image: x/own:1
        Environment: [{Name: GREETING, Value: hello}]
        Command: [Ref::seconds]"""
FOREIGN = {"image": BASE, "command": ["python", "-c", "raise SystemExit(7)"]}
NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]


def contain(project: Path) -> None:
    """Make the project's job one of an image of its own."""
    own = project / "containers" / "own"
    own.mkdir(parents=True)
    (own / "Dockerfile").write_text(DOCKERFILE)
    (own / "app.py").write_text(APP)
    template = project / "template.yaml"
    before, _, after = template.read_text().partition("\n        Image: any")
    template.write_text(before + OWN + after.partition('"sleep Ref::seconds"]')[2])


def finish(batch: Any, queue: str, definition: str) -> Any:
    """Run a job to its end."""
    job = batch.submit_job(jobName="j", jobQueue=queue, jobDefinition=definition)["jobId"]

    def ended() -> Any:
        (found,) = batch.describe_jobs(jobs=[job])["jobs"]
        return found if found["status"] in ("SUCCEEDED", "FAILED") else None

    return until(ended, "the end of the job")


def test_the_images_run_in_the_engine(project: Path) -> None:
    contain(project)
    answer(project, "up", "--containers", "--base", BASE)
    batch, queue = client(project, "batch"), answer(project, "env")["outputs"]["Queue"]
    (name,) = {one["jobDefinitionName"] for one in batch.describe_job_definitions()["jobDefinitions"]}
    own = finish(batch, queue, name)
    assert own["status"] == "SUCCEEDED", own
    where = {"logGroupName": "/aws/batch/job", "logStreamName": own["container"]["logStreamName"]}
    (line,) = client(project, "logs").get_log_events(**where)["events"]
    assert line["message"] == "in a container: True ['0'] hello"
    foreign = {**FOREIGN, "resourceRequirements": NEEDS}
    batch.register_job_definition(jobDefinitionName="foreign", type="container", containerProperties=foreign)
    failed = finish(batch, queue, "foreign")
    assert (failed["status"], failed["container"]["exitCode"]) == ("FAILED", 7)
    assert answer(project, "down")["was_running"]
