"""Builds the images and looks at each from inside."""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from backroom_local.execution.dockerfile import read_dockerfile
from backroom_local.execution.engine import Engine
from backroom_local.execution.image_builds import ImageBuilds
from backroom_local.execution.images import find_image

WORKER = 10001
"""The user of every image."""
_STARTS = 3
_PROBE = Path(__file__).with_name("probe.py")
_AS_DEFINED = ("--init", "--read-only", "--tmpfs=/tmp:rw,nosuid,nodev,noexec", "--cap-drop=ALL", "--network=none")


class TrialError(Exception):
    """An image is not what it has to be, or a job did not do in it what it should."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An image that is as it has to be: what it weighs in the engine, and the seconds of a build and of a start."""

    name: str
    size_mb: float
    build_seconds: float
    start_seconds: float
    modules: int


def try_image(name: str, memory_mib: int, engine: Engine, builds: ImageBuilds) -> Tried:
    """Build an image and start its program under a limit of memory. Raises TrialError, CannotPullContainerError."""
    project = find_image(name, (Path("containers").resolve(),))
    if project is None:
        raise TrialError(f"containers/{name} has no Dockerfile")
    began = time.monotonic()
    tag = builds.have(name, project)
    built = time.monotonic() - began
    program = read_dockerfile(project.folder / "Dockerfile").entrypoint[1:]
    starts = [_start(engine.program, tag, memory_mib, program) for _ in range(_STARTS)]
    size = int(engine.call("image", "inspect", "--format", "{{.Size}}", tag)) / 1e6
    return Tried(name, size, built, min(start.seconds for start in starts), starts[0].modules)


@dataclass(frozen=True, slots=True)
class _Start:
    seconds: float
    modules: int


def _start(engine: str, tag: str, memory_mib: int, program: tuple[str, ...]) -> _Start:
    limits = (f"--memory={memory_mib}m", f"--memory-swap={memory_mib}m")
    probe = ("-c", _PROBE.read_text(), *program)
    command = (engine, "run", "--rm", *_AS_DEFINED, *limits, "--entrypoint=python", tag, *probe)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TrialError(f"{tag} ended with {done.returncode}: {done.stderr[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    if wrong := _wrong(found["user"], found["writes"], found["uncompiled"]):
        raise TrialError(f"{tag}: {'; '.join(wrong)}")
    return _Start(found["seconds"], found["modules"])


def _wrong(user: int, writes: list[str], uncompiled: list[str]) -> list[str]:
    wrong = [] if user == WORKER else [f"its user is {user}, not {WORKER}"]
    if set(writes) != {"/tmp"}:  # noqa: S108 - which is its tmpfs
        wrong.append(f"it can write to {writes}, not to /tmp alone")
    if uncompiled:
        wrong.append(f"these modules are not compiled, and will be at each start: {uncompiled}")
    return wrong
