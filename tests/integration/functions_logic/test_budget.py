"""A budget through the planner's front door: refused before anything is there, asked, and no wave beyond it."""

import orjson
import pytest
from backroom.costs import shipped_prices
from backroom.errors import BudgetExceededError
from backroom.words import Capacity, RunStatus

from tests.integration.functions_logic.conftest import DEFINITION, RUN, World

VCPUS = 1_000_000
"""Of a container, so that two photographs cost something."""


@pytest.fixture
def world(world: World) -> World:
    """Two portions of a job that has been deployed with those."""
    world.tenant("acme", 4)
    deploy(world)
    return world


def deploy(world: World, **row: str) -> None:
    """Deploy the job anew."""
    needs = [{"type": "VCPU", "value": str(VCPUS)}, {"type": "MEMORY", "value": "1024"}]
    container = DEFINITION["containerProperties"] | {"resourceRequirements": needs}
    changed = {"parameters": DEFINITION["parameters"] | row, "containerProperties": container}
    world.batch.definitions.register_job_definition(**DEFINITION | changed)


def cost(world: World) -> float:
    """What a dry run says."""
    foreseen: float = world.plan(dry_run=True, run=None)["cost"]
    return foreseen


def test_a_dry_run_and_the_plan_tell_the_cost_of_the_weights(world: World) -> None:
    told = cost(world)
    world.plan()
    weight = sum(portion["weight"] for portion in world.manifest())
    rate = shipped_prices().rates[Capacity.SPOT.upper()]  # type: ignore[index]
    assert told == pytest.approx(weight / 3600 * (VCPUS * rate.vcpu_hour + rate.gb_hour), rel=0.01)
    assert orjson.loads(world.read(world.layout.plan(1)))["cost"] == pytest.approx(told)
    assert told > 0


def test_a_plan_beyond_the_budget_leaves_nothing(world: World) -> None:
    deploy(world, budget="0.000001")
    with pytest.raises(BudgetExceededError, match="raise Budget"):
        world.plan()
    assert not world.s3.list_objects_v2(Bucket="backroom-runs").get("Contents")
    assert not world.s3.list_multipart_uploads(Bucket="backroom-runs").get("Uploads")


def test_who_agrees_to_the_cost_gets_the_run(world: World) -> None:
    deploy(world, budget="0.000001", budget_action="ask")
    with pytest.raises(BudgetExceededError, match="approve_cost"):
        world.plan()
    assert world.plan(approve_cost=cost(world))["portions"] == 2


def test_no_wave_is_planned_beyond_the_budget_and_the_run_says_so(world: World) -> None:
    deploy(world, budget="10")
    planned = world.plan()
    for portion in world.manifest()[:1]:
        world.result(portion)
    assert world.record(planned).again
    world.deployment.runs.progress(RUN, {"cost": 10.0})
    second = world.plan(wave=2, again=True)
    assert (second["portions"], second["arrays"]) == (0, [])
    answer = world.record(second)
    assert (answer.status, answer.again) == (RunStatus.FAILED, False)
    assert "1 of 2 portions failed" in answer.message
    assert "no further wave: $10.00 spent" in answer.message
