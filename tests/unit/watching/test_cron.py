"""AWS's schedule expressions, against AWS's own examples and a plain search."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from backroom.watching import cron
from backroom.watching.cron import ExpressionError
from backroom.watching.expression import next_time
from hypothesis import given, settings
from hypothesis import strategies as st

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def fires(expression: str, zone: str, after: str, count: int) -> list[str]:
    """Give the next times of an expression after a time in UTC, in the zone's own time."""
    found, moment = [], datetime.fromisoformat(after).replace(tzinfo=UTC)
    for _ in range(count):
        following = next_time(expression, zone, BEGIN, moment)
        if following is None:
            break
        moment = following
        found.append(f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("expression", "zone", "after", "times"),
    [
        ("cron(15 10 ? * 6L 2026-2027)", "UTC", "2026-01-01", ["2026-01-30 10:15", "2026-02-27 10:15"]),
        ("cron(0 10 * * ? *)", "Europe/Berlin", "2026-07-01", ["2026-07-01 10:00", "2026-07-02 10:00"]),
        ("cron(0 18 ? * MON-FRI *)", "UTC", "2026-01-02T19:00", ["2026-01-05 18:00", "2026-01-06 18:00"]),
        (
            "cron(0/30 8-9 ? * MON *)",
            "UTC",
            "2026-01-05T08:15",
            ["2026-01-05 08:30", "2026-01-05 09:00", "2026-01-05 09:30"],
        ),
        ("cron(0 8 1 * ? *)", "UTC", "2026-01-01T08:00", ["2026-02-01 08:00", "2026-03-01 08:00"]),
        ("cron(0 0 L * ? *)", "UTC", "2028-02-01", ["2028-02-29 00:00", "2028-03-31 00:00"]),
        ("cron(0 0 15W * ? *)", "UTC", "2026-08-01", ["2026-08-14 00:00", "2026-09-15 00:00"]),
        ("cron(0 0 1W * ? *)", "UTC", "2026-08-01", ["2026-08-03 00:00"]),
        ("cron(0 0 LW * ? *)", "UTC", "2026-05-01", ["2026-05-29 00:00"]),
        ("cron(0 0 ? * 2#1 *)", "UTC", "2026-01-01", ["2026-01-05 00:00", "2026-02-02 00:00"]),
        ("cron(0 0 1,15 JAN,jul ? *)", "UTC", "2026-01-10", ["2026-01-15 00:00", "2026-07-01 00:00"]),
        ("cron(0 0 30 2 ? *)", "UTC", "2026-01-01", []),
        ("cron(0 0 1 1 ? 2025)", "UTC", "2026-01-01", []),
        ("at(2026-11-27T15:00:00)", "America/New_York", "2026-01-01", ["2026-11-27 15:00"]),
        ("rate(90 minutes)", "UTC", "2026-01-01T00:00", ["2026-01-01 01:30", "2026-01-01 03:00"]),
        ("rate(1 day)", "UTC", "2026-01-01T12:00", ["2026-01-02 00:00"]),
    ],
)
def test_next_times(expression: str, zone: str, after: str, times: list[str]) -> None:
    assert fires(expression, zone, after, len(times) or 1) == times


def test_a_time_that_the_clocks_skip_is_skipped_and_one_they_repeat_fires_once() -> None:
    assert fires("cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28T00:00", 2) == [
        "2026-03-28 02:30",
        "2026-03-30 02:30",
    ]
    assert fires("cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00", 2) == [
        "2026-10-25 02:30",
        "2026-10-26 02:30",
    ]
    hourly = fires("cron(0 * * * ? *)", "Europe/Berlin", "2026-10-24T23:30", 4)
    assert hourly == ["2026-10-25 02:00", "2026-10-25 03:00", "2026-10-25 04:00", "2026-10-25 05:00"]


def test_nothing_fires_before_it_begins() -> None:
    begin = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    assert next_time("rate(1 hour)", "UTC", begin, begin - timedelta(days=3)) == begin
    assert next_time("cron(0 * * * ? *)", "UTC", begin, begin - timedelta(days=3)) == begin + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("every day", "none of cron"),
        ("cron(0 10 * * ?)", "5 fields"),
        ("cron(0 10 * * * *)", "exactly one"),
        ("cron(0 10 ? * ? *)", "exactly one"),
        ("cron(60 10 * * ? *)", "'60' is not within 0 and 59"),
        ("cron(0 0 32 * ? *)", "'32' is not within 1 and 31"),
        ("cron(0 0 ? * 8 *)", "'8' is not within 1 and 7"),
        ("cron(a 0 * * ? *)", "invalid literal"),
        ("rate(5)", "it must be like"),
        ("rate(0 minutes)", "it must be like"),
        ("at(tomorrow)", "it must be like"),
    ],
)
def test_what_is_no_expression_says_why(expression: str, why: str) -> None:
    with pytest.raises(ExpressionError, match=why) as raised:
        next_time(expression, "UTC", BEGIN, BEGIN)
    assert expression.partition("(")[2] in str(raised.value)


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(ExpressionError, match="'Mars/Olympus' is no time zone"):
        next_time("cron(0 10 * * ? *)", "Mars/Olympus", BEGIN, BEGIN)


minutes = st.lists(st.integers(0, 59), min_size=1, max_size=4).map(lambda found: ",".join(map(str, found)))
hours = st.sampled_from(["*", "0/5", "3", "8-17/3", "22,23"])
days = st.sampled_from([("*", "?"), ("?", "SUN"), ("?", "2-6"), ("1/10", "?"), ("L", "?")])


@settings(max_examples=40, deadline=None)
@given(minutes, hours, days, st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)))
def test_the_next_time_is_the_first_minute_that_matches(
    minute: str, hour: str, day: tuple[str, str], after: datetime
) -> None:
    parsed = cron.parse(f"{minute} {hour} {day[0]} * {day[1]} *")
    found = next(parsed.after(after))
    moment = after.replace(second=0, microsecond=0)
    while True:
        moment += timedelta(minutes=1)
        if moment.minute in parsed.minutes and moment.hour in parsed.hours and parsed.on(moment.date()):
            break
    assert found == moment
