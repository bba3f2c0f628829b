"""With `--containers` the real images run, where there is an engine and a base image to build on."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from backroom_local.execution.engine import Engine, EngineError
from backroom_local.execution.engine_executor import EngineExecutor
from backroom_local.execution.host import Cloud, HostSettings
from backroom_local.execution.image_builds import ImageBuilds
from backroom_local.execution.interface import Ended
from backroom_local.execution.logs import MotoLogs
from backroom_local.execution.role_sessions import RoleSessions
from backroom_local.execution.venvs import Venvs

from tests.integration.execution.shop import ACCOUNT, REGION, ROOT, Shop, Watched, ambient, make_client
from tests.integration.execution.test_endings import until

BASE = "python:3.12-slim"
DOCKERFILE = f"""\
ARG BASE={BASE}
FROM ${{BASE}}
COPY layers/backroom/backroom /app/backroom
COPY containers/hello/app.py /app/
USER 10001
ENTRYPOINT ["python", "/app/app.py"]
"""
APP = """
import backroom, json, os, sys, urllib.request
def ask(url, token):
    return json.load(urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": token})))
def writes(folder):
    try:
        open(os.path.join(folder, "x"), "w").close()
    except OSError:
        return False
    return True
role = ask(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"])["RoleArn"]
given = [os.environ["SPACES"], os.environ["PATH"]]
print(json.dumps([sys.argv[1:], os.getuid(), *given, role, writes("/app"), writes("/tmp")]))
"""
TWIN = """
import subprocess, sys
from backroom_local.execution.supervisor import Supervisor
marker = Supervisor(sys.argv[1]).keeper.marker
subprocess.run([sys.argv[1], "run", "-d", "--label", f"BACKROOM_TWIN={marker}", sys.argv[2], "sleep", "600"])
print(marker, flush=True)
sys.stdin.read()
"""
ROLE = "arn:aws:iam::123456789012:role/backroom-job"


@pytest.fixture(scope="module")
def engine() -> Engine:
    """An engine that has the base image."""
    try:
        found = Engine.find(os.environ)
    except EngineError as error:
        pytest.skip(str(error))
    if not found.has(BASE):
        pytest.skip(f"the container engine has no {BASE}")
    return found


@pytest.fixture
def contained(engine: Engine, cloud_url: str, tmp_path: Path) -> Iterator[Shop]:
    """A shop whose containers are the engine's."""
    (tmp_path / "hello").mkdir()
    (tmp_path / "hello" / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "hello" / "app.py").write_text(APP)
    library = ROOT / "layers/backroom"
    settings = HostSettings((tmp_path,), Venvs(tmp_path, library), ambient(cloud_url))
    cloud = Cloud(
        MotoLogs(ACCOUNT, REGION), RoleSessions(make_client(cloud_url, "sts")), make_client(cloud_url, "secretsmanager")
    )
    started: dict[str, Watched] = {}
    executor = EngineExecutor(
        settings, cloud, engine, ImageBuilds(engine, library), lambda one, line: hear(started, one.job_id, line)
    )
    yield Shop(cloud_url, executor, started)
    executor.close()
    assert not engine.call("ps", "-aq", f"--filter=label=BACKROOM_TWIN={executor.supervisor.keeper.marker}")


def hear(started: dict[str, Watched], job_id: str, line: str) -> None:
    """Take a line."""
    started[job_id].lines.append(line)
    started[job_id].spoken.set()


def test_an_image_of_the_project_is_built_and_run_as_on_aws(contained: Shop) -> None:
    values = {"SPACES": " two\nlines ", "PATH": "/usr/local/bin:/bin"}
    ended, log = contained.run("one", image="x/hello@sha256:ab", environment=values, job_role_arn=ROLE)
    assert ended == Ended(0), log
    assert json.loads(log[0]) == [["one"], 10001, values["SPACES"], values["PATH"], ROLE, False, True]


def test_endings_of_a_foreign_image(contained: Shop) -> None:
    assert contained.run("python", "-c", "raise SystemExit(75)", image=BASE)[0] == Ended(75)
    hog = "x = [bytes(1 << 20).replace(b'\\0', b'x') for _ in range(1000)]"
    out_of_memory = Ended(137, "OutOfMemoryError: Container killed due to memory usage")
    assert contained.run("python", "-c", hog, image=BASE, memory=64)[0] == out_of_memory
    never, _ = contained.run("no-such-program", image=BASE)
    assert never.exit_code is None
    assert str(never.reason).startswith("CannotStartContainerError: ")
    absent, _ = contained.run("true", image="127.0.0.1:1/no/such:image")
    assert absent.exit_code is None
    assert str(absent.reason).startswith("CannotPullContainerError: 127.0.0.1:1/no/such:image: ")


def test_terminate_and_kill_reach_the_process_inside(contained: Shop) -> None:
    saving = contained.start(
        "sh", "-c", "trap 'echo saved; exit 75' TERM; echo up; while :; do sleep 0.05; done", image=BASE
    )
    deaf = contained.start("sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done", image=BASE)
    for one in (saving, deaf):
        one.wait_for_line()
        assert one.execution
        one.execution.terminate(60 if one is saving else 0.5)
    assert (saving.wait(), deaf.wait()) == (Ended(75), Ended(137))
    assert contained.log(saving) == ["up", "saved"]


def test_containers_end_with_a_twin_that_is_killed(engine: Engine) -> None:
    command = [sys.executable, "-c", TWIN, engine.program, BASE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as twin:
        assert twin.stdout
        told = [twin.stdout.readline().strip() for _ in range(2)]
        mine = ("ps", "-q", f"--filter=label=BACKROOM_TWIN={told[1]}")
        assert engine.call(*mine)
        twin.send_signal(signal.SIGKILL)
    until(lambda: not engine.call(*mine))
