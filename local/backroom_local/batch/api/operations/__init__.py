"""The operations, by kind of resource; importing this enters all of them into the table."""

from backroom_local.batch.api.operations import (
    consumables,
    definitions,
    environments,
    jobs,
    listing,
    policies,
    queues,
    tagging,
)

__all__ = ["consumables", "definitions", "environments", "jobs", "listing", "policies", "queues", "tagging"]
