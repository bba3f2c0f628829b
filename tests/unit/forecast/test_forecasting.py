"""The forecast against what can be worked out by hand, and what must hold for any portions."""

import json
import math
import random
from pathlib import Path
from typing import Any

import pytest
from backroom.costs import Kind, Prices, Rate, read_prices
from backroom.errors import PriceTableError
from backroom_local.batch.core.model import CPU_UNITS, EnvironmentSpec, InstanceType, Need, RetryPolicy
from backroom_local.batch.core.words import Capacity
from backroom_local.forecast.durations import Given, History, Observed, Planned
from backroom_local.forecast.fleet import Container, Fleet, container
from backroom_local.forecast.forecasting import Portion, Scene, forecast
from backroom_local.forecast.outcome import Outcome
from backroom_local.forecast.simulation import NeverRunsError
from hypothesis import given
from hypothesis import strategies as st

UNIT = InstanceType("unit", CPU_UNITS, 1000)
RATES = {kind: Rate(vcpu_hour=price, gb_hour=0) for kind, price in ((Kind.SPOT, 1.0), (Kind.EC2, 3.0))}
PRICES = Prices(as_of="2026-11-27", currency="USD", rates=RATES)
ONE = Container(Need(CPU_UNITS, 1000), RetryPolicy(10))
weights = st.lists(st.floats(0.1, 500), min_size=1, max_size=60)


def fleet(*kinds: Capacity, **more: Any) -> Fleet:
    """Environments of instances that hold one container each."""
    specs = tuple(EnvironmentSpec(kind.value, kind, 0, types=(UNIT,)) for kind in kinds or (Capacity.SPOT,))
    return Fleet(specs, **{"idle_seconds": 0.001, **more})


def outcomes(portions: list[Portion], *maximums: int, **more: Any) -> tuple[Outcome, ...]:
    scene = {"container": ONE, "fleet": fleet(), "prices": PRICES, "durations": Planned(), **more}
    return forecast(Scene(portions, **scene), maximums).outcomes


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - durations, not secrets


def of_tenant(seconds: list[float], tenant: str = "a") -> list[Portion]:
    return [Portion(tenant, one) for one in seconds]


@pytest.mark.parametrize(("count", "slots"), [(1, 1), (6, 2), (7, 3), (100, 7), (3, 8)])
def test_equal_portions_run_in_rounds(count: int, slots: int) -> None:
    (outcome,) = outcomes(of_tenant([600.0] * count), slots)
    rounds = math.ceil(count / slots)
    assert outcome.makespan == pytest.approx(600 * rounds)
    assert outcome.waits.longest == pytest.approx(600 * (rounds - 1))
    assert outcome.waits.mean == pytest.approx(600 * sum(index // slots for index in range(count)) / count)
    assert outcome.used_vcpu_hours == pytest.approx(count / 6)
    assert outcome.cost == pytest.approx(count / 6, rel=1e-3)
    assert outcome.peak_vcpus == min(count, slots)


def test_a_portion_of_three_nodes_takes_three_instances_at_once() -> None:
    alone = Container(Need(CPU_UNITS, 1000), RetryPolicy(1), nodes=3)
    given = {"container": alone, "fleet": fleet(Capacity.EC2)}
    one, two = outcomes(of_tenant([600.0, 600.0]), 3, 6, **given)
    assert [one.makespan, two.makespan] == pytest.approx([1200, 600], rel=0.01)
    assert [one.peak_vcpus, two.peak_vcpus] == [3, 6]
    assert [one.used_vcpu_hours, two.used_vcpu_hours] == pytest.approx([1.0, 1.0], rel=0.01)
    assert [one.failed, two.failed] == [0, 0]
    with pytest.raises(NeverRunsError):
        outcomes(of_tenant([1.0]), 2, **given)


def test_a_definition_of_several_nodes_is_read_as_any_other() -> None:
    room = [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "4096"}]
    every = [{"targetNodes": "0:", "container": {"resourceRequirements": room}}]
    found = container({"nodeProperties": {"numNodes": 3, "mainNode": 0, "nodeRangeProperties": every}})
    assert (found.nodes, found.need) == (3, Need(2 * CPU_UNITS, 4096))


def test_more_than_one_array_s_portions_are_all_run() -> None:
    (outcome,) = outcomes(of_tenant([1.0] * 10_001), 100)
    assert outcome.makespan == pytest.approx(101)
    assert outcome.attempts == 10_001


def test_booting_and_starting_delay_the_first_round_and_each_container() -> None:
    slow = fleet(boot_seconds=120, start_seconds=5)
    (outcome,) = outcomes(of_tenant([60.0] * 4), 2, fleet=slow)
    assert outcome.makespan == pytest.approx(120 + 2 * (5 + 60))
    assert outcome.paid_vcpu_hours == pytest.approx(2 * outcome.makespan / 3600, rel=1e-3)


def test_idle_instances_and_a_minute_at_least_are_paid() -> None:
    (brief,) = outcomes(of_tenant([3.6]), 1)
    assert brief.cost == pytest.approx(60 / 3600)
    (kept,) = outcomes(of_tenant([3600.0]), 1, fleet=fleet(idle_seconds=1800))
    assert kept.cost == pytest.approx(1.5)


def test_each_environment_has_the_maximum_and_its_own_price() -> None:
    both = fleet(Capacity.SPOT, Capacity.EC2)
    (outcome,) = outcomes(of_tenant([3600.0] * 4), 2, fleet=both)
    assert outcome.peak_vcpus == 4
    assert outcome.cost_by_capacity == pytest.approx({"SPOT": 2.0, "EC2": 6.0}, rel=1e-3)


def test_tenants_finish_when_their_last_portion_does() -> None:
    portions = [Portion("small", 10), Portion("large", 30), Portion("large", 50)]
    (outcome,) = outcomes(portions, 1)
    assert [(one.tenant, one.portions) for one in outcome.tenants] == [("small", 1), ("large", 2)]
    assert [one.seconds for one in outcome.tenants] == pytest.approx([10, 90])


@given(weights, st.integers(1, 20))
def test_one_more_vcpu_is_never_later(seconds: list[float], vcpus: int) -> None:
    fewer, more = outcomes(of_tenant(seconds), vcpus, vcpus + 1)
    assert more.makespan <= fewer.makespan
    assert more.waits.mean <= fewer.waits.mean
    assert sum(seconds) / vcpus - 0.1 <= fewer.makespan <= sum(seconds) / vcpus + max(seconds) + 0.1


@given(weights, st.integers(1, 9), st.floats(0, 90))
def test_costs_are_the_sum_of_their_parts_and_no_work_is_lost(seconds: list[float], vcpus: int, boot: float) -> None:
    both = fleet(Capacity.SPOT, Capacity.EC2, boot_seconds=boot)
    (outcome,) = outcomes(of_tenant(seconds), vcpus, fleet=both)
    assert outcome.cost == pytest.approx(sum(outcome.cost_by_capacity.values()))
    assert outcome.used_vcpu_hours == pytest.approx(sum(seconds) / 3600, abs=len(seconds) * 1e-6)
    assert outcome.paid_vcpu_hours >= outcome.used_vcpu_hours - 1e-9
    assert (outcome.failed, outcome.attempts) == (0, len(seconds))


@given(weights, st.integers(0, 1000))
def test_reclaimed_work_goes_on_where_its_checkpoint_is(seconds: list[float], seed: int) -> None:
    """A reclaim costs time but no work: a container that is stopped takes its second to save, no more."""
    unsafe = fleet(reclaims_an_hour=5)
    (outcome,) = outcomes(of_tenant(seconds), 4, fleet=unsafe, seed=seed)
    again = outcome.attempts - len(seconds)
    assert again >= 0
    assert outcome.used_vcpu_hours * 3600 <= sum(seconds) + 2 * again + 0.1
    if not outcome.failed:
        assert outcome.used_vcpu_hours * 3600 >= sum(seconds) - 0.1


def test_the_same_seed_gives_the_same_forecast() -> None:
    portions = of_tenant([60.0] * 50)
    scenes = [Scene(portions, ONE, fleet(reclaims_an_hour=9), PRICES, Given(60, 0.5), seed) for seed in (1, 1, 2)]
    first, same, other = (forecast(scene, (3,)) for scene in scenes)
    assert first == same
    assert first.outcomes != other.outcomes


def test_what_would_wait_for_ever_is_an_error_that_says_why() -> None:
    with pytest.raises(NeverRunsError, match="2 vCPU and 1,000 MiB would wait for ever"):
        outcomes(of_tenant([1.0]), 8, container=Container(Need(2 * CPU_UNITS, 1000)))


def test_given_durations_have_the_mean_and_spread_that_were_asked_for() -> None:
    chance = seeded(7)
    drawn = [Given(100, 0.3).draw(1, chance) for _ in range(20_000)]
    mean = sum(drawn) / len(drawn)
    assert mean == pytest.approx(100, rel=0.02)
    assert math.sqrt(sum((one - mean) ** 2 for one in drawn) / len(drawn)) == pytest.approx(30, rel=0.05)


def test_history_finds_the_start_and_the_slope_of_what_was_observed() -> None:
    history = History.of([Observed(weight, 0.3 + 1.5 * weight) for weight in (1, 2, 5, 9)], "run")
    assert [history.base, history.slope] == pytest.approx([0.3, 1.5])
    assert history.draw(100, seeded(1)) == pytest.approx(150.3)


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0, 7.0]), st.floats(0.1, 100)), min_size=1, max_size=30))
def test_history_of_anything_draws_what_can_be(pairs: list[tuple[float, float]]) -> None:
    history = History.of([Observed(*pair) for pair in pairs], "run")
    assert all(error > 0 for error in history.errors)
    assert history.draw(3.0, seeded(1)) > 0


def test_the_shipped_price_table_says_that_it_is_an_example() -> None:
    prices = read_prices()
    assert "EDIT ME" in prices.note
    assert set(prices.rates) == {Kind(capacity) for capacity in Capacity} == set(Kind)


def test_a_named_price_of_an_instance_type_goes_before_the_rates(tmp_path: Path) -> None:
    table = PRICES.model_dump(mode="json") | {"instances": {"unit": {"SPOT": 0.5}}}
    (tmp_path / "mine.json").write_text(json.dumps(table))
    (outcome,) = outcomes(of_tenant([3600.0]), 1, prices=read_prices(tmp_path / "mine.json"))
    assert outcome.cost == pytest.approx(0.5, rel=1e-3)


def test_a_bad_price_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{}")
    with pytest.raises(PriceTableError, match=r"mine\.json is no price table"):
        read_prices(tmp_path / "mine.json")
