"""Compares ways from a feed to a database: each in a process of its own, on a PostgreSQL of the bench's own.

What a way is to be measured without is imported where it is needed, so that importing this costs next to nothing.
"""

import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_WAY = "--way"


def main(run_way: Callable[[str, Path, str], None], compare: Callable[[str, Sequence[int]], None], usual: str) -> None:
    """Run the way that the command line names with its feed and place, or compare all for the numbers of rows in it.

    `compare` gets the DSN of a migrated database; `usual` are the numbers if none are given. Raises SystemExit without
    a PostgreSQL.
    """
    if sys.argv[1:2] == [_WAY]:
        run_way(sys.argv[2], Path(sys.argv[3]), sys.argv[4])
        return
    with migrated_server() as dsn:
        compare(dsn, [int(rows) for rows in sys.argv[1:] or usual.split()])


@contextmanager
def migrated_server() -> Iterator[str]:
    """Start a PostgreSQL with the catalogue's tables, and say on what it runs; raises SystemExit without one."""
    from backroom.catalogue.postgres import migrate

    from tests.postgres import binaries, server

    found = binaries()
    if found is None:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql")
    print(f"Python {platform.python_version()}, load {Path('/proc/loadavg').read_text().split()[0]}")
    with server(found) as dsn:
        migrate(dsn)
        yield dsn


def in_own_process(module: str, name: str, feed: Path, place: str) -> Any:
    """Run a way of a bench, which is `bench.MODULE`, in a process of its own; gives what that prints as JSON."""
    command = [sys.executable, "-m", f"bench.{module}", _WAY, name, str(feed), place]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def server_cpu(process: int) -> float:
    """Give the CPU seconds that a process has used, as Linux counts them: in hundredths."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def most_memory() -> float:
    """Give the MB that this process had at most."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
