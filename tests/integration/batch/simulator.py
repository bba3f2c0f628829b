"""The Batch simulator behind a real socket, asked by boto3, with real processes."""

import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from backroom_local.batch.emulator import BatchEmulator
from backroom_local.batch.settings import BatchSettings
from backroom_local.execution.interface import Ended, Launch
from botocore.config import Config
from werkzeug.serving import make_server

from tests.integration.batch.conformance import Conformance

PATIENCE_SECONDS = 60.0


class Process:
    """A container as a bare process: its command, its variables, nothing else."""

    def __init__(self, launch: Launch, started: Callable[[], None], ended: Callable[[Ended], None]) -> None:
        environment = {**launch.environment, "PATH": "/usr/bin:/bin"}
        self._popen = subprocess.Popen(launch.command, env=environment, stdout=subprocess.DEVNULL)
        started()
        threading.Thread(target=self._wait, args=(ended,), daemon=True).start()

    def _wait(self, ended: Callable[[Ended], None]) -> None:
        code = self._popen.wait()
        ended(Ended(code if code >= 0 else 128 - code))

    def terminate(self, grace_seconds: float) -> None:
        self._popen.terminate()
        timer = threading.Timer(grace_seconds, self._popen.kill)
        timer.daemon = True
        timer.start()

    def kill(self) -> None:
        self._popen.kill()


@dataclass
class Processes:
    """An executor that remembers what it started."""

    launches: list[Launch] = field(default_factory=list)
    running: list[Process] = field(default_factory=list)

    def start(self, launch: Launch, started: Callable[[], None], ended: Callable[[Ended], None]) -> Process:
        self.launches.append(launch)
        process = Process(launch, started, ended)
        self.running.append(process)
        return process

    def close(self) -> None:
        for process in self.running:
            process.kill()


@dataclass
class Account:
    """A simulator that runs, and a client to ask it."""

    client: Any
    url: str
    executor: Processes
    events: list[dict[str, Any]]
    close: Callable[[], None]
    ids: dict[str, str] = field(default_factory=dict)
    """Job ids by name, for the tests of a module."""

    def detail(self, job_id: str) -> dict[str, Any]:
        return dict(self.client.describe_jobs(jobs=[job_id])["jobs"][0])

    def wait(self, job_id: str, *statuses: str) -> dict[str, Any]:
        """Its detail as soon as it is in one of these states; SUCCEEDED or FAILED if none is named."""
        return dict(eventually(lambda: self._if_in(job_id, statuses or ("SUCCEEDED", "FAILED"))))

    def _if_in(self, job_id: str, statuses: tuple[str, ...]) -> dict[str, Any] | None:
        detail = self.detail(job_id)
        return detail if detail["status"] in statuses else None

    def define(self, name: str, command: list[str], **more: Any) -> str:
        """Register a job definition of 1 vCPU and 512 MiB."""
        container = {
            "image": "busybox",
            "command": command,
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
            **more.pop("container", {}),
        }
        answer = self.client.register_job_definition(
            jobDefinitionName=name, type="container", containerProperties=container, **more
        )
        return str(answer["jobDefinitionArn"])

    def environment(self, name: str, **resources: Any) -> str:
        """Create a compute environment; 4 vCPUs at most, unless told otherwise."""
        made = self.client.create_compute_environment(
            computeEnvironmentName=name,
            type="MANAGED",
            computeResources={
                "type": "EC2",
                "minvCpus": 0,
                "maxvCpus": 4,
                "instanceTypes": ["m5.large"],
                "subnets": ["subnet-1"],
                "instanceRole": "ecsInstanceRole",
                **resources,
            },
        )
        return str(made["computeEnvironmentArn"])

    def queue(self, name: str, *environments: str, priority: int = 1, **more: Any) -> str:
        order = [{"order": index, "computeEnvironment": one} for index, one in enumerate(environments, 1)]
        made = self.client.create_job_queue(jobQueueName=name, priority=priority, computeEnvironmentOrder=order, **more)
        return str(made["jobQueueArn"])


def eventually(look: Callable[[], Any]) -> Any:
    """What `look` gives as soon as it gives something true; fails after a generous while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError(f"nothing came within {PATIENCE_SECONDS:.0f} s")


def start_account(settings: BatchSettings, state_dir: Path | None) -> Account:
    executor, events = Processes(), list[dict[str, Any]]()
    emulator = BatchEmulator(
        account="123456789012",
        region="eu-central-1",
        executor=executor,
        publish=events.append,
        settings=settings,
        state_dir=state_dir,
    )
    checked = Conformance(emulator.wsgi)
    server = make_server("127.0.0.1", 0, checked, threaded=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    closed = threading.Event()

    def close() -> None:
        if not closed.is_set():
            closed.set()
            server.shutdown()
            server.server_close()
            emulator.close()
            assert checked.misfits == [], checked.misfits

    return Account(_client(url), url, executor, events, close)


def _client(url: str) -> Any:
    return boto3.client(
        "batch",
        endpoint_url=url,
        region_name="eu-central-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}),
    )
