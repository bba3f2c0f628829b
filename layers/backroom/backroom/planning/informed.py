"""Planners that have to know more than what lies in a tenant's bucket: the time that a run is for, and former runs.

Such a planner has two methods beside JobPlanner's: `informed(known: Known) -> JobPlanner` gives the planner of one run,
and of that, `brief(tenant, params) -> Mapping` what a tenant's containers are told besides their parameters, as `brief`
among them (docs/architecture.md, A job's row).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backroom.deployment import Deployment
from backroom.planning.activity import Archive
from backroom.planning.job import JobPlanner
from backroom.planning.request import PlanRequest
from backroom.planning.selection import Chosen

BRIEF = "brief"
"""What it is called among the parameters of a portion; no parameter may be named so."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when a run is planned."""

    moment: datetime
    """The time that the run is for."""
    tenants: Sequence[Chosen]
    archive: Archive


def informed(
    planner: JobPlanner, request: PlanRequest, deployment: Deployment, tenants: Sequence[Chosen]
) -> JobPlanner:
    """Give the planner as it shall plan this run. Raises botocore's ClientError."""
    inform = getattr(planner, "informed", None)
    if inform is None:
        return planner
    archive = Archive(deployment.runs, deployment.s3, deployment.settings.bucket)
    found: JobPlanner = inform(Known(_moment(request, deployment), tenants, archive))
    return found


def brief(planner: JobPlanner, chosen: Chosen) -> Mapping[str, Any]:
    """Give what a portion's parameters hold besides the tenant's; nothing of a planner that tells nothing."""
    tell = getattr(planner, "brief", None)
    return {} if tell is None else {BRIEF: tell(chosen.tenant, chosen.params)}


def _moment(request: PlanRequest, deployment: Deployment) -> datetime:
    """Give the slot of a schedule, else when the run began, so that a repetition means the same time."""
    slot = _time(request.slot or "")
    if slot is not None:
        return slot
    return datetime.now(UTC) if request.run is None else deployment.runs.get(request.run).started_at


def _time(text: str) -> datetime | None:
    """Read an ISO 8601 time with its zone; None if it is none: a slot may be any text."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
