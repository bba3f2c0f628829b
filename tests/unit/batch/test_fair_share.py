"""Fair-share policies: weights, priority within a share, decay, reservation."""

from collections import Counter

import pytest
from backroom_local.batch.core.fairshare import weight_of
from backroom_local.batch.core.model import FairShare

from tests.unit.batch.sandbox import Sandbox


def fair(vcpus: float, policy: FairShare) -> Sandbox:
    account = Sandbox()
    account.environment("ce", vcpus)
    account.queue("q", "ce", fair_share=policy)
    return account


def shares_of(names: list[str]) -> Counter[str]:
    return Counter(name[0] for name in names)


def test_equal_shares_take_turns_whoever_came_first() -> None:
    account = fair(4, FairShare())
    for share in "ab":
        account.submit(share, size=20, share=share)
    account.run(until=0)
    assert shares_of(account.names_started()) == {"a": 2, "b": 2}
    account.run(until=599)
    assert shares_of(account.names_started()) == {"a": 20, "b": 20}


@pytest.mark.parametrize(("weight", "expected"), [(0.5, 8), (1.0, 6), (0.2, 10), (2.0, 4)])
def test_a_lower_weight_gets_more(weight: float, expected: int) -> None:
    """Of 12 vCPUs; 0.5 against 1 is two thirds."""
    account = fair(12, FairShare((("a", weight),)))
    for share in "ba":
        account.submit(share, size=40, share=share)
    account.run(until=0)
    assert shares_of(account.names_started())["a"] == expected


def test_a_share_that_has_used_much_waits_for_one_that_has_not() -> None:
    """After an hour of `a` alone, the next turns are `b`'s until it has caught up."""
    account = fair(2, FairShare(decay_seconds=3600))
    account.submit("a", size=200, share="a", seconds=120)
    account.run(until=3601)
    before = len(account.started)
    account.submit("b", size=20, share="b", seconds=60)
    account.run(until=4000)
    assert shares_of(account.names_started()[before:])["b"] >= 4 * shares_of(account.names_started()[before:])["a"]


def test_within_a_share_the_higher_priority_first_then_first_come() -> None:
    account = fair(2, FairShare())
    account.submit("blocker", vcpus=2, share="s")
    account.run(until=1)
    for name, priority in (("low", 1), ("high", 9), ("also", 9)):
        account.submit(name, vcpus=2, share="s", priority=priority)
    account.run()
    assert account.names_started() == ["blocker", "high", "also", "low"]


@pytest.mark.parametrize(("shares", "expected"), [("a", 5), ("ab", 7), ("abc", 8)])
def test_compute_reservation(shares: str, expected: int) -> None:
    """(50 / 100) ** active shares of 10 vCPUs is held back: 5, 2.5, 1.25."""
    account = fair(10, FairShare(reservation=50))
    for share in shares:
        account.submit(share, size=20, share=share)
    account.run(until=0)
    assert len(account.started) == expected


@pytest.mark.parametrize(("identifier", "weight"), [("User1", 0.25), ("User", 0.25), ("Admin", 3.0), ("Admin1", 1.0)])
def test_weights_by_name_and_by_prefix(identifier: str, weight: float) -> None:
    assert weight_of(FairShare((("User*", 0.25), ("Admin", 3.0))), identifier) == weight
