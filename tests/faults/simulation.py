"""The twin's Batch in virtual time: random workloads, faults and orders, watched by books of their own."""

from random import Random

from tests.faults.campaign import Bench, Proof
from tests.unit.batch.workload import simulation

JOBS = 60
"""A workload's, of which some are arrays."""


def prove(_bench: Bench, count: int, seed: int) -> Proof:
    """Simulate until `count` jobs' states have changed; each workload has a seed of its own, from `seed` on."""
    proof = Proof("simulation", seed, "state_changes")
    while proof.counts.get("state_changes", 0) < count and not proof.violations:
        one = simulation(Random(seed))  # noqa: S311 - a workload, no secret
        try:
            one.run(JOBS)
        except Exception as error:
            proof.violations.append(f"the workload of seed {seed}: {type(error).__name__}: {error}")
        proof.add(state_changes=one.audit.events, workloads=1, violated=len(proof.violations))
        seed += 1
    return proof
