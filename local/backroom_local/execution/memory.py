"""How much memory a process and its descendants hold.

A limit by rlimit would make an allocation fail, which a program may catch; on AWS the kernel kills the container. A
cgroup would do as AWS does, but few users may write one, and on Linux only. So the memory is looked at and the group is
killed. Counted is what a kernel could not take back: memory that belongs to no file.
"""

import os
import subprocess
import sys

_PAGE = os.sysconf("SC_PAGE_SIZE")


def goes_over(group: int, limit_bytes: int) -> bool:
    """Tell whether the processes of `group` (id of its leader) hold more than `limit_bytes`.

    The quick sum counts pages that a fork shares once per process, so only what it suspects is counted exactly.
    """
    if sys.platform != "linux":
        return _resident_by_ps(group) > limit_bytes
    tree = _tree(group)
    return sum(map(_quick, tree)) > limit_bytes and sum(map(_exact, tree)) > limit_bytes


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


def _resident_by_ps(group: int) -> int:
    command = ["/bin/ps", "-A", "-o", "pgid=,rss="]
    listing = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - constant command
    rows = (line.split() for line in listing.stdout.splitlines())
    return sum(int(resident) * 1024 for pgid, resident in rows if int(pgid) == group)
