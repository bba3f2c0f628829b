"""Whether the stack has the queues that a plan needs. Pure."""

from collections.abc import Iterable, Mapping

from backroom.errors import JobNotDeployedError
from backroom.planning.request import ArrayJob
from backroom.words import Capacity


def require_queues(arrays: Iterable[ArrayJob], queues: Mapping[Capacity, str]) -> None:
    """Raise JobNotDeployedError for an array whose queue the stack does not have."""
    missing = next((array for array in arrays if array.queue not in queues), None)
    if missing is not None and missing.nodes > 1:
        raise JobNotDeployedError(
            f"a stage of the job has {missing.nodes} nodes, and this stack has no queue {missing.queue!r} for such: "
            "give it the parameter VpcId (the VPC of its Subnets) and deploy"
        )
    if missing is not None:
        raise JobNotDeployedError(
            f"the job is for Fargate, and the function that plans knows no queue {missing.queue!r} there: "
            "set BACKROOM_FARGATE_QUEUE and BACKROOM_FARGATE_ON_DEMAND_QUEUE, as template.yaml does"
        )
