"""Events in trouble: lost, twice or overtaken at the rates that were set, and the same again by the same seed."""

from collections import Counter

from backroom_local.rules.rates import EventRates
from backroom_local.rules.trouble import Sent, Trouble
from hypothesis import given
from hypothesis import strategies as st

SHARE = st.floats(0, 1)


def sent(number: int, source: str = "aws.batch") -> Sent:
    return "default", {"source": source, "id": str(number)}


def delivered(rates: EventRates, seed: int, count: int, source: str = "aws.batch") -> list[int]:
    """Give the numbers of what comes through, in order."""
    trouble = Trouble(rates, seed)
    through = [one for number in range(count) for one in trouble.meet(sent(number, source))]
    return [int(event["id"]) for _, event in through + trouble.rest()]


@given(SHARE, SHARE, SHARE, st.integers(0, 99))
def test_the_same_seed_gives_the_same_trouble(loss: float, twice: float, overtaking: float, seed: int) -> None:
    rates = EventRates(loss, twice, overtaking)
    assert delivered(rates, seed, 50) == delivered(rates, seed, 50)


@given(SHARE, SHARE, st.integers(0, 99))
def test_what_is_not_lost_arrives_once_or_twice_and_next_to_its_place(
    twice: float, overtaking: float, seed: int
) -> None:
    through = delivered(EventRates(0.0, twice, overtaking), seed, 50)
    assert set(through) == set(range(50))
    assert set(Counter(through).values()) <= {1, 2}
    firsts = list(dict.fromkeys(through))
    assert all(abs(place - number) <= 1 for place, number in enumerate(firsts))


def test_rates_are_kept() -> None:
    lost = 2000 - len(delivered(EventRates(event_loss=0.3), 1, 2000))
    assert 500 < lost < 700
    twice = len(delivered(EventRates(event_duplication=0.5), 1, 2000)) - 2000
    assert 900 < twice < 1100
    through = delivered(EventRates(event_overtaking=0.5), 1, 2000)
    assert sum(number > place for place, number in enumerate(through)) > 400


def test_without_rates_and_for_a_users_own_events_nothing_goes_wrong() -> None:
    assert delivered(EventRates(), 1, 50) == list(range(50))
    assert delivered(EventRates(1.0, 1.0, 1.0), 1, 50, source="shop") == list(range(50))
