"""What the makers of resources are given, and what they give."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from backroom_local.template.expand import LOCAL_BUCKET


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """A Lambda function as the twin runs it: from its folder of source code."""

    name: str
    source: Path
    handler: str
    environment: Mapping[str, str]
    layers: tuple[Path, ...]
    timeout: int
    """Seconds."""
    memory: int
    """MB."""
    role_arn: str
    log_group: str


class FunctionRegister(Protocol):
    """Takes note of the functions of a template."""

    def register(self, function: FunctionSource) -> None:
        """Run a function from this source from now on."""


@dataclass(frozen=True, slots=True)
class Made:
    """A resource that exists: what Ref and Fn::GetAtt give for it."""

    ref: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """Where resources are made."""

    stack: str
    account: str
    region: str
    project: Path
    client: Callable[[str], Any]
    """Name of a service -> boto3 client of the twin."""
    functions: FunctionRegister
    layers: dict[str, Path] = field(default_factory=dict)
    """ARN of a layer's version -> its folder."""
    enforce_iam: bool = False
    """Whether policies are enforced, with their conditions."""

    def arn(self, service: str, resource: str) -> str:
        """Make an ARN of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def name(self, logical_id: str, limit: int = 64) -> str:
        """Make the name of a resource that has none in the template, the same one each time."""
        suffix = hashlib.sha256(f"{self.stack}/{logical_id}".encode()).hexdigest()[:12].upper()
        return f"{self.stack}-{logical_id}"[: limit - 13] + f"-{suffix}"

    def folder(self, bucket: str, key: str) -> Path:
        """Give the folder or file that stands as an object of the local bucket in the template."""
        if bucket != LOCAL_BUCKET:
            raise ValueError(f"source code lies in bucket {bucket}; the twin runs what is in the project only")
        return self.project / key


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource of the template with everything in it resolved."""

    logical_id: str
    type: str
    properties: dict[str, Any]


Maker = Callable[[Site, Declared], Made]
"""Creates a resource, or updates the one that is there; safe to repeat."""
