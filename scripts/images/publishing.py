"""Brings a registry what it does not have yet, and tells the digests of all."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.images import engines
from scripts.images.content import Source
from scripts.images.engines import Build, Engine
from scripts.images.registry import Login, Reference, RegistryError, digest


class BuildError(RuntimeError):
    """An image cannot be built or pushed; the message ends with what the engine said."""


@dataclass(slots=True)
class Publisher:
    """Publishes images below `prefix` (REGISTRY/PATH); an engine is looked for only if there is something to build."""

    prefix: str
    base: str
    platforms: tuple[str, ...]
    environment: Mapping[str, str]
    login: Login | None = None
    say: Callable[[str], None] = print
    _engine: Engine | None = field(default=None, init=False)

    def publish(self, images: Sequence[Source]) -> dict[str, str]:
        """Give REFERENCE@DIGEST by the parameter that takes it.

        Raises BuildError, NoEngineError, RegistryError, FileNotFoundError.
        """
        return {image.parameter: self._have(image) for image in images}

    def _have(self, image: Source) -> str:
        reference = Reference.parse(f"{self.prefix}/{image.name}:{image.tag(self.base, self.platforms)}")
        found = digest(reference, self.login)
        if found is None:
            found = self._bring(image, reference)
        else:
            self.say(f"{image.name:15} {reference.tag} is there: {found}")
        return f"{self.prefix}/{image.name}@{found}"

    def _bring(self, image: Source, reference: Reference) -> str:
        began, refused = time.monotonic(), None
        try:
            self._build(image, reference)
        except (
            BuildError
        ) as error:  # of a push, perhaps because another build of the same was faster: tags cannot be moved
            refused = error
        found = digest(reference, self.login)
        if found is None:
            raise refused or RegistryError(f"{reference.url} was pushed, but is not there")
        self.say(f"{image.name:15} {reference.tag} built and pushed in {time.monotonic() - began:.0f} s: {found}")
        return found

    def _build(self, image: Source, reference: Reference) -> None:
        if self._engine is None:
            self._engine = self._ready_engine(reference)
        with tempfile.TemporaryDirectory() as folder:
            context = Path(folder)
            image.copy(context)
            name = f"{self.prefix}/{image.name}:{reference.tag}"
            build = Build(name, context / image.dockerfile, context, self.platforms, self.base, reference.is_local)
            self._run(self._engine.commands(build))

    def _ready_engine(self, reference: Reference) -> Engine:
        engine = engines.find(self.platforms)
        self.say(f"builds with {engine.program} for {', '.join(self.platforms)}, on {self.base}")
        if self.login:
            self._run([engine.login(reference.host, self.login.user)], self.login.password)
        return engine

    def _run(self, commands: Sequence[engines.Command], given: str = "") -> None:
        for command in commands:
            try:
                engines.run(command, self.environment, given)
            except subprocess.CalledProcessError as error:
                said = f"{error.stdout or ''}".strip()[-2000:]
                raise BuildError(f"{' '.join(command)} ended with {error.returncode}:\n{said}") from error
