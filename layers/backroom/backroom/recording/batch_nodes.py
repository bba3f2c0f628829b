"""What Batch knows of the nodes of multi-node jobs, each of which is a Batch job `ID#NODE` of its own.

The job is what its main node is (User guide, "Multi-node parallel jobs"): its attempts are that node's, and it ends
with it. A node whose host is lost ends no job by itself, but is why the main node ended.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_batch.type_defs import JobDetailTypeDef

HOST_LOST = "Host EC2"
"""How Batch's reason of what lost its instance begins."""


def with_nodes(
    describe: "Callable[[Iterable[str]], Iterable[JobDetailTypeDef]]", jobs: "Iterable[JobDetailTypeDef]"
) -> "dict[str, tuple[JobDetailTypeDef, Mapping[int, str]]]":
    """Give Batch jobs by id, multi-node ones with the attempts of their main node, and those that lost another node.

    The latter are attempts by number, with words that say which node and how. Raises what `describe` does, which asks
    Batch.
    """
    found = {job["jobId"]: job for job in jobs}
    families = {id_: ids_of(job) for id_, job in found.items() if "nodeProperties" in job}
    nodes = {node["jobId"]: node for node in describe(chain.from_iterable(families.values()))}
    told: dict[str, tuple[JobDetailTypeDef, Mapping[int, str]]] = {id_: (job, {}) for id_, job in found.items()}
    for id_, ids in families.items():
        told[id_] = _joined(found[id_], [nodes[node] for node in ids if node in nodes])
    return told


def ids_of(job: Any) -> list[str]:
    """Give the ids of a multi-node job's nodes, as DescribeJobs takes them. Pure."""
    return [f"{job['jobId']}#{number}" for number in range(job["nodeProperties"]["numNodes"])]


def _joined(job: Any, nodes: Iterable[Any]) -> "tuple[JobDetailTypeDef, Mapping[int, str]]":
    main: Any = next((node for node in nodes if node["nodeDetails"].get("isMainNode")), {})
    attempts = job.get("attempts") or main.get("attempts", [])
    whole = {**job, "attempts": attempts, "container": main.get("container", {})}
    lost: dict[int, str] = {}
    for node in nodes:
        if node is not main:
            lost |= _lost(node, attempts, job["nodeProperties"]["numNodes"])
    return whole, lost  # type: ignore[return-value]


def _lost(node: Any, attempts: Iterable[Any], count: int) -> dict[int, str]:
    """The job's attempts in which this node lost its host: it begins after the main node, so its start tells which."""
    begun = [attempt.get("startedAt", 0) for attempt in attempts]
    lost = [one for one in node.get("attempts", []) if one.get("statusReason", "").startswith(HOST_LOST)]
    which = f"node {node['nodeDetails']['nodeIndex']} of {count}"
    return {
        max(1, sum(start <= one.get("startedAt", one.get("stoppedAt", 0)) for start in begun)): (
            f"{which}: {one['statusReason']}"
        )
        for one in lost
    }
