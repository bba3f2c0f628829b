"""Log lines: a JSON object a line on standard output, with the fields that CloudWatch and the console filter by."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import orjson


def timestamp(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds, of seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Log:
    """Writes lines that all bear the bound fields. One line is one `write`: threads do not tear each other's lines."""

    write: Callable[[bytes], object]
    now: Callable[[], float]
    """Seconds since the epoch."""
    bound: Mapping[str, object] = field(default_factory=dict)

    def bind(self, **fields: object) -> "Log":
        """The same log with more fields on every line."""
        return replace(self, bound={**self.bound, **fields})

    def info(self, message: str, **fields: object) -> None:
        """What happened, for the record."""
        self._line("INFO", message, fields)

    def warning(self, message: str, **fields: object) -> None:
        """Something went wrong and was dealt with."""
        self._line("WARNING", message, fields)

    def fatal(self, message: str, **fields: object) -> None:
        """What ends the attempt."""
        self._line("ERROR", message, fields)

    def _line(self, level: str, message: str, fields: Mapping[str, object]) -> None:
        line = {"time": timestamp(self.now()), "level": level, "message": message, **self.bound, **fields}
        self.write(orjson.dumps(line, default=str, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS))


def trace(error: BaseException) -> str:
    """The error's traceback as one string."""
    return "".join(traceback.format_exception(error))
