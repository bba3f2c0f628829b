"""How much memory a process and its descendants hold.

A limit by rlimit would make an allocation fail, which a program may catch; on AWS the kernel kills the container. A
cgroup would do as AWS does, but few users may write one, and on Linux only. So the memory is looked at and the group is
killed. Counted is what a kernel could not take back: memory that belongs to no file.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping

_PAGE = os.sysconf("SC_PAGE_SIZE")
_LINUX = sys.platform == "linux"
SAMPLE_SECONDS = 0.05 if _LINUX else 0.5
"""How often it is worth to look: reading /proc costs some 20 microseconds a process, `ps` starts a process."""


def over_limit(limits: Mapping[int, int]) -> list[int]:
    """Give those process groups (ids of their leaders) that hold more bytes than `limits` allows them.

    The quick sum counts pages that a fork shares once per process, so only what it suspects is counted exactly.
    """
    if not _LINUX:
        held = _resident_by_ps()
        return [group for group, limit in limits.items() if held[group] > limit]
    return [group for group, limit in limits.items() if _goes_over(group, limit)]


def _goes_over(group: int, limit: int) -> bool:
    tree = _tree(group)
    return sum(map(_quick, tree)) > limit and sum(map(_exact, tree)) > limit


def _tree(root: int) -> list[int]:
    found, index = [root], 0
    while index < len(found):
        found.extend(_children(found[index]))
        index += 1
    return found


def _children(pid: int) -> list[int]:
    try:
        tasks = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - as below
        return [int(child) for task in tasks for child in _read(f"/proc/{pid}/task/{task}/children").split()]
    except OSError:
        return []


def _quick(pid: int) -> int:
    try:
        _, resident, shared, *_ = _read(f"/proc/{pid}/statm").split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * _PAGE


def _exact(pid: int) -> int:
    try:
        lines = _read(f"/proc/{pid}/smaps_rollup").splitlines()
    except OSError:
        return _quick(pid)
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:")))


def _read(path: str) -> str:
    with open(path, encoding="ascii", errors="replace") as file:  # noqa: PTH123 - a Path costs as much as reading
        return file.read()


def _resident_by_ps() -> Counter[int]:
    """Give the resident bytes of every process group; what forks share is counted once for each of them."""
    command = ["/bin/ps", "-A", "-o", "pgid=,rss="]
    listing = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - constant command
    held: Counter[int] = Counter()
    for line in listing.stdout.splitlines():
        group, kibibytes = line.split()
        held[int(group)] += int(kibibytes) * 1024
    return held
