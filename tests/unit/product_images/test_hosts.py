"""Manners towards hosts, on a clock that only waiting moves."""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from backroom.worker.web import RefusedByServer, Unreachable, parse_rest
from hypothesis import given
from hypothesis import strategies as st
from product_images.hosts import LONGEST_REST, MOST_STUMBLES, Hosts
from product_images.params import Manners
from product_images.reasons import HostAsksForRest, HostGivenUp

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def hosts(rate: float = 10.0) -> tuple[Hosts, Clock]:
    clock = Clock()
    return Hosts(Manners(rate=rate), clock.wait, clock), clock


@given(st.lists(st.sampled_from("abc"), max_size=40), st.floats(0.5, 50))
def test_a_host_is_asked_at_its_rate_and_no_other_waits_for_it(names: list[str], rate: float) -> None:
    known, clock = hosts(rate)
    asked = defaultdict[str, list[float]](list)
    for name in names:
        came = clock()
        with known.turn(name):
            assert asked[name] or clock() == came
            asked[name].append(clock())
        known.answered(name)
    for times in asked.values():
        assert all(later - earlier >= 1 / rate - 1e-6 for earlier, later in pairwise(times))


def test_a_host_that_asks_for_rest_is_waited_for_or_if_that_is_too_long_left_alone() -> None:
    known, clock = hosts()
    for rest, reason in ((LONGEST_REST, None), (LONGEST_REST + 1, HostAsksForRest)):
        with known.turn("a"):
            known.stumbled("a", RefusedByServer(503, "busy", rest))
        began = clock()
        if reason is None:
            with known.turn("a"):
                assert clock() - began == pytest.approx(rest)
        else:
            with pytest.raises(reason, match="121 s"), known.turn("a"):
                pass
            with known.turn("b"):
                assert clock() == began


def test_a_host_is_given_up_after_failures_in_a_row_only() -> None:
    known, _ = hosts()
    for answers in (True, False):
        for _ in range(MOST_STUMBLES - 1):
            with known.turn("a"):
                known.stumbled("a", Unreachable("a takes no connection"))
        if answers:
            known.answered("a")
    with known.turn("a"):
        known.stumbled("a", Unreachable("a takes no connection"))
    with pytest.raises(HostGivenUp, match="20 times in a row, at last so: a takes no connection"), known.turn("a"):
        pass


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Fri, 27 Nov 2026 12:01:00 GMT", 60.0),
        ("Fri, 27 Nov 2026 11:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1e9", None),
        ("9" * 40, None),
    ],
)
def test_retry_after_is_read_in_both_forms(said: str | None, seconds: float | None) -> None:
    assert parse_rest(said, NOW) == seconds
