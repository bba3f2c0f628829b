"""A twin as tests see it."""

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from backroom_local import process
from backroom_local.__main__ import arguments_of
from backroom_local.clients import Clients
from backroom_local.process import Running
from backroom_local.settings import TwinSettings

_START_SECONDS = 180.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.05


@dataclass
class Twin:
    """A running twin."""

    running: Running
    settings: TwinSettings
    _clients: Clients = field(init=False)

    def __post_init__(self) -> None:
        """Be ready to make clients."""
        self._clients = Clients(self.running.endpoint, self.running.region)

    @classmethod
    @contextmanager
    def started(cls, settings: TwinSettings) -> "Iterator[Twin]":
        """Start a twin in a process of its own, and end it with the context; raises TwinProcessError."""
        running = process.start(arguments_of(settings), settings.state_dir, _START_SECONDS, lambda: None)
        try:
            yield cls(running, settings)
        finally:
            process.stop(running, _STOP_SECONDS)

    @property
    def endpoint_url(self) -> str:
        """Where it answers."""
        return self.running.endpoint

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which any AWS client reaches it."""
        return self.running.environment()

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs."""
        found: Mapping[str, str] = self.running.ask("outputs")
        return found

    def client(self, service: str) -> Any:
        """Give a boto3 client of the twin."""
        return self._clients.get(service)

    def access(self) -> Any:
        """Give what was called by whom when policies are enforced: caller -> `calls` and `unused` (docs/testing.md)."""
        return self.running.ask("access")["callers"]

    def apply(self) -> list[str]:
        """Apply the template again after an edit; gives the logical ids of what changed."""
        self.__dict__.pop("outputs", None)
        changed: list[str] = self.running.ask("apply", change=True)
        return changed

    def start(self, machine: str, given: Mapping[str, Any] | None = None, name: str | None = None) -> str:
        """Start an execution of a machine (its ARN) and give the execution's ARN."""
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=machine, input=json.dumps(given or {}), name=name or str(uuid.uuid4())
        )
        return str(started["executionArn"])

    def wait(self, execution: str, timeout: float = 120.0) -> dict[str, Any]:
        """Wait until an execution has ended and give DescribeExecution's answer, its `output` as JSON value.

        Raises TimeoutError with the last events of its history.
        """
        client = self.client("stepfunctions")
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            found: dict[str, Any] = client.describe_execution(executionArn=execution)
            if found["status"] != "RUNNING":
                return {**found, "output": json.loads(found["output"]) if "output" in found else None}
            time.sleep(_POLL_SECONDS)
        events = client.get_execution_history(executionArn=execution)["events"][-3:]
        raise TimeoutError(f"{execution} still runs after {timeout:.0f} s; its last events: {events}")

    def run(self, machine: str, given: Mapping[str, Any] | None = None, timeout: float = 120.0) -> dict[str, Any]:
        """Start an execution and wait for its end."""
        return self.wait(self.start(machine, given), timeout)


def from_ini(config: pytest.Config, state_dir: Path) -> TwinSettings:
    """Read the settings of the fixture from pytest's configuration."""
    root = config.rootpath
    return TwinSettings(
        template=root / (config.getoption("--backroom-template") or config.getini("backroom_template")),
        state_dir=state_dir,
        environment=config.getini("backroom_environment"),
        parameters=dict(line.split("=", 1) for line in config.getini("backroom_parameters")),
        container_folders=tuple(root / folder for folder in config.getini("backroom_containers")),
        python_path=tuple(root / folder for folder in config.getini("backroom_python_path")),
        host_commands=config.getini("backroom_host_commands"),
        enforce_iam=config.getini("backroom_enforce_iam"),
        keep=False,
    )
