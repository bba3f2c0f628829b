"""Consumable resources: held by placed jobs, a hard limit, first in first out."""

import pytest
from backroom_local.batch.core.model import Claim
from backroom_local.batch.core.words import Status

from tests.unit.batch.sandbox import Sandbox, sandbox


def with_connections(total: int, *, replenishable: bool = True) -> Sandbox:
    account = sandbox(vcpus=100)
    account.scheduler.put_consumable("connections", total, replenishable=replenishable)
    return account


@pytest.mark.parametrize(("total", "quantity", "at_once"), [(20, 1, 20), (20, 7, 2), (6, 7, 0)])
def test_no_more_run_at_once_than_there_are_units(total: int, quantity: int, at_once: int) -> None:
    account = with_connections(total)
    job = account.submit("j", size=30, claims=(Claim("connections", quantity),))
    account.run(until=1)
    assert len(account.started) == at_once
    assert account.scheduler.world.consumables["connections"].held == at_once * quantity
    account.run()
    assert job.status is (Status.SUCCEEDED if at_once else Status.PENDING)


def test_the_head_that_waits_for_units_holds_up_the_queue() -> None:
    account = with_connections(1)
    for name in ("first", "second"):
        account.submit(name, claims=(Claim("connections", 1),))
    account.submit("needs none")
    account.run()
    assert account.started == [(0, "first"), (60, "second"), (60, "needs none")]


def test_what_is_not_replenishable_is_used_up() -> None:
    account = with_connections(3, replenishable=False)
    account.submit("j", size=5, claims=(Claim("connections", 1),))
    account.run()
    assert len(account.started) == 3
    account.scheduler.put_consumable("connections", 5, replenishable=False)
    account.run()
    assert len(account.started) == 5


def test_all_of_several_resources_or_none_is_taken() -> None:
    account = with_connections(5)
    account.scheduler.put_consumable("licences", 0, replenishable=True)
    account.submit("j", claims=(Claim("connections", 2), Claim("licences", 1)))
    account.run()
    assert account.scheduler.world.consumables["connections"].available == 5
