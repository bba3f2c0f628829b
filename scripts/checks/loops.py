"""The table of jobs of a template, and the loops over it, which CloudFormation wants to have listed by hand."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.checks.finding import Finding, Rule

_EACH = "Fn::ForEach::"
_VARIABLE = "Job"
"""Of those loops that go over rows of the table."""
_SCHEDULED = "Scheduled"
"""The loop that only rows with a schedule belong to."""
_RESERVED = frozenset({"plan"})
"""`STACK-plan` is the definition of planners that run as a Batch job, and its log group."""


def check(template: Mapping[str, Any]) -> Iterator[Finding]:
    """Find loops that lack rows or name what is none, and jobs with a name that the stack needs itself."""
    rows: Mapping[str, Any] = template.get("Mappings", {}).get("Jobs", {})
    for name, listed in _loops(template):
        wanted = [key for key, row in rows.items() if name != _SCHEDULED or "Schedule" in row]
        yield from _differences(name, listed, wanted)
    for key, row in rows.items():
        if row["Name"] in _RESERVED:
            message = f"no job may be named {row['Name']}: a definition of the stack's own is named so"
            yield Finding(Rule.RESERVED_NAME, f"Mappings.Jobs.{key}", message)
        yield from _wrong_nodes(key, row)


def _wrong_nodes(key: str, row: Mapping[str, Any]) -> Iterator[Finding]:
    """Nodes are a number, as a text like all that a job definition's number is made of, and have instances."""
    nodes, place = row.get("Nodes", "1"), f"Mappings.Jobs.{key}.Nodes"
    if not (isinstance(nodes, str) and re.fullmatch("[1-9][0-9]*", nodes)):
        message = f'must be a whole number above 0 in quotes, like "3", is {nodes!r}'
        yield Finding(Rule.WRONG_NODES, place, message)
    elif nodes != "1" and row.get("Compute", "ec2") != "ec2":
        message = f"goes with instances only, but the row says Compute: {row['Compute']}"
        yield Finding(Rule.WRONG_NODES, place, message)


def _loops(template: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for section in ("Conditions", "Resources"):
        for name, loop in template.get(section, {}).items():
            if name.startswith(_EACH) and loop[0] == _VARIABLE:
                yield name.removeprefix(_EACH), loop[1]


def _differences(name: str, listed: list[str], wanted: list[str]) -> Iterator[Finding]:
    place = f"{_EACH}{name}"
    for key in wanted:
        if listed.count(key) != 1:
            yield Finding(Rule.LOOPS_DISAGREE, place, f"lists the row {key} of Mappings.Jobs {listed.count(key)} times")
    for key in listed:
        if key not in wanted:
            yield Finding(Rule.LOOPS_DISAGREE, place, f"lists {key}, no row of Mappings.Jobs that belongs there")
