"""Months of time zones: every instant lies in exactly one, whatever clocks do at midnight."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from backroom.errors import InvalidTenantError
from backroom.planning.months import Month, month_at, time_zone, wanted_month
from hypothesis import example, given, settings
from hypothesis import strategies as st

# Half-hours, both ends of the day, a clock that goes forward at midnight of a first, and one that goes back there.
FIRSTS = ("America/Asuncion", "America/Havana")
ZONES = st.sampled_from(
    ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Etc/GMT+12", *FIRSTS)
)
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, ZONES)
@settings(max_examples=150, deadline=None)
@example(datetime(2017, 10, 1, 4, tzinfo=UTC), "America/Asuncion")
@example(datetime(2015, 11, 1, 4, 30, tzinfo=UTC), "America/Havana")
@example(datetime(2015, 11, 1, 5, 30, tzinfo=UTC), "America/Havana")
def test_an_instant_lies_in_the_month_that_the_clock_shows(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    month = month_at(moment, zone)
    assert month.holds(moment)
    assert (month.year, month.month) == (moment.astimezone(zone).year, moment.astimezone(zone).month)
    assert not month.before.holds(moment)
    assert not month.next.holds(moment)
    assert month.before.end == month.start
    assert month.end == month.next.start
    assert month.next.before == month
    for edge in (month.start, month.end - timedelta(microseconds=1)):
        assert month_at(edge, zone) == month


@given(ZONES, st.integers(2001, 2034), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_at_noon_of_a_first_in_utc_the_month_before_is_over_everywhere(name: str, year: int, month: int) -> None:
    slot = datetime(year, month, 1, 12, tzinfo=UTC)
    wanted = wanted_month("last_month", slot, ZoneInfo(name))
    assert wanted == Month(year, month, ZoneInfo(name)).before
    assert wanted.end <= slot


def test_wishes() -> None:
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    berlin, york = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
    assert wanted_month("this_month", new_year, berlin).name == "2027-01"
    assert wanted_month("last_month", new_year, berlin).name == "2026-12"
    assert wanted_month("last_month", new_year, york).name == "2026-11"
    assert wanted_month("2026-03", new_year, berlin).start == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert wanted_month("2026-03", new_year, berlin).end == datetime(2026, 3, 31, 22, tzinfo=UTC), "an hour less"


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "", "Europe/Berlin\x00", "CEST!"])
def test_what_is_no_time_zone_is_the_tenants_fault_and_is_named(name: str) -> None:
    with pytest.raises(InvalidTenantError, match="Europe/Berlin"):
        time_zone("shop", name)
