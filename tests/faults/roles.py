"""The three programs of the protocol as what a child does: through the same doors as on AWS."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import observe as observe_function
import orjson
import plan as plan_function
import record as record_function
from backroom.worker import run as run_worker

from tests.faults.cloud import JOB, RUN
from tests.faults.job import job

Work = Callable[[], bytes]


class Context:
    """What Lambda gives a handler."""

    function_name, memory_limit_in_mb, aws_request_id = "f", 1769, "r"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:f"


@dataclass(frozen=True, slots=True)
class Place:
    """A container of a wave: its array and its place in it, and which attempt it is."""

    wave: int
    offset: int
    size: int
    index: int
    attempt: int
    batch_job_id: str


def planner(event: Mapping[str, Any]) -> Work:
    """PlanFunction."""
    return lambda: _handled(plan_function.handler, event)


def observer(messages: list[dict[str, Any]]) -> Work:
    """ObserveFunction."""
    return lambda: _handled(observe_function.handler, {"Records": messages})


def recorder(event: Mapping[str, Any]) -> Work:
    """RecordFunction."""
    return lambda: _handled(record_function.handler, event)


def worker(place: Place) -> Work:
    """A container with the proofs' job."""

    def live() -> bytes:
        os.environ.update(environment(place))
        run_worker(job)

    return live


def environment(place: Place) -> dict[str, str]:
    """What SubmitJob and Batch give a container."""
    array = {} if place.size == 1 else {"AWS_BATCH_JOB_ARRAY_INDEX": str(place.index)}
    return array | {
        "BACKROOM_JOB": JOB,
        "BACKROOM_RUN": RUN,
        "BACKROOM_WAVE": str(place.wave),
        "BACKROOM_OFFSET": str(place.offset),
        "BACKROOM_SIZE": str(place.size),
        "BACKROOM_ITEM_TOLERANCE": "0.2",
        "AWS_BATCH_JOB_ID": place.batch_job_id,
        "AWS_BATCH_JOB_ATTEMPT": str(place.attempt),
    }


def _handled(handler: Callable[[Any, Any], Any], event: Mapping[str, Any]) -> bytes:
    return orjson.dumps(handler(dict(event), Context()))
