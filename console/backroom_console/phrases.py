"""Figures as people read them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def size(count: int) -> str:
    """Give bytes with three digits and a unit of thousands: `999 B`, `1.23 MB`."""
    value, unit = float(count), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.{_places(value) if unit else 0}f} {_UNITS[unit]}"


def _places(value: float) -> int:
    return 2 if value < 9.995 else 1 if value < 99.95 else 0


def seconds(value: float) -> str:
    """Give a duration: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`."""
    if value < 9.95:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def moment(when: datetime | None, now: datetime) -> str:
    """Give a time in the user's own time zone, without the date when it is `now`'s."""
    if when is None:
        return ""
    local = when.astimezone(now.tzinfo)
    return f"{local:%H:%M:%S}" if local.date() == now.date() else f"{local:%Y-%m-%d %H:%M}"


def span(start: datetime, end: datetime | None, now: datetime) -> timedelta:
    """Give how long something took, or has taken until now."""
    return (end or now) - start


def program(called: Path, folder: Path) -> str:
    """Give what to type for this program: its path where it lies below `folder`, as in a checkout, else its name."""
    place = called.absolute()
    return str(place.relative_to(folder)) if place.is_relative_to(folder) else "backroom"


def numbers(counts: Mapping[str, int]) -> str:
    """Give counts that are not nothing: `3 succeeded, 1 failed`."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def first(names: Sequence[str], most: int) -> str:
    """Give names, at most so many: `a, b and 3 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def usd(amount: float) -> str:
    """Give what something cost: `$12.34`; below a cent with two digits that say something: `$0.00056`."""
    if amount >= 0.01 or amount == 0:
        return f"${amount:,.2f}"
    return f"${amount:.{1 - int(f'{amount:e}'.partition('e')[2])}f}"
