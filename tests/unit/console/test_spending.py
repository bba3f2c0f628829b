"""Periods and sums of what runs cost."""

from datetime import UTC, datetime, timedelta
from math import isclose

import pytest
from backroom.errors import InvalidRequestError
from backroom_console.spending import Period, Share, summed
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 27, 22, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", "2026-11-27T00:00:00", "2026-11-27T22:05:01"),
        ("7d", "2026-11-20T22:05:01", "2026-11-27T22:05:01"),
        ("2026-02", "2026-02-01T00:00:00", "2026-02-28T23:59:59"),
        ("2026-12", "2026-12-01T00:00:00", "2026-12-31T23:59:59"),
    ],
)
def test_periods_are_read_in_utc(text: str, start: str, end: str) -> None:
    found = Period.read(text, NOW)
    assert (f"{found.start:%Y-%m-%dT%H:%M:%S}", f"{found.end:%Y-%m-%dT%H:%M:%S}") == (start, end)
    assert found.end.utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["", "2026-13", "31d", "0000-01", "2026-1"])
def test_what_is_no_period_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="today, 7d, 30d or a month such as 2026-11"):
        Period.read(text, NOW)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1e3), st.floats(0, 1e3))))
def test_sums_lose_nothing_and_the_dearest_comes_first(rows: list[tuple[str, float, float]]) -> None:
    spent = summed(Share(*row) for row in rows)
    assert sum(one.runs for one in spent) == len(rows)
    assert isclose(sum(one.cost for one in spent), sum(cost for _, _, cost in rows), abs_tol=1e-6)
    assert [one.cost for one in spent] == sorted((one.cost for one in spent), reverse=True)
