"""The weights of a dry run: short, and in the order in which their portions would run."""

from itertools import pairwise

from backroom.planning.fairness import fair_order
from backroom.planning.weights import Weights, in_fair_order
from hypothesis import given
from hypothesis import strategies as st

portions = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40).map(lambda tenths: tenths / 10)), max_size=50)


@given(portions)
def test_weights_come_back_each_tenant_s_in_their_order(given_portions: list[tuple[str, float]]) -> None:
    weights = Weights()
    for tenant, weight in given_portions:
        weights.add(tenant, weight)
    back = in_fair_order(weights.as_json())
    for tenant in "abc":
        assert [one for one in back if one[0] == tenant] == [one for one in given_portions if one[0] == tenant]


def test_alike_weights_in_a_row_are_one_pair() -> None:
    weights = Weights()
    for weight in (240.01, 240.02, 240.0, 17.5, 240.0):
        weights.add("a", weight)
    assert weights.as_json() == {"a": [(240.0, 3), (17.5, 1), (240.0, 1)]}


@given(portions)
def test_the_order_is_the_manifest_s(given_portions: list[tuple[str, float]]) -> None:
    """Virtual finishes never go down, as in the index of a manifest of the same lines."""
    lines = sorted(given_portions, key=lambda one: one[0])
    weights = Weights()
    for line in lines:
        weights.add(*line)
    names = sorted({tenant for tenant, _ in lines})
    order = fair_order([names.index(tenant) for tenant, _ in lines], [weight for _, weight in lines])
    assert in_fair_order(weights.as_json()) == [lines[index] for index in order]
    assert all(earlier <= later for earlier, later in pairwise(_finishes(in_fair_order(weights.as_json()))))


def _finishes(order: list[tuple[str, float]]) -> list[float]:
    served: dict[str, float] = {}
    finishes = []
    for tenant, weight in order:
        served[tenant] = served.get(tenant, 0.0) + weight
        finishes.append(served[tenant])
    return finishes
