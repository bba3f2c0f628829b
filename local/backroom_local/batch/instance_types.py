"""EC2's instance types: vCPUs and memory, from the table that moto ships.

What an instance registers with ECS is less than its memory: the kernel and the agent keep about 5 % (user guide,
"Compute resource memory management"), so a container of 8,192 MiB does not fit on an instance of 8 GiB.
"""

import gzip
import json
from collections.abc import Iterable
from functools import cache
from importlib import resources

from backroom_local.batch.core.model import CPU_UNITS, InstanceType

REGISTERED = 0.95
FAMILIES = {
    "optimal": ("c5", "m5", "r5"),
    "default_x86_64": ("c6i", "m6i", "r6i"),
    "default_arm64": ("c6g", "m6g", "r6g"),
}
"""What AWS lets these names mean changes with the generations; here they stay what they are."""


class UnknownInstanceTypeError(ValueError):
    """EC2 has no such instance type or family."""


def resolve(names: Iterable[str]) -> tuple[InstanceType, ...]:
    """The types that `instanceTypes` of a compute environment names: types, families, `optimal`.

    Raises UnknownInstanceTypeError.
    """
    found = {name: kind for given in names for name, kind in _named(given).items()}
    return tuple(found.values())


def _named(given: str) -> dict[str, InstanceType]:
    table = _table()
    if given in table:
        return {given: table[given]}
    families = FAMILIES.get(given, (given,))
    found = {name: kind for name, kind in table.items() if name.partition(".")[0] in families and "metal" not in name}
    if not found:
        raise UnknownInstanceTypeError(f"{given} is no instance type and no family of EC2")
    return found


@cache
def _table() -> dict[str, InstanceType]:
    # Not of the package moto.ec2: importing that takes more than a second.
    packed = resources.files("moto").joinpath("ec2/resources/instance_types.json.gz").read_bytes()
    rows = json.loads(gzip.decompress(packed)).values()
    return {row["InstanceType"]: _kind(row) for row in rows}


def _kind(row: dict[str, dict[str, int] | str]) -> InstanceType:
    vcpus, memory = row["VCpuInfo"], row["MemoryInfo"]
    if isinstance(vcpus, str) or isinstance(memory, str):
        raise TypeError("moto's table of instance types has another form")
    name = str(row["InstanceType"])
    return InstanceType(name, vcpus["DefaultVCpus"] * CPU_UNITS, int(memory["SizeInMiB"] * REGISTERED))
