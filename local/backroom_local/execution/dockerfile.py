"""What a Dockerfile says about starting its image, read so that the same command runs without the image."""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped]

_OF_THE_IMAGE = frozenset({"PATH", "VIRTUAL_ENV", "HOME", "TMPDIR"})
"""Variables that name places inside the image, for which the host has places of its own."""


class DockerfileError(ValueError):
    """A Dockerfile that does not say what is needed, or says it in a form that cannot be run without an engine."""


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """The final stage's ENTRYPOINT, CMD and ENV, the latter without what names places inside the image."""

    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    environment: Mapping[str, str]
    copied: tuple[str, ...] = ()
    """What any stage copies from the build context, as paths in it."""

    def argv(self, command: tuple[str, ...]) -> tuple[str, ...]:
        """Give what runs when `command` takes the place of CMD; an empty one leaves CMD."""
        return self.entrypoint + (command or self.command)


def read_dockerfile(path: Path) -> ImageConfig:
    """Read the final stage. Raises DockerfileError where there is neither ENTRYPOINT nor CMD, or one in shell form."""
    parser = DockerfileParser(fileobj=io.BytesIO(path.read_bytes()), env_replace=True)
    found: dict[str, tuple[str, ...]] = {"ENTRYPOINT": (), "CMD": ()}
    for step in parser.structure:
        if step["instruction"] == "FROM":
            found = {"ENTRYPOINT": (), "CMD": ()}
        elif step["instruction"] in found:
            found[step["instruction"]] = _exec_form(step, path)
    if not any(found.values()):
        raise DockerfileError(f'{path} has neither ENTRYPOINT nor CMD: add one such as ENTRYPOINT ["python", "app.py"]')
    environment = {name: value for name, value in parser.envs.items() if name not in _OF_THE_IMAGE}
    return ImageConfig(found["ENTRYPOINT"], found["CMD"], environment, tuple(_copied(parser.structure)))


def _copied(steps: Iterable[Mapping[str, object]]) -> Iterator[str]:
    for step in steps:
        words = str(step["value"]).split() if step["instruction"] == "COPY" else []
        if not any(word.startswith("--from") for word in words):
            yield from (word for word in words[:-1] if not word.startswith("--"))


def _exec_form(step: Mapping[str, object], path: Path) -> tuple[str, ...]:
    text = str(step["value"])
    try:
        words = orjson.loads(text)
    except orjson.JSONDecodeError:
        words = None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        place = f"{path}:{int(str(step['startline'])) + 1}"
        raise DockerfileError(
            f'{place}: {step["instruction"]} {text} is not in exec form: write ["program", "argument"]'
        )
    return tuple(words)
