"""Images for the engine: this project's are built from their Dockerfiles, others are pulled."""

import io
import tarfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backroom_local.execution.engine import Engine, EngineError
from backroom_local.execution.failures import CannotPullContainerError
from backroom_local.execution.images import ProjectImage
from backroom_local.execution.source import Stamp, stamp


@dataclass(slots=True)
class ImageBuilds:
    """Builds an image when its source is not the one it was last built from; one build at a time."""

    engine: Engine
    library: Path
    """`layers/backroom`, which the images copy in; another's project has none."""
    build_arguments: Mapping[str, str] = field(default_factory=dict)
    """Of `docker build`, such as BASE."""
    _built: dict[Path, Stamp] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def have(self, image: str, project: ProjectImage | None) -> str:
        """Give the name by which the engine has the image. Raises CannotPullContainerError."""
        try:
            if project:
                return self._build(project)
            if not self.engine.has(image):
                self.engine.call("pull", "--quiet", image)
        except EngineError as error:
            raise CannotPullContainerError(f"{image}: {error}") from error
        return image

    def _build(self, image: ProjectImage) -> str:
        tag = f"backroom-local/{image.name}:latest"
        with self._lock:
            folders = (image.folder, self.library, *self._beside(image))
            now = stamp(folder for folder in folders if folder.is_dir())
            if self._built.get(image.folder) != now:
                options = [f"--build-arg={name}={value}" for name, value in self.build_arguments.items()]
                self.engine.call("build", "--quiet", f"--tag={tag}", *options, "-", given=self._context(image))
                self._built[image.folder] = now
        return tag

    def _beside(self, image: ProjectImage) -> list[Path]:
        return [source for source in image.sources if not source.is_relative_to(self.library)]

    def _context(self, image: ProjectImage) -> bytes:
        """Give the folders that a Dockerfile of this project copies from, where it looks for them."""
        archive = io.BytesIO()
        # Docker knows an archive by its first 512 bytes, which in other formats are no file's header.
        with tarfile.open(fileobj=archive, mode="w", format=tarfile.GNU_FORMAT) as tar:
            tar.add(image.folder / "Dockerfile", "Dockerfile")  # docker's older builder finds it nowhere else
            tar.add(image.folder, f"containers/{image.name}", filter=_without_caches)
            if self.library.is_dir():
                tar.add(self.library, "layers/backroom", filter=_without_caches)
            for source in self._beside(image):
                tar.add(source, str(source.relative_to(image.folder.parent.parent)), filter=_without_caches)
        return archive.getvalue()


def _without_caches(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "__pycache__" in member.name else member
