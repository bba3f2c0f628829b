"""Which slot of a schedule must be claimed by now."""

from datetime import UTC, datetime, timedelta

import pytest
from backroom.watching.cron import ExpressionError
from backroom.watching.expression import next_time
from backroom.watching.slots import GRACE, Expected, Scheduled, expected, last_time
from hypothesis import given, settings
from hypothesis import strategies as st

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 27, 3, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def schedule(expression: str, since: datetime = LONG_AGO, zone: str = "UTC") -> Scheduled:
    return Scheduled("backroom-sitemap", "sitemap", expression, zone, since)


@pytest.mark.parametrize(
    ("expression", "zone", "slot"),
    [
        ("cron(0 3 * * ? *)", "UTC", "2026-11-27T03:00"),
        ("cron(10 3 * * ? *)", "UTC", "2026-11-26T03:10"),
        ("cron(0 4 * * ? *)", "Europe/Berlin", "2026-11-27T03:00"),
        ("cron(0 12 1 * ? *)", "UTC", "2026-11-01T12:00"),
        ("cron(0 0 1 1 ? *)", "UTC", "2026-01-01T00:00"),
        ("cron(* * * * ? *)", "UTC", "2026-11-27T03:05"),
    ],
)
def test_the_latest_slot_is_expected_once_it_may_no_longer_be_late(expression: str, zone: str, slot: str) -> None:
    begin = datetime.fromisoformat(slot).replace(tzinfo=UTC)
    assert expected(schedule(expression, zone=zone), NOW) == Expected("sitemap", begin, begin + timedelta(seconds=59))


def test_of_a_rate_some_slot_within_its_period_is_expected() -> None:
    rate = schedule("rate(10 minutes)")
    assert expected(rate, NOW) == Expected("sitemap", NOW - GRACE - 10 * MINUTE, NOW)


@pytest.mark.parametrize("expression", ["cron(0 3 * * ? *)", "rate(10 minutes)", "at(2026-11-27T03:00:00)"])
def test_nothing_is_expected_of_before_the_schedule_was_changed(expression: str) -> None:
    assert expected(schedule(expression, since=NOW - 19 * MINUTE), NOW) is None
    assert expected(schedule(expression, since=NOW - 40 * MINUTE), NOW) is not None


def test_what_is_no_expression_is_refused() -> None:
    for expression in ("rate(0 minutes)", "cron(0 3 * * *)", "daily"):
        with pytest.raises(ExpressionError):
            expected(schedule(expression), NOW)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(("cron(0/20 * * * ? *)", "cron(0 2 ? * SUN *)", "cron(30 2 L * ? *)", "cron(15 1 * * ? 2027)")),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
)
def test_after_the_last_time_there_is_no_other_one(expression: str, until: datetime) -> None:
    moment = until.replace(tzinfo=UTC)
    found = last_time(expression, "Europe/Berlin", LONG_AGO, moment)
    after = found if found is not None else moment - timedelta(days=367)
    following = next_time(expression, "Europe/Berlin", LONG_AGO, after)
    assert found is None or found <= moment
    assert following is None or following > moment
