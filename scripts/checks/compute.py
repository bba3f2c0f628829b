"""Where the rows of the table of jobs run: all of a job in the same place, on Fargate with what Fargate has."""

from collections.abc import Iterator, Mapping
from typing import Any

from backroom.fargate import enough

from scripts.checks.finding import Finding, Rule

_KINDS = ("ec2", "fargate", "untrusted")
_ON_FARGATE = _KINDS[1:]
"""`untrusted` may be there, as the stack's parameter says."""


def check(template: Mapping[str, Any]) -> Iterator[Finding]:
    """Find rows that run nowhere, jobs that run here and there, and sizes that Fargate does not have."""
    rows: Mapping[str, Any] = template.get("Mappings", {}).get("Jobs", {})
    first: dict[str, str] = {}
    for key, row in rows.items():
        place, kind = f"Mappings.Jobs.{key}.Compute", row.get("Compute", _KINDS[0])
        if kind not in _KINDS:
            yield Finding(Rule.WRONG_COMPUTE, place, f"must be one of {', '.join(_KINDS)}, is {kind!r}")
        elif kind in _ON_FARGATE and not _has(row):
            message = f"Fargate has no {row.get('Vcpus')} vCPUs with {row.get('MemoryMib')} MiB (backroom/fargate.py)"
            yield Finding(Rule.WRONG_COMPUTE, place, message)
        job = str(row["Name"]).partition("-")[0]
        if first.setdefault(job, kind) != kind:
            message = f"is {kind}, but {first[job]} in another row of {job}: a job's stages share their queue"
            yield Finding(Rule.WRONG_COMPUTE, place, message)


def _has(row: Mapping[str, Any]) -> bool:
    """Say whether Fargate has a row's vCPUs with its memory."""
    try:
        vcpus, memory = float(row["Vcpus"]), int(row["MemoryMib"])
    except (KeyError, ValueError):
        return False
    return enough(vcpus, memory) == memory
