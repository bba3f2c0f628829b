"""Starts runs, and reads what the records and the runs bucket say of them."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from backroom.errors import UnknownRunError
from backroom.layout import RunLayout
from backroom.records import PortionRecord, RunRecord

from backroom_console.site import Site


@dataclass(frozen=True, slots=True)
class Started:
    """A run that was started."""

    job: str
    run: str
    execution_arn: str


@dataclass(frozen=True, slots=True)
class FailedItem:
    """An item that was set aside, and why."""

    tenant: str
    portion: int
    item: str
    error: str
    message: str


def run_id(job: str, now: datetime) -> str:
    """Make the id of a new run; `now` is in UTC."""
    return f"{job}-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def start(
    site: Site, job: str, now: datetime, tenants: Sequence[str] = (), params: Mapping[str, Any] | None = None
) -> Started:
    """Start a run of a job, over some tenants or all; raises botocore's ClientError."""
    run = run_id(job, now)
    given: dict[str, Any] = {"job": job}
    if tenants:
        given["tenants"] = list(tenants)
    if params:
        given["params"] = dict(params)
    answer = site.client("stepfunctions").start_execution(
        stateMachineArn=site.outputs["RunJobArn"], name=run, input=json.dumps(given)
    )
    return Started(job, run, answer["executionArn"])


def find_run(site: Site, run: str) -> RunRecord:
    """Give a run; raises UnknownRunError that names the ones of nearly that id."""
    try:
        return site.runs.get(run)
    except UnknownRunError as error:
        near = get_close_matches(run, [known.run for known in site.runs.every()], n=3, cutoff=0.6)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UnknownRunError(f"{error}{meant}") from error


def plan_of(site: Site, job: str, run: str) -> dict[str, Any]:
    """Give what the planner decided for the first wave of a run (plan.json)."""
    plan: dict[str, Any] = json.loads(_read(site, RunLayout(job, run).plan(1)))
    return plan


def failed_items(site: Site, portions: Sequence[PortionRecord]) -> Iterator[FailedItem]:
    """Yield every item that was set aside in these portions."""
    for portion in portions:
        if portion.failed_items:
            for line in map(json.loads, _read(site, portion.failed_items).splitlines()):
                yield FailedItem(portion.tenant, portion.portion, line["item"], line["error"], line["message"])


def _read(site: Site, key: str) -> bytes:
    body: bytes = site.client("s3").get_object(Bucket=site.outputs["RunsBucketName"], Key=key)["Body"].read()
    return body
