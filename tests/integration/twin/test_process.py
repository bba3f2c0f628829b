"""The twin as users have it: a process, its command line, its pytest plugin, and what outlives it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from backroom_local import process
from backroom_local.cli import local
from backroom_local.process import Running
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin
from click.testing import CliRunner, Result

from tests.integration.twin.waiting import until

PROJECT = Path(__file__).parent / "project"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A project of a test's own, whose twin is ended with the test."""
    shutil.copytree(PROJECT, tmp_path / "project")
    yield tmp_path / "project"
    running = process.find(tmp_path / "project" / ".backroom")
    if running is not None:
        process.stop(running, 20)


def command(project: Path, *arguments: str) -> Result:
    """Run `backroom local` for a project."""
    name, *rest = arguments
    where = ["--state-dir", str(project / ".backroom")]
    template = ["--template", str(project / "template.yaml")] if name == "up" else []
    return CliRunner().invoke(local, [name, *where, *template, *rest])


def answer(project: Path, *arguments: str) -> dict[str, Any]:
    """Run `backroom local ... --json` and give its answer."""
    result = command(project, *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_up_status_env_and_down(project: Path) -> None:
    assert command(project, "status").exit_code == 1
    assert "No twin is running; start one with" in command(project, "env").output
    up = answer(project, "up", "--host-commands", "--parameter", "Greeting=good day")
    status = answer(project, "status")
    assert (status["status"], status["pid"], status["endpoint"]) == ("ready", up["pid"], up["endpoint"])
    exported = answer(project, "env")
    assert exported["environment"]["AWS_ENDPOINT_URL"] == up["endpoint"]
    text = command(project, "env").output
    assert f"export AWS_ENDPOINT_URL={up['endpoint']}" in text
    called = boto3.client(
        "lambda",
        endpoint_url=up["endpoint"],
        region_name=exported["environment"]["AWS_REGION"],
        aws_access_key_id=exported["environment"]["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=exported["environment"]["AWS_SECRET_ACCESS_KEY"],
    ).invoke(FunctionName="greet", Payload='{"name": "Ann"}')
    assert json.load(called["Payload"]) == "good day, Ann"
    again = command(project, "up")
    assert again.exit_code == 0
    assert "is up already" in again.output
    assert "nothing to update" in again.output
    template = project / "template.yaml"
    template.write_text(template.read_text().replace("Attempts: 2", "Attempts: 3"))
    assert "updated: Definition" in command(project, "up").output
    template.write_text(template.read_text().replace("AWS::S3::Bucket", "AWS::S3::Pail"))
    refused = command(project, "up")
    assert refused.exit_code == 1
    assert "Resources.Bucket: the twin makes no AWS::S3::Pail" in refused.output
    assert answer(project, "down") == {"status": "down", "was_running": True}
    assert answer(project, "down") == {"status": "down", "was_running": False}
    with pytest.raises(ProcessLookupError):
        os.kill(up["pid"], 0)


def test_what_hinders_a_start_is_said(project: Path) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    busy = command(project, "up", "--port", str(taken.getsockname()[1]))
    taken.close()
    assert busy.exit_code == 1
    assert "port" in busy.output.lower()
    assert "--port" in busy.output
    wrong = command(project, "up", "--parameter", "Nope=1")
    assert wrong.exit_code == 1
    assert "has no parameter Nope; it has Greeting" in wrong.output
    assert "'Nope' is not NAME=VALUE" in command(project, "up", "--parameter", "Nope").output


def test_what_a_dead_twin_left_does_not_hinder(project: Path) -> None:
    state = project / ".backroom"
    state.mkdir()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    process.write(state, Running(dead.pid, 1, "http://127.0.0.1:1", "eu-central-1", "t"))
    assert process.find(state) is None
    process.write(state, Running(os.getpid(), 1, "http://127.0.0.1:1", "eu-central-1", "t"))
    assert command(project, "status").exit_code == 1
    (state / "twin.json").write_text("{half")
    assert process.find(state) is None


def test_a_twin_comes_up_with_what_it_held_when_it_was_killed(project: Path) -> None:
    settings = TwinSettings(project / "template.yaml", project / ".backroom", host_commands=True)
    with Twin.started(settings) as twin:
        s3, table = twin.client("s3"), twin.client("dynamodb")
        s3.put_object(Bucket="photos", Key="a/ü &.txt", Body=b"kept", ContentType="text/plain", Metadata={"count": "3"})
        s3.put_object(Bucket="photos", Key="gone", Body=b"x")
        s3.delete_objects(Bucket="photos", Delete={"Objects": [{"Key": "gone"}]})
        upload = s3.create_multipart_upload(Bucket="photos", Key="parts")["UploadId"]
        part = s3.upload_part(Bucket="photos", Key="parts", UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
        s3.complete_multipart_upload(
            Bucket="photos", Key="parts", UploadId=upload, MultipartUpload={"Parts": [{"ETag": part, "PartNumber": 1}]}
        )
        s3.create_bucket(Bucket="own", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        tag = s3.head_object(Bucket="photos", Key="parts")["ETag"]
        for number in range(3):
            table.put_item(TableName="notes", Item={"id": {"S": str(number)}, "n": {"N": str(number)}})
        table.update_item(
            TableName="notes",
            Key={"id": {"S": "1"}},
            UpdateExpression="SET n = n + :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        table.delete_item(TableName="notes", Key={"id": {"S": "0"}})
        done = twin.run(twin.outputs["Machine"], {"name": "Ann", "seconds": 0})
        assert done["output"] == {"greeting": "hello, Ann", "status": "SUCCEEDED"}
        running = twin.start(twin.outputs["Machine"], {"name": "Bo", "seconds": 3})
        batch, queue = twin.client("batch"), twin.outputs["Queue"]
        until(lambda: batch.list_jobs(jobQueue=queue, jobStatus="RUNNING")["jobSummaryList"], "a running job")
        os.kill(twin.running.pid, signal.SIGKILL)
    with Twin.started(settings) as twin:
        s3, table, sfn = twin.client("s3"), twin.client("dynamodb"), twin.client("stepfunctions")
        kept = s3.get_object(Bucket="photos", Key="a/ü &.txt")
        assert (kept["Body"].read(), kept["ContentType"], kept["Metadata"]) == (b"kept", "text/plain", {"count": "3"})
        assert [found["Key"] for found in s3.list_objects_v2(Bucket="photos")["Contents"]] == ["a/ü &.txt", "parts"]
        assert s3.head_object(Bucket="photos", Key="parts")["ETag"] == tag
        assert {found["Name"] for found in s3.list_buckets()["Buckets"]} == {"photos", "own"}
        items = sorted((item["id"]["S"], item["n"]["N"]) for item in table.scan(TableName="notes")["Items"])
        assert items == [("1", "2"), ("2", "2")]
        assert sfn.describe_execution(executionArn=done["executionArn"])["status"] == "SUCCEEDED"
        lost = sfn.describe_execution(executionArn=running)
        assert (lost["status"], lost["error"]) == ("ABORTED", "Twin.Ended")
        assert sfn.get_execution_history(executionArn=running)["events"] == []
        batch = twin.client("batch")
        ended = until(
            lambda: (
                len(jobs := batch.list_jobs(jobQueue=twin.outputs["Queue"], jobStatus="SUCCEEDED")["jobSummaryList"])
                == 2
                and jobs
            ),
            "the end of the job that was running",
        )
        details = batch.describe_jobs(jobs=[job["jobId"] for job in ended])["jobs"]
        assert sorted(len(job["attempts"]) for job in details) == [1, 2]
        assert twin.run(twin.outputs["Machine"], {"name": "Cy", "seconds": 0})["status"] == "SUCCEEDED"
    with Twin.started(TwinSettings(project / "template.yaml", project / ".backroom", fresh=True)) as twin:
        assert "Contents" not in twin.client("s3").list_objects_v2(Bucket="photos")


EXAMPLE = """
def test_greeting(twin):
    ended = twin.run(twin.outputs["Machine"], {"name": "Ann", "seconds": 0})
    assert ended["status"] == "SUCCEEDED"
    assert ended["output"] == {"greeting": "hello, Ann", "status": "SUCCEEDED"}


def test_photos(twin):
    s3 = twin.client("s3")
    s3.put_object(Bucket="photos", Key="a", Body=b"b")
    assert s3.get_object(Bucket="photos", Key="a")["Body"].read() == b"b"
"""


def test_the_plugin_gives_other_projects_tests_a_twin(project: Path) -> None:
    (project / "pytest.ini").write_text("[pytest]\nbackroom_template = template.yaml\nbackroom_host_commands = true\n")
    (project / "test_example.py").write_text(EXAMPLE)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(project)],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert "2 passed" in ran.stdout, ran.stdout + ran.stderr
