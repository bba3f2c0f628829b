"""Runs inside an image, as text of `python -c`: starts what the image starts, and says in JSON how that went.

Its arguments are those of `python` in the image's ENTRYPOINT. Without the environment of a job the program ends as soon
as its modules are imported.
"""

import json
import os
import runpy
import sys
from contextlib import suppress
from pathlib import Path


def age() -> float:
    """Give the seconds since this process began."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


def writable(folder: str) -> bool:
    """Tell whether a file can be made in a folder."""
    try:
        (Path(folder) / "probe").touch()
    except OSError:
        return False
    return True


def uncompiled() -> list[str]:
    """Give the imported modules that had no .pyc."""
    cached = ((name, getattr(module, "__cached__", None)) for name, module in sorted(sys.modules.items()))
    return [name for name, path in cached if path and not Path(path).exists()]


def main(module_or_script: list[str]) -> None:
    """Start it, and print what was found as the last line."""
    sys.path.insert(0, "")
    with suppress(BaseException):
        if module_or_script[0] == "-m":
            runpy.run_module(module_or_script[1], run_name="__main__")
        else:
            runpy.run_path(module_or_script[0], run_name="__main__")
    seconds = age()
    writes = [folder for folder in ("/", "/app", "/tmp", str(Path.home())) if writable(folder)]  # noqa: S108
    found = {
        "user": os.getuid(),
        "seconds": seconds,
        "writes": writes,
        "uncompiled": uncompiled(),
        "modules": len(sys.modules),
    }
    print(json.dumps(found), flush=True)


main(sys.argv[1:])
