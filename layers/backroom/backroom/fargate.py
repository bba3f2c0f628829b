"""The memory that a container may have on Fargate: what belongs to its vCPUs, and nothing between. Pure.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
"""

from collections.abc import Mapping, Sequence
from typing import Final

_SIZES: Final[Mapping[float, Sequence[int]]] = {
    0.25: (512, 1024, 2048),
    0.5: range(1024, 4096 + 1, 1024),
    1: range(2048, 8192 + 1, 1024),
    2: range(4096, 16384 + 1, 1024),
    4: range(8192, 30720 + 1, 1024),
    8: range(16384, 61440 + 1, 4096),
    16: range(32768, 122880 + 1, 8192),
}
"""vCPUs -> MiB, ascending."""


def enough(vcpus: float, memory: int, most: int | None = None) -> int | None:
    """Give the least memory (MiB) of so many vCPUs that is at least `memory`, the largest there is if none is.

    `most`: MiB that it may be. None where all of them are more, or Fargate has no such number of vCPUs.
    """
    sizes = [size for size in _SIZES.get(vcpus, ()) if most is None or size <= most]
    return next((size for size in sizes if size >= memory), sizes[-1] if sizes else None)
