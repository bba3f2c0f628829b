"""What must hold whatever is submitted, stopped or lost: none alive twice, capacity kept, every job ends."""

import os
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.batch.workload import simulation

SEED = int(os.environ.get("BACKROOM_SIMULATION_SEED", "1"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(chance=st.randoms(use_true_random=False), jobs=st.integers(1, 12))
def test_small_workloads(chance: Random, jobs: int) -> None:
    """Small ones, which hypothesis makes smaller still when they fail."""
    simulation(chance).run(jobs)


@pytest.mark.parametrize("events", [50_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
@pytest.mark.timeout(1800)
def test_large_workloads(events: int, record_property: Callable[[str, object], None]) -> None:
    """Large ones, until so many state changes were seen. The seed of a failure is in its message."""
    seen, seed = 0, SEED
    while seen < events:
        one = simulation(Random(seed))  # noqa: S311 - a workload, no secret
        try:
            one.run(jobs=60)
        except Exception as error:
            raise AssertionError(f"with BACKROOM_SIMULATION_SEED={seed}: {error}") from error
        seen += one.audit.events
        seed += 1
    record_property("simulated", f"{seen:,} state changes, BACKROOM_SIMULATION_SEED from {SEED} to {seed - 1}")
