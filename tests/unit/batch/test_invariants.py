"""What must hold whatever is submitted, stopped or lost: none alive twice, capacity kept, every job ends."""

import os
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.batch.workload import simulation

EVENTS = int(os.environ.get("BACKROOM_SIMULATED_EVENTS", "50000"))
"""State changes of the long run; the nightly run asks for a million."""
SEED = int(os.environ.get("BACKROOM_SIMULATION_SEED", "1"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(chance=st.randoms(use_true_random=False), jobs=st.integers(1, 12))
def test_small_workloads(chance: Random, jobs: int) -> None:
    """Small ones, which hypothesis makes smaller still when they fail."""
    simulation(chance).run(jobs)


def test_long_run() -> None:
    """Large ones, until so many state changes were seen. The seed of a failure is in its message."""
    seen, seed = 0, SEED
    while seen < EVENTS:
        one = simulation(Random(seed))  # noqa: S311 - a workload, no secret
        try:
            one.run(jobs=60)
        except AssertionError as error:
            raise AssertionError(f"BACKROOM_SIMULATION_SEED={seed}: {error}") from error
        seen += one.audit.events
        seed += 1
    print(f"{seen} state changes, seeds {SEED} to {seed - 1}")
