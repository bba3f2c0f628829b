"""A host executor against moto in this process, and what it says of its containers."""

import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from backroom_local.execution.engine_executor import EngineExecutor
from backroom_local.execution.host import Cloud, HostExecutor, HostSettings
from backroom_local.execution.interface import Ended, Execution, Launch
from backroom_local.execution.logs import MotoLogs
from backroom_local.execution.role_sessions import RoleSessions
from backroom_local.execution.venvs import Venvs
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).parents[3]
REGION = "eu-central-1"
ACCOUNT = "123456789012"
GROUP = "/shop/log"
SECONDS = 120


@dataclass
class Watched:
    """A container that was started, and what was heard of it."""

    launch: Launch
    running: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    lines: list[str] = field(default_factory=list)
    spoken: threading.Event = field(default_factory=threading.Event)
    ends: list[Ended] = field(default_factory=list)
    execution: Execution | None = None

    def end(self, ended: Ended) -> None:
        """Take its end."""
        self.ends.append(ended)
        self.over.set()

    def wait(self) -> Ended:
        """Wait for the end."""
        assert self.over.wait(SECONDS), self.launch
        (ended,) = self.ends
        return ended

    def wait_for_line(self) -> str:
        """Wait for the first line and give it."""
        assert self.spoken.wait(SECONDS), self.launch
        return self.lines[0]


@dataclass
class Shop:
    """Starts containers."""

    url: str
    executor: HostExecutor | EngineExecutor
    started: dict[str, Watched]

    def start(self, *command: str, image: str = "busybox", memory: int = 512, **more: Any) -> Watched:
        """Start a container; `more` is the Launch's."""
        number = len(self.started)
        launch = Launch(
            job_id=f"job-{number}",
            attempt=1,
            image=image,
            command=command,
            environment=more.pop("environment", {}),
            vcpus=1,
            memory_mib=memory,
            log_group=GROUP,
            log_stream=uuid.uuid4().hex,
            **more,
        )
        watched = self.started[launch.job_id] = Watched(launch)
        watched.execution = self.executor.start(launch, watched.running.set, watched.end)
        return watched

    def run(self, *command: str, **more: Any) -> tuple[Ended, list[str]]:
        """Run a container to its end; gives how it ended and its log as CloudWatch Logs has it."""
        watched = self.start(*command, **more)
        ended = watched.wait()
        return ended, self.log(watched)

    def log(self, watched: Watched) -> list[str]:
        """A container's log."""
        client = self.client("logs")
        if not watched.lines:
            return []
        events = client.get_log_events(logGroupName=GROUP, logStreamName=watched.launch.log_stream, startFromHead=True)
        return [event["message"] for event in events["events"]]

    def client(self, service: str) -> Any:
        """A client of the twin."""
        return make_client(self.url, service)


def make_client(url: str, service: str) -> Any:
    """A client of a service at `url`."""
    make: Any = boto3.client
    keys = {"aws_access_key_id": "twin", "aws_secret_access_key": "twin"}
    return make(service, endpoint_url=url, region_name=REGION, **keys)


def ambient(url: str) -> Mapping[str, str]:
    """What the twin gives its containers."""
    keys = {"AWS_ACCESS_KEY_ID": "twin", "AWS_SECRET_ACCESS_KEY": "twin"}
    return {"AWS_ENDPOINT_URL": url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, **keys}


@contextmanager
def moto() -> Iterator[str]:
    """Moto on a free port; gives its URL."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def opened(url: str, folders: tuple[Path, ...], venvs: Path, *, host_commands: bool = True) -> Iterator[Shop]:
    """An executor."""
    settings = HostSettings(folders, Venvs(venvs, ROOT / "layers/backroom"), ambient(url), host_commands)
    cloud = Cloud(MotoLogs(ACCOUNT, REGION), RoleSessions(make_client(url, "sts")), make_client(url, "secretsmanager"))
    started: dict[str, Watched] = {}

    def hear(launch: Launch, line: str) -> None:
        started[launch.job_id].lines.append(line)
        started[launch.job_id].spoken.set()

    shop = Shop(url, HostExecutor(settings, cloud, hear), started)
    try:
        yield shop
    finally:
        shop.executor.close()
