"""A PostgreSQL of a test's own: real, on a free port of loopback, gone when it ends."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_OWNER = "catalogue"


def binaries() -> Path | None:
    """Give the folder of PostgreSQL's programs; None where it is not installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("initdb")
    return debian[-1] if debian else Path(found).parent if found else None


@contextmanager
def server(bin_folder: Path) -> Iterator[str]:
    """Start a server; gives the DSN of an empty database whose owner is no superuser."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        root = Path(folder)
        user = _unprivileged(root)
        _run(user, bin_folder / "initdb", "-D", root / "cluster", "-U", "postgres", "-A", "trust", "-E", "UTF8")
        port = _free_port()
        options = f"-h 127.0.0.1 -p {port} -k {root} -c fsync=off -c shared_buffers=64MB"
        control = (bin_folder / "pg_ctl", "-D", root / "cluster")
        _run(user, *control, "-w", "-l", root / "log", "-o", options, "start")
        try:
            with psycopg.connect(f"host=127.0.0.1 port={port} user=postgres", autocommit=True) as admin:
                admin.execute(f"CREATE ROLE {_OWNER} LOGIN".encode())
                admin.execute(f"CREATE DATABASE {_OWNER} OWNER {_OWNER}".encode())
            yield f"host=127.0.0.1 port={port} user={_OWNER} dbname={_OWNER}"
        finally:
            _run(user, *control, "-m", "immediate", "stop")


def _unprivileged(root: Path) -> str | None:
    """Give who shall run the server, as PostgreSQL refuses to be root; None: who runs this."""
    if os.getuid() != 0:
        return None
    user = pwd.getpwnam("postgres")
    os.chown(root, user.pw_uid, user.pw_gid)
    return user.pw_name


def _run(user: str | None, *command: object) -> None:
    subprocess.run(
        list(map(str, command)), user=user, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd="/"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
