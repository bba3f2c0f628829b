"""Lines that containers and functions wrote, for people and for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

_OWN = {"time", "level", "message", "run", "portion", "tenant", "attempt", "job", "wave", "batch_job_id"}
# The functions' logger, which calls the time otherwise, tells more that is news to nobody.
_OWN |= {"timestamp", "service", "location", "correlation_id", "cold_start", "function_name", "function_arn"}
_OWN |= {"function_memory_size", "function_request_id", "xray_trace_id"}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a container wrote. `fields` is what it holds if it is a JSON object."""

    id: str
    time: int
    """Milliseconds since the epoch."""
    text: str
    fields: Mapping[str, Any] | None
    stage: str = ""
    """The stage that its container was at; "" of a job that has but one."""
    stream: str = ""
    """The log stream that it was read from; "" where CloudWatch does not repeat it."""

    @property
    def order(self) -> tuple[int, str]:
        """Sort by time, and what was written in the same millisecond always alike."""
        return self.time, self.stream

    @property
    def is_metric(self) -> bool:
        """Whether it is a line in CloudWatch's embedded metric format."""
        return self.fields is not None and "_aws" in self.fields

    def names(self, field: str) -> Any:
        """Give what it says of a field; None if it says nothing of it."""
        return None if self.fields is None else self.fields.get(field)


def parse(event: Mapping[str, Any], stage: str = "") -> LogLine:
    """Read an event of CloudWatch Logs. Pure."""
    text = event["message"].rstrip("\n")
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError:
        fields = None
    stream = event.get("logStreamName", "")
    return LogLine(
        event["eventId"], event["timestamp"], text, fields if isinstance(fields, dict) else None, stage, stream
    )


def in_words(line: LogLine) -> str:
    """Give a log line for people: when, of which stage, portion and attempt, the message, and the fields of its own."""
    fields = line.fields
    if fields is None or "message" not in fields:
        return " ".join(filter(None, (line.stage, line.text)))
    at = str(fields.get("time", fields.get("timestamp", "")))[11:23]
    place = f"{fields.get('portion', '-')}/{fields.get('attempt', '-')} {fields.get('tenant', '-')}"
    more = " ".join(f"{name}={value}" for name, value in _more(fields))
    said = f"{place} {fields.get('level', '')} {fields['message']} {more}"
    return " ".join(filter(None, (at, line.stage, said))).rstrip()


def as_json(line: LogLine) -> str:
    """Give a log line as a JSON object: as it was logged, but for its stage if it has one; any text as a message."""
    if line.fields is not None and not line.stage:
        return line.text
    at = datetime.fromtimestamp(line.time / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = {"time": at, "message": line.text} if line.fields is None else line.fields
    return orjson.dumps({**told, "stage": line.stage} if line.stage else told).decode()


def _more(fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    return ((name, value) for name, value in fields.items() if name not in _OWN and not isinstance(value, dict | list))
