"""What a job's container is, after everything was merged: definition, overrides of SubmitJob, parameters.

Sources: API reference, ContainerProperties, ContainerOverrides; user guide, "Job definition parameters" (`Ref::`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backroom_local.batch.catalog import Document
from backroom_local.batch.core.model import CPU_UNITS, Need
from backroom_local.batch.names import DEFAULT_LOG_GROUP

_REFERENCE = re.compile(r"Ref::([A-Za-z0-9_.-]+)")


@dataclass(frozen=True, slots=True)
class Container:
    """One container, resolved. `document` is its properties as DescribeJobs shows them."""

    document: Document
    image: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    vcpus: float
    memory_mib: int
    job_role_arn: str | None
    execution_role_arn: str | None
    secrets: Mapping[str, str]
    log_group: str
    log_prefix: str
    name: str = "default"
    """Middle part of the log stream."""

    @property
    def need(self) -> Need:
        """What it takes of a host."""
        return Need(round(self.vcpus * CPU_UNITS), self.memory_mib)


def resolve(properties: Document, override: Document, parameters: Mapping[str, str], definition: str) -> Container:
    """Merge a definition's container properties with an override; the override wins, name by name.

    `definition` is the name of the job definition, which the log stream begins with by default.
    """
    requirements = _requirements(properties) | _requirements(override)
    environment = _pairs(properties.get("environment", ()), "value") | _pairs(override.get("environment", ()), "value")
    command = _substitute(override.get("command") or properties.get("command") or (), parameters)
    logging = properties.get("logConfiguration", {}).get("options", {})
    return Container(
        document=_document(properties, command, environment, requirements),
        image=str(properties.get("image", "")),
        command=tuple(command),
        environment=environment,
        vcpus=float(requirements.get("VCPU", 1)),
        memory_mib=int(requirements.get("MEMORY", 0)),
        job_role_arn=properties.get("jobRoleArn"),
        execution_role_arn=properties.get("executionRoleArn"),
        secrets=_pairs(properties.get("secrets", ()), "valueFrom"),
        log_group=logging.get("awslogs-group", DEFAULT_LOG_GROUP),
        log_prefix=logging.get("awslogs-stream-prefix", definition),
        name=str(properties.get("name", "default")),
    )


def _requirements(properties: Document) -> dict[str, str]:
    """vCPU and memory by type; resourceRequirements goes before the older `vcpus` and `memory`."""
    old = {"VCPU": properties.get("vcpus"), "MEMORY": properties.get("memory")}
    given = {one["type"]: str(one["value"]) for one in properties.get("resourceRequirements", ())}
    return {kind: str(value) for kind, value in old.items() if value} | given


def _pairs(entries: Iterable[Mapping[str, str]], key: str) -> dict[str, str]:
    return {entry["name"]: entry.get(key, "") for entry in entries if "name" in entry}


def _substitute(command: Iterable[str], parameters: Mapping[str, str]) -> list[str]:
    """Put parameters in the place of `Ref::name`; a name that no parameter has stays as it is written."""
    return [_REFERENCE.sub(lambda found: parameters.get(found[1], found[0]), part) for part in command]


def _document(
    properties: Document, command: list[str], environment: Mapping[str, str], requirements: Mapping[str, str]
) -> dict[str, Any]:
    """As DescribeJobs shows it: lists that are empty are there, `vcpus` and `memory` are not."""
    kept = {key: value for key, value in properties.items() if key not in ("vcpus", "memory")}
    return {
        "volumes": [],
        "mountPoints": [],
        "ulimits": [],
        "networkInterfaces": [],
        "secrets": [],
        **kept,
        "command": command,
        "environment": [{"name": name, "value": value} for name, value in environment.items()],
        "resourceRequirements": [{"type": kind, "value": value} for kind, value in requirements.items()],
    }
