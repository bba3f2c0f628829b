"""Reads timestamps as shop systems write them. Pure."""

import re
from contextlib import suppress
from datetime import UTC, datetime, tzinfo

_ISO = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}(?:[T ]|$)")
"""Python takes more for a time, such as any long row of digits."""
_DOTTED = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y")
_EPOCHS = {10: 1, 13: 1_000}
"""Digits of seconds and of milliseconds since 1970, from 2001 to 2286."""


def read_time(text: str, zone: tzinfo) -> datetime | None:
    """Read ISO 8601, `27.11.2026 10:30` or seconds since 1970; `zone` is that of times that say none.

    A date alone is its beginning. None of what is no time, or may be two: `11/12/2026`.
    """
    try:
        if text.isascii() and text.isdigit() and len(text) in _EPOCHS:
            return datetime.fromtimestamp(int(text) / _EPOCHS[len(text)], UTC)
        found = _written(text)
        if found is None:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, OSError):
        return None


def _written(text: str) -> datetime | None:
    if _ISO.match(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    for form in _DOTTED:
        with suppress(ValueError):
            return datetime.strptime(text, form)
    return None
