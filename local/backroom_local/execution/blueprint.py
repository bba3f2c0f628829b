"""From a Launch to what is run on the host: the command, its environment and its folder."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backroom_local.execution.credentials_endpoint import Admission
from backroom_local.execution.failures import CannotPullContainerError
from backroom_local.execution.images import ProjectImage
from backroom_local.execution.interface import Launch
from backroom_local.execution.program import Program

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_STATIC_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_NODE_ADDRESS = "BACKROOM_NODE_ADDRESS"
"""Which of this machine's addresses is a node's own: on AWS each has a network interface for itself."""
_PYTHONS = frozenset({"python", "python3"})


@dataclass(frozen=True, slots=True)
class Blueprint:
    """All that starting a container on the host takes. `scratch` is its HOME and TMPDIR."""

    program: Program
    scratch: Path
    admission: Admission | None = None


@dataclass(frozen=True, slots=True)
class Provisions:
    """What the twin gives a container beside its Launch."""

    ambient: Mapping[str, str]
    """The twin's endpoint, region and, for a container without a job role, its keys."""
    secrets: Mapping[str, str]
    admission: Admission | None
    scratch: Path
    python_path: tuple[Path, ...] = ()
    """Folders where its Python looks for modules, beside those of the image."""


def of_project(launch: Launch, image: ProjectImage, venv: Path, given: Provisions) -> Blueprint:
    """Make a container of this project's: its Dockerfile's command, in its folder, in its own virtual environment."""
    environment = {
        **image.config.environment,
        **_environment(launch, given),
        "PATH": f"{venv / 'bin'}:{_SYSTEM_PATH}",
        "VIRTUAL_ENV": str(venv),
        "PYTHONPATH": os.pathsep.join(map(str, dict.fromkeys(_python_path(image, given)))),
    }
    program = Program(image.config.argv(launch.command), environment, image.folder, launch.memory_mib)
    return Blueprint(program, given.scratch, given.admission)


def _python_path(image: ProjectImage, given: Provisions) -> Iterator[Path]:
    """Yield where Python finds what the image has beside its program: a package keeps its name where it is copied."""
    yield from given.python_path
    yield from (source.parent for source in image.sources)


def of_host(launch: Launch, given: Provisions) -> Blueprint:
    """Make a container of a foreign image: its command on this machine, `python` being the twin's interpreter.

    Raises CannotPullContainerError without a command: only the image would know one.
    """
    if not launch.command:
        raise CannotPullContainerError(
            f"{launch.image} is none of this project's images, and without it only a job with a command can run here"
        )
    argv = (sys.executable, *launch.command[1:]) if launch.command[0] in _PYTHONS else launch.command
    environment = {"PATH": _SYSTEM_PATH, **_environment(launch, given)}
    return Blueprint(Program(argv, environment, given.scratch, launch.memory_mib), given.scratch, given.admission)


def compose(
    launch: Launch, ambient: Mapping[str, str], secrets: Mapping[str, str], admission: Admission | None
) -> dict[str, str]:
    """Give the environment that a container has on AWS and here; its own variables win over the twin's."""
    given = dict(ambient)
    if admission:
        given = {name: value for name, value in given.items() if name not in _STATIC_CREDENTIALS}
        given |= admission.variables
    if launch.address:
        given[_NODE_ADDRESS] = launch.address
    return {**given, **launch.environment, **secrets}


def _environment(launch: Launch, given: Provisions) -> dict[str, str]:
    own = {"HOME": str(given.scratch), "TMPDIR": str(given.scratch), "LANG": "C.UTF-8"}
    return own | compose(launch, given.ambient, given.secrets, given.admission)
