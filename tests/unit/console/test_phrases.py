"""Figures as people read them keep their meaning."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from backroom_console import phrases
from hypothesis import given
from hypothesis import strategies as st

FACTORS = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15}


@given(st.integers(0, 10**18))
def test_a_size_is_right_to_half_a_percent_and_short(count: int) -> None:
    figure, unit = phrases.size(count).split(" ")
    assert float(figure) * FACTORS[unit] == pytest.approx(count, rel=0.005)
    assert len(figure) <= 4 or unit == "PB"


@pytest.mark.parametrize(("count", "said"), [(0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (999_600, "1.00 MB")])
def test_a_size_changes_its_unit_before_it_has_four_digits(count: int, said: str) -> None:
    assert phrases.size(count) == said


@given(st.floats(0, 1e6))
def test_a_duration_never_says_sixty_seconds_or_minutes(value: float) -> None:
    said = phrases.seconds(value)
    assert not said.endswith((" 60 s", " 60 min"))
    assert said != "60 s"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.04, "0.0 s"), (9.96, "10 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7620, "2 h 07 min")],
)
def test_durations(value: float, said: str) -> None:
    assert phrases.seconds(value) == said


def test_a_moment_is_in_the_zone_of_the_user_and_has_its_date_when_it_is_another_day() -> None:
    now = datetime(2026, 11, 27, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert phrases.moment(datetime(2026, 11, 26, 23, 10, 5, tzinfo=UTC), now) == "00:10:05"
    assert phrases.moment(datetime(2026, 11, 26, 22, 10, 5, tzinfo=UTC), now) == "2026-11-26 23:10"


@pytest.mark.parametrize(
    ("called", "typed"),
    [("/srv/checkout/.venv/bin/backroom", ".venv/bin/backroom"), ("/usr/local/bin/backroom", "backroom")],
)
def test_a_hint_can_be_typed_as_it_stands(called: str, typed: str) -> None:
    assert phrases.program(Path(called), Path("/srv/checkout")) == typed


def test_counts_of_nothing_are_not_said() -> None:
    assert phrases.numbers({"succeeded": 1200, "failed": 0, "lost": 1}) == "1,200 succeeded, 1 lost"


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "$0.00"), (0.5, "$0.50"), (12345.6, "$12,345.60"), (0.0099, "$0.0099"), (0.00056, "$0.00056")],
)
def test_what_costs_less_than_a_cent_is_not_free(amount: float, said: str) -> None:
    assert phrases.usd(amount) == said
