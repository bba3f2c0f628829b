"""What a wave costs by its weights and rooms, and what a budget makes of it."""

import pytest
from backroom.costs import Kind, Prices, Rate
from backroom.errors import BudgetExceededError
from backroom.manifest.index import SPOT, Group
from backroom.planning.budget import Budget, forecast_cost
from backroom.planning.summary import StagePlan
from backroom.words import Capacity
from hypothesis import given
from hypothesis import strategies as st

RATES = {Kind.SPOT: Rate(vcpu_hour=0.01, gb_hour=0.002), Kind.EC2: Rate(vcpu_hour=0.04, gb_hour=0.008)}
PRICES = Prices(as_of="2026-11", currency="USD", rates=RATES)
NODES = StagePlan("n", memory=1024, vcpus=2, nodes=3)
SMALL, LARGE = StagePlan("a", memory=1024, vcpus=1), StagePlan("b", memory=2048, vcpus=4)


@pytest.mark.parametrize(
    ("group", "dollars"),
    [
        (SPOT, 4 * 0.01 + 2 * 0.002),
        (Group(queue=Capacity.ON_DEMAND), 4 * 0.04 + 2 * 0.008),
        (Group(memory=8192), 4 * 0.01 + 8 * 0.002),
        (Group(only="a"), 1 * 0.01 + 1 * 0.002),
        (Group(only="n"), 3 * (2 * 0.04 + 1 * 0.008)),
    ],
    ids=["dearest stage", "on demand", "more memory", "its own stage", "three nodes, on demand"],
)
def test_an_hour_costs_what_its_room_does(group: Group, dollars: float) -> None:
    stages = [SMALL, LARGE, *([NODES] if group.only == "n" else [])]
    assert forecast_cost({group: 3600.0}, stages, PRICES) == pytest.approx(dollars)


def test_groups_add_up_and_a_stage_without_room_costs_nothing() -> None:
    assert forecast_cost({SPOT: 1800.0, Group(memory=2048): 1800.0}, [SMALL], PRICES) == pytest.approx(0.013)
    assert forecast_cost({SPOT: 3600.0}, [StagePlan("a")], PRICES) == 0
    assert forecast_cost({}, [SMALL], PRICES) == 0


def test_a_run_beyond_its_budget_is_refused_with_estimate_budget_and_way_out() -> None:
    with pytest.raises(BudgetExceededError, match=r"likely to cost \$12\.35.* job 'j' is \$10\.00.*raise Budget"):
        Budget("j", 10.0, asks=False, approved=20.0).check(12.346)
    with pytest.raises(BudgetExceededError, match=r"approve_cost 12\.35"):
        Budget("j", 10.0, asks=True).check(12.346)


@given(limit=st.none() | st.floats(0.01, 1e6), asks=st.booleans(), approved=st.none() | st.floats(0, 1e6))
def test_what_is_allowed_is_the_limit_or_what_was_agreed_to(
    limit: float | None, asks: bool, approved: float | None
) -> None:
    budget = Budget("j", limit, asks, approved)
    if limit is None:
        assert not budget.exceeded(1e12)
        return
    allowed = max(limit, approved or 0) if asks else limit
    assert not budget.exceeded(allowed)
    assert budget.exceeded(allowed + 0.01)


@given(st.floats(0.02, 1e6))
def test_who_agrees_to_the_cost_as_it_is_shown_has_agreed_to_it(cost: float) -> None:
    budget = Budget("j", 0.01, asks=True, approved=float(f"{cost:.2f}"))
    budget.check(cost)


def test_a_later_wave_stops_when_what_is_spent_and_its_cost_come_to_too_much() -> None:
    budget = Budget("j", 10.0, asks=False)
    assert budget.stop(6.0, 4.0) == ""
    assert budget.stop(6.0, 4.1) == ("no further wave: $6.00 spent and $4.10 for it are more than the budget of $10.00")
