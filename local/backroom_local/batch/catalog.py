"""What was created through the API, as documents in AWS's own shape: the echo that Describe* gives, and tags by ARN.

What scheduling needs of them is compiled (compiling.py) and given to the core; this keeps the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Definition:
    """One revision of a job definition; `body` is RegisterJobDefinition's request with AWS's defaults."""

    name: str
    revision: int
    arn: str
    body: Document
    active: bool = True

    @property
    def key(self) -> str:
        return f"{self.name}:{self.revision}"


@dataclass(slots=True)
class Catalog:
    """Documents by name: job definitions by name and revision, the others by name."""

    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    environments: dict[str, Document] = field(default_factory=dict)
    queues: dict[str, Document] = field(default_factory=dict)
    policies: dict[str, Document] = field(default_factory=dict)
    consumables: dict[str, Document] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def definition(self, reference: str) -> Definition | None:
        """The revision that `NAME`, `NAME:3` or either's ARN refers to; without a revision the latest ACTIVE one."""
        name, _, revision = reference.rsplit("/", 1)[-1].partition(":")
        revisions = self.definitions.get(name, [])
        if revision:
            return next((one for one in revisions if str(one.revision) == revision), None)
        return next((one for one in reversed(revisions) if one.active), None)

    def add_definition(self, definition: Definition) -> None:
        """Keep a new revision."""
        self.definitions.setdefault(definition.name, []).append(definition)

    def deactivate(self, definition: Definition) -> Definition:
        """Make a revision INACTIVE; what was submitted with it runs on. Returns what is kept now."""
        revisions = self.definitions[definition.name]
        revisions[revisions.index(definition)] = inactive = replace(definition, active=False)
        return inactive
