"""How each container engine builds an image and pushes it, as commands."""

import platform
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

_BUILDER = "backroom"
"""docker's own builder knows one platform only; this one is made for more."""
_MACHINES = {"x86_64": "linux/amd64", "amd64": "linux/amd64", "aarch64": "linux/arm64", "arm64": "linux/arm64"}

Command = tuple[str, ...]


class NoEngineError(RuntimeError):
    """No engine is there that can build what is asked for."""


@dataclass(frozen=True, slots=True)
class Build:
    """An image to build and to push: `reference` is REGISTRY/NAME:TAG, `base` the image that it is built on."""

    reference: str
    dockerfile: Path
    context: Path
    platforms: tuple[str, ...]
    base: str
    insecure: bool = False
    """The registry is on this machine and speaks plain HTTP."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine by its program, and the commands by which it builds and pushes."""

    program: str
    commands: Callable[[Build], list[Command]]

    def login(self, registry: str, user: str) -> Command:
        """Give the command that logs into a registry, with the password on its standard input."""
        return (self.program, "login", "--username", user, "--password-stdin", registry)


def host_platform() -> str:
    """Give the platform of this machine, as linux/arm64."""
    return _MACHINES[platform.machine().lower()]


def answers(*command: str) -> bool:
    """Tell whether a command succeeds."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def find(
    platforms: tuple[str, ...],
    which: Callable[[str], str | None] = shutil.which,
    answering: Callable[..., bool] = answers,
) -> Engine:
    """Give the first engine that is here and can build for these platforms; raises NoEngineError."""
    if which("docker") and answering("docker", "buildx", "version"):
        return Engine("docker", _buildx)
    if which("podman"):
        return Engine("podman", partial(_manifest, "podman"))
    if which("buildah"):
        return Engine("buildah", partial(_manifest, "buildah"))
    if which("docker") and platforms == (host_platform(),):
        return Engine("docker", _docker)
    if which("docker"):
        raise NoEngineError(f"docker without buildx builds for {host_platform()} only: install docker-buildx")
    raise NoEngineError("there is no docker, podman or buildah: install one of them")


def _options(build: Build) -> Command:
    return ("--build-arg", f"BASE={build.base}", "--file", str(build.dockerfile))


def _buildx(build: Build) -> list[Command]:
    several = len(build.platforms) > 1
    builder = ("--builder", _BUILDER) if several else ()
    made = answers("docker", "buildx", "inspect", _BUILDER)
    create = [] if made or not several else [("docker", "buildx", "create", "--name", _BUILDER)]
    where = ("--platform", ",".join(build.platforms), "--push", "--tag", build.reference)
    # Without an attestation the digest is that of the image alone, and ECR's scan finds it.
    return [
        *create,
        ("docker", "buildx", "build", *builder, "--provenance=false", *where, *_options(build), str(build.context)),
    ]


def _docker(build: Build) -> list[Command]:
    made = ("docker", "build", "--tag", build.reference, *_options(build), str(build.context))
    return [made, ("docker", "push", build.reference)]


def _manifest(program: str, build: Build) -> list[Command]:
    name = build.reference
    where = (*_plain(build), "--platform", ",".join(build.platforms), "--manifest", name)
    made = (program, "build", *where, *_options(build), str(build.context))
    return [made, (program, "manifest", "push", "--all", *_plain(build), name, f"docker://{name}")]


def _plain(build: Build) -> Command:
    return ("--tls-verify=false",) if build.insecure else ()


def run(command: Command, environment: Mapping[str, str], given: str = "") -> None:
    """Run a command with text on its standard input; raises CalledProcessError, with what it said in `stdout`."""
    subprocess.run(
        command,
        env=dict(environment),
        input=given,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
