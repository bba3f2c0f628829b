"""Events, and what a target receives of one."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.events.utils import EventTemplateParser

Event = dict[str, Any]

_PATH = re.compile(r"^\$(?:\.[A-Za-z0-9_-]+)*$")


def make(
    *,
    source: str,
    kind: str,
    detail: Mapping[str, Any],
    resources: list[str],
    where: tuple[str, str],
    event_id: str,
    now: datetime,
) -> Event:
    """Make an event of an AWS service; `where` is (account, region)."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": kind,
        "source": source,
        "account": where[0],
        "time": iso(now.timestamp()),
        "region": where[1],
        "resources": resources,
        "detail": dict(detail),
    }


def iso(seconds: float) -> str:
    """Give a time as EventBridge writes it: UTC, whole seconds, `Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(event: Mapping[str, Any]) -> Event:
    """Give an event as a target sees it: moto holds its time in seconds and knows when it came in."""
    time = event.get("time")
    shown = {**event, "time": iso(float(time)) if isinstance(time, int | float) else time}
    shown.pop("ingestion-time", None)
    return shown


def received(event: Event, target: Mapping[str, Any]) -> str:
    """Give the text that a target receives: the event as JSON, unless it has Input, InputPath or InputTransformer.

    Raises ValueError when an InputTemplate does not become JSON.
    """
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(_part(event, target["InputPath"]))
    transformer = target.get("InputTransformer")
    if transformer:
        known: Any = {**event, "ingestion-time": event["time"]}
        paths = transformer.get("InputPathsMap", {})
        return json.dumps(EventTemplateParser.parse(transformer["InputTemplate"], paths, known))
    return json.dumps(event)


def _part(event: Event, path: str) -> Any:
    """Follow a path like `$.detail.status`; None where there is nothing."""
    found: Any = event
    for name in path.split(".")[1:] if _PATH.match(path) else []:
        found = found.get(name) if isinstance(found, dict) else None
    return found
