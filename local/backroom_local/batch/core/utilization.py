"""How much of its environments the jobs of a queue hold."""

from collections import Counter

from backroom_local.batch.core.world import Queue, World


def held_cpu(world: World, queue: Queue) -> Counter[str]:
    """CPU units of the queue's jobs that have a place (STARTING or RUNNING), by share identifier; "" without one."""
    held: Counter[str] = Counter()
    for name in queue.spec.environments:
        for instance in world.environments[name].instances.values():
            for job in instance.jobs:
                if world.queue_of(job) is queue:
                    held[job.spec.share or ""] += job.need.cpu
    return held
