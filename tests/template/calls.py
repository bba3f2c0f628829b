"""What the code calls, by role: recorded on twins that enforce policies, kept in calls.json beside.

`RECORD_CALLS=1 python -m pytest tests/e2e` adds what is new; delete the file first to be rid of what is called no more.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from backroom_local.access.ledger import OTHERS

Calls = Mapping[str, Mapping[str, list[str]]]
"""Logical id of a role -> action -> resources, of which one stands for many."""

RECORDED = Path(__file__).with_name("calls.json")
_MOST = 16
"""Resources that are kept of an action."""
_SAME = (
    (re.compile(r"runs/([a-z0-9_]+)/\1-\d{8}T\d{6}Z-[0-9a-f]{4}"), "runs/JOB/JOB-20261127T030000Z-0a1b"),
    (re.compile(r"-\d{8}T\d{6}Z-[0-9a-f]{4}"), "-20261127T030000Z-0a1b"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "5d3c1a52"),
    (re.compile(r"(:execution:[^:]+:).*"), r"\g<1>image_resize-20261127T030000Z-0a1b"),
    (re.compile(r"(arn:aws:s3:::backroom)-(?!runs-)[^/]+"), r"\g<1>-acme"),
    (re.compile(r"(:::backroom-acme/)(?:.*(?=/sitemaps/)/)?(sitemaps/)?.+"), r"\g<1>\g<2>KEY"),
    (re.compile(r"(/ledger/)\w+/.+"), r"\g<1>JOB/acme.jsonl"),
    (re.compile(r"(?<=/)(\d+|[0-9a-f]{16,})(?=[/.]|$)"), "0000001"),
    (re.compile(r"(job-definition/[^:]+):\d+"), r"\g<1>:1"),
)
"""What differs from run to run, and what stands for it."""
OF_JOBS = "JobRole"
"""Stands for the roles of all jobs, which are alike but for the job's name."""
_MADE_UP = re.compile(r"backroom-(\w+)-[0-9A-F]{12}")


_NAMED, _JOBS = {"backroom-tenant": "TenantRole"}, "backroom-job-"


def one_for_many(resource: str) -> str:
    """Give the resource that stands for all that differ from it by run, portion, tenant or revision only."""
    for pattern, instead in _SAME:
        resource = pattern.sub(instead, resource)
    return resource


def of_roles(access: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield role (logical id), action and resource of what was allowed on a twin, as `Twin.access` tells it.

    Services are passed over, and so are execution roles: what they need, the definitions say.
    """
    for who, found in access.items():
        made_up = _MADE_UP.fullmatch(who)
        role = made_up[1] if made_up else _NAMED.get(who) or (OF_JOBS if who.startswith(_JOBS) else None)
        for call in found["calls"] if role and "ExecutionRole" not in role else ():
            if role and call["allowed"] and call["resource"] != OTHERS:
                yield role, call["action"], one_for_many(call["resource"])


def recorded() -> Calls:
    """Give what was recorded."""
    found: Calls = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    return found


def record(access: Mapping[str, Any]) -> None:
    """Add what was called on a twin to the file."""
    calls = {role: {action: list(found) for action, found in actions.items()} for role, actions in recorded().items()}
    for role, action, resource in of_roles(access):
        known = calls.setdefault(role, {}).setdefault(action, [])
        if resource not in known and len(known) < _MOST:
            known.append(resource)
    ordered = {role: {action: sorted(calls[role][action]) for action in sorted(calls[role])} for role in sorted(calls)}
    RECORDED.write_text(json.dumps(ordered, indent=1) + "\n")
