"""Fairness: nobody is left out, nobody waits for a huge tenant, nobody gets ahead by more than a portion."""

from collections import Counter

from backroom.planning.fairness import fair_order
from hypothesis import given
from hypothesis import strategies as st

PORTIONS = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 300).map(float)), max_size=80)


def order_of(portions: list[tuple[int, float]]) -> list[int]:
    return fair_order([tenant for tenant, _ in portions], [weight for _, weight in portions])


@given(PORTIONS)
def test_every_portion_runs_once_and_each_tenants_own_order_is_kept(portions: list[tuple[int, float]]) -> None:
    order = order_of(portions)
    assert sorted(order) == list(range(len(portions)))
    for tenant in range(6):
        own = [index for index in order if portions[index][0] == tenant]
        assert own == sorted(own)


@given(PORTIONS)
def test_of_two_that_wait_neither_is_ahead_by_more_than_the_others_next_portion(
    portions: list[tuple[int, float]],
) -> None:
    order = order_of(portions)
    served: Counter[int] = Counter()
    for done, index in enumerate(order):
        served[portions[index][0]] += int(portions[index][1])
        following: dict[int, float] = {}
        for later in order[done + 1 :]:
            following.setdefault(portions[later][0], portions[later][1])
        for waiting, weight in following.items():
            assert all(served[other] - served[waiting] <= weight for other in following)


@given(st.integers(1, 5), st.integers(50, 200))
def test_a_small_tenant_ends_early_though_a_huge_one_was_written_first(small: int, huge: int) -> None:
    portions = [(0, 60.0)] * huge + [(1, 60.0)] * small
    order = order_of(portions)
    last_of_small = max(order.index(huge + index) for index in range(small))
    assert last_of_small <= 2 * small


def test_portions_without_weight_keep_their_order() -> None:
    assert fair_order([0, 1, 0, 1], [0.0, 0.0, 0.0, 0.0]) == [0, 1, 2, 3]


def test_nothing_has_an_order_too() -> None:
    assert fair_order([], []) == []
