"""What an attempt's room costs."""

import pytest
from backroom.costs import Kind, Prices, Rate, Room, shipped_prices
from backroom.errors import PriceTableError
from backroom.words import Capacity

PRICES = Prices(
    as_of="2026-11-27",
    currency="USD",
    rates={Kind.SPOT: Rate(vcpu_hour=0.01, gb_hour=0.002), Kind.EC2: Rate(vcpu_hour=0.03, gb_hour=0.004)},
)


def test_an_hour_of_two_cpus_and_four_gib_costs_what_the_table_says() -> None:
    assert Room(2, 4096).cost(PRICES, Capacity.SPOT, 3600) == pytest.approx(2 * 0.01 + 4 * 0.002)
    assert Room(2, 4096).cost(PRICES, Capacity.ON_DEMAND, 1800) == pytest.approx((2 * 0.03 + 4 * 0.004) / 2)


def test_each_node_costs_as_much() -> None:
    assert Room(2, 4096, nodes=3).cost(PRICES, Capacity.MULTI_NODE, 3600) == pytest.approx(3 * (2 * 0.03 + 4 * 0.004))


def test_a_capacity_without_a_rate_is_named() -> None:
    spot_only = PRICES.model_copy(update={"rates": {Kind.SPOT: PRICES.rates[Kind.SPOT]}})
    with pytest.raises(PriceTableError, match="no rate for EC2"):
        Room(1, 512).cost(spot_only, Capacity.ON_DEMAND, 60)


def test_the_shipped_table_has_a_rate_for_every_capacity_and_spot_is_the_cheaper() -> None:
    costs = {capacity: Room(1, 2048).cost(shipped_prices(), capacity, 3600) for capacity in Capacity}
    assert 0 < costs[Capacity.SPOT] < costs[Capacity.ON_DEMAND]
