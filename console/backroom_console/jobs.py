"""The jobs of a stack: their newest definitions in Batch and their schedules."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from backroom.errors import UnknownJobError
from backroom.planning.definitions import container_of
from botocore.exceptions import ClientError

from backroom_console.connection import Connection
from backroom_console.rows import JobRow


def newest(connection: Connection) -> dict[str, Mapping[str, Any]]:
    """Give the newest active definition of each job; a later revision replaces an earlier one."""
    definitions = sorted(_definitions(connection), key=lambda definition: definition["revision"])
    return {definition["parameters"]["job"]: definition for definition in definitions}


def names(connection: Connection) -> list[str]:
    """Give the names of the stack's jobs, sorted."""
    return sorted(newest(connection))


def require(connection: Connection, job: str) -> Mapping[str, Any]:
    """Give the newest definition of a job; raises UnknownJobError, naming near ones, when the stack has no such job."""
    found = newest(connection)
    if job in found:
        return found[job]
    known = sorted(found)
    near = get_close_matches(job, known, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    raise UnknownJobError(
        f"there is no job {job!r} on the {connection.place}{meant} (there is: {', '.join(known) or 'none'})"
    )


def rows(connection: Connection) -> list[JobRow]:
    """Give every job of the stack, sorted by name."""
    scheduler = connection.client("scheduler")
    stack = connection.outputs.stack
    return [
        _row(job, definition, _schedule(scheduler, f"{stack}-{job}"))
        for job, definition in sorted(newest(connection).items())
    ]


def _definitions(connection: Connection) -> Iterator[Mapping[str, Any]]:
    stack = connection.outputs.stack
    pages = connection.batch.get_paginator("describe_job_definitions").paginate(status="ACTIVE")
    for definition in (definition for page in pages for definition in page["jobDefinitions"]):
        job = definition.get("parameters", {}).get("job")
        # Those of a job's further stages are named JOB-STAGE; jobs have no hyphen.
        if job is not None and "-" not in job and definition["jobDefinitionName"] == f"{stack}-{job}":
            yield definition


def _schedule(scheduler: Any, name: str) -> Mapping[str, Any] | None:
    try:
        schedule: Mapping[str, Any] = scheduler.get_schedule(Name=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
    return schedule


def _row(job: str, definition: Mapping[str, Any], schedule: Mapping[str, Any] | None) -> JobRow:
    parameters = definition["parameters"]
    zone = (schedule or {}).get("ScheduleExpressionTimezone", "UTC")
    return JobRow(
        job=job,
        revision=definition["revision"],
        portion_items=parameters.get("portion_items", ""),
        waves=parameters.get("waves", ""),
        attempts=definition.get("retryStrategy", {}).get("attempts"),
        timeout_seconds=definition.get("timeout", {}).get("attemptDurationSeconds"),
        image=container_of(definition).get("image", ""),
        schedule=f"{schedule['ScheduleExpression']} {zone}" if schedule else None,
        scheduled=(schedule or {}).get("State") == "ENABLED",
    )
