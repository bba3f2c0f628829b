"""Starts runs and asks what one would do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from backroom.errors import InvalidParamsError, UnknownTenantError
from backroom.planning.summary import PlanSummary

from backroom_console import jobs
from backroom_console.calling import call
from backroom_console.connection import Connection


@dataclass(frozen=True, slots=True)
class Request:
    """What shall run: a job, for these tenants or all, with these parameters over the tenants' own."""

    job: str
    tenants: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    resume: str | None = None
    """A run whose unfinished portions shall be done, instead of what a plan would find."""
    approve_cost: float | None = None
    """What the run may cost by its estimate, in USD, though the job's budget be smaller."""

    def as_json(self) -> dict[str, Any]:
        """Give it as machine and PlanFunction take it (docs/architecture.md)."""
        asked: dict[str, Any] = {"job": self.job}
        if self.tenants:
            asked["tenants"] = list(self.tenants)
        if self.params:
            asked["params"] = self.params
        if self.resume:
            asked["resume"] = self.resume
        if self.approve_cost is not None:
            asked["approve_cost"] = self.approve_cost
        return asked


def read_params(given: tuple[str, ...]) -> dict[str, Any]:
    """Read NAME=VALUE, the value as JSON if it is JSON, else as text; raises InvalidParamsError."""
    wrong = [pair for pair in given if not pair.partition("=")[0] or "=" not in pair]
    if wrong:
        raise InvalidParamsError(f"--param {wrong[0]!r} is not NAME=VALUE, like quality=85 or widths=[800,400]")
    return {name: read_value(text) for name, _, text in (pair.partition("=") for pair in given)}


def read_value(text: str) -> Any:
    """Read a value as JSON if it is JSON, else as text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def run_id(job: str, now: datetime, token: str) -> str:
    """Make a run's id of the time (UTC) and four hex digits."""
    return f"{job}-{now:%Y%m%dT%H%M%SZ}-{token}"


def start(connection: Connection, request: Request, run: str) -> str:
    """Start a run under its id; gives the execution's ARN. Raises UnknownJobError, UnknownTenantError, ClientError."""
    jobs.require(connection, request.job)
    _require_tenants(connection, request.tenants)
    started = connection.machines.start_execution(
        stateMachineArn=connection.outputs.machine, name=run, input=json.dumps(request.as_json() | {"run": run})
    )
    return str(started["executionArn"])


def _require_tenants(connection: Connection, tenants: tuple[str, ...]) -> None:
    """Raise UnknownTenantError for the first that is not in the table, naming a near one."""
    known = [tenant.tenant for tenant in connection.tenants.all()] if tenants else []
    for tenant in tenants:
        if tenant not in known:
            near = get_close_matches(tenant, known, n=1)
            meant = f"did you mean {near[0]!r}" if near else "`backroom tenants list` names them"
            raise UnknownTenantError(f"there is no tenant {tenant!r}; {meant}")


def dry_run(connection: Connection, request: Request) -> PlanSummary:
    """Ask PlanFunction what would run; raises as `call` does."""
    return PlanSummary.from_json(_dry_run(connection, request, {}))


def dry_run_weights(connection: Connection, request: Request) -> Mapping[str, Sequence[tuple[float, int]]]:
    """Ask for the weights of the portions that would run, by tenant, run-length coded; raises as `call` does."""
    weights: Mapping[str, Sequence[tuple[float, int]]] = _dry_run(connection, request, {"weights": True})["weights"]
    return weights


def _dry_run(connection: Connection, request: Request, more: dict[str, Any]) -> dict[str, Any]:
    jobs.require(connection, request.job)
    return call(connection, connection.outputs.plan_function, request.as_json() | {"dry_run": True} | more)
