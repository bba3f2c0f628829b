"""The twin as users have it: a process, its command line, its pytest plugin, and what outlives it."""

import json
import os
import shutil
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
from click.testing import CliRunner, Result

PROJECT = Path(__file__).parent / "project"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A project of a test's own, whose twin is ended with the test."""
    shutil.copytree(PROJECT, tmp_path / "project")
    yield tmp_path / "project"
    running = process.find(tmp_path / "project" / ".backroom")
    if running is not None:
        process.stop(running, 20)


def command(project: Path, *arguments: str, mix_stderr: bool = True) -> Result:
    """Run `backroom local` for a project; its output is a terminal's, or with `mix_stderr` off a pipe's."""
    name, *rest = arguments
    where = ["--state-dir", str(project / ".backroom")]
    template = ["--template", str(project / "template.yaml")] if name == "up" else []
    return CliRunner(mix_stderr=mix_stderr).invoke(local, [name, *where, *template, *rest])


def answer(project: Path, *arguments: str) -> dict[str, Any]:
    """Run `backroom local ... --json` and give its answer."""
    result = command(project, *arguments, "--json", mix_stderr=False)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def greeting(exported: dict[str, Any]) -> Any:
    """Call the function by the variables that `backroom local env` gives."""
    environment = exported["environment"]
    client = boto3.client(
        "lambda",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    return json.load(client.invoke(FunctionName="greet", Payload='{"name": "Ann"}')["Payload"])


def test_up_status_env_and_down(project: Path) -> None:
    assert command(project, "status").exit_code == 1
    assert "No twin is running; start one with" in command(project, "env").output
    up = answer(project, "up", "--parameter", "Greeting=good day")
    status = answer(project, "status")
    assert (status["status"], status["pid"], status["endpoint"]) == ("ready", up["pid"], up["endpoint"])
    assert greeting(answer(project, "env")) == "good day, Ann"
    assert f"export AWS_ENDPOINT_URL={up['endpoint']}" in command(project, "env").output
    check_up_again(project)
    assert answer(project, "down") == {"status": "down", "was_running": True}
    assert answer(project, "down") == {"status": "down", "was_running": False}
    with pytest.raises(ProcessLookupError):
        os.kill(up["pid"], 0)


def check_up_again(project: Path) -> None:
    """`up` on a running twin applies what was edited, and says what is wrong with it."""
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
    assert "'event_loss' is not NAME=NUMBER" in command(project, "up", "--rate", "event_loss").output
    assert "NAME is one of spot_reclaims_an_hour" in command(project, "up", "--rate", "moods=1").output
    assert "NAME is one of evaluate, scale_up" in command(project, "up", "--delay", "scale_up=-1").output


def test_containers_need_an_engine_and_their_options_each_other(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "add --containers" in command(project, "up", "--base", "python:3.13-slim").output
    assert "leave --host-commands out" in command(project, "up", "--containers", "--host-commands").output
    monkeypatch.setenv("PATH", str(project))
    without = command(project, "up", "--containers")
    assert without.exit_code == 1
    assert "no container engine answers" in without.output
    assert "leave --containers out" in without.output


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
