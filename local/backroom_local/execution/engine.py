"""A Docker-compatible engine, by its command line: docker, podman, nerdctl or finch."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

COMMANDS = ("docker", "podman", "nerdctl", "finch")

_ANSWER_SECONDS = 30.0
_LONGEST_MESSAGE = 500
_HEEDED = frozenset({"PATH", "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK"})
_HEEDED_PREFIXES = ("DOCKER_", "CONTAINER_", "CONTAINERD_", "BUILDKIT_")


class EngineError(RuntimeError):
    """The engine refuses; the message is its own."""


@dataclass(frozen=True, slots=True)
class State:
    """How a container is, as `inspect` says."""

    exit_code: int
    out_of_memory: bool
    began: bool
    error: str


@dataclass(frozen=True, slots=True)
class Engine:
    """Calls the command, in the environment that tells it where its engine is."""

    program: str
    environment: Mapping[str, str]

    @classmethod
    def find(cls, environment: Mapping[str, str], patience: float = _ANSWER_SECONDS) -> "Engine":
        """Find a command whose engine answers, each in `patience` seconds; it gets what it heeds of `environment`.

        Raises EngineError, which says of each command that is there what hinders it.
        """
        tried, own = [], {name: value for name, value in environment.items() if _is_heeded(name)}
        for command in COMMANDS:
            if program := shutil.which(command, path=environment.get("PATH")):
                engine = cls(program, own)
                try:
                    engine.call("info", timeout=patience)
                except EngineError as error:
                    tried.append(f"{command}: {error}")
                else:
                    return engine
        raise EngineError(
            f"no container engine answers ({'; '.join(tried) or 'none of ' + ', '.join(COMMANDS)}): start one, or "
            "leave --containers out"
        )

    def call(
        self, *arguments: str, given: bytes = b"", extra: Mapping[str, str] | None = None, timeout: float | None = None
    ) -> str:
        """Run one command to its end and give what it prints; `extra` adds to its environment.

        Raises EngineError when it fails, or has not ended after `timeout` seconds (None: it may take its time, as pulls
        and builds do).
        """
        command, environment = [self.program, *arguments], {**self.environment, **(extra or {})}
        try:
            done = subprocess.run(  # noqa: S603 - a program that was found by its name, with arguments of ours
                command, env=environment, input=given, capture_output=True, check=False, timeout=timeout
            )
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"`{' '.join(arguments)}` was not answered in {timeout:g} s") from error
        if done.returncode:
            raise EngineError(
                done.stderr.decode(errors="replace").strip()[-_LONGEST_MESSAGE:] or f"exit code {done.returncode}"
            )
        return done.stdout.decode(errors="replace").strip()

    def has(self, image: str) -> bool:
        """Tell whether an image is there already."""
        try:
            self.call("image", "inspect", image)
        except EngineError:
            return False
        return True

    def state(self, container: str) -> State:
        """Look at a container. Raises EngineError when there is none of that name."""
        found = orjson.loads(self.call("inspect", "--format", "{{json .State}}", container))
        began = not found["StartedAt"].startswith("0001-")
        return State(found["ExitCode"], found["OOMKilled"], began, found.get("Error", ""))


def _is_heeded(name: str) -> bool:
    return name in _HEEDED or name.startswith(_HEEDED_PREFIXES)


def variables(names: Sequence[str], environment: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Give the options that hand variables to a container, and what the command's environment must have for them.

    Values are kept off the command line, where every user of the machine can read them. Only names that the command
    itself heeds (`names`) have to stand there.
    """
    heeded = {name: value for name, value in environment.items() if name in names}
    rest = {name: value for name, value in environment.items() if name not in names}
    options = [f"--env={name}={value}" for name, value in heeded.items()] + [f"--env={name}" for name in rest]
    return options, rest
