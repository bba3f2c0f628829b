"""Which images are this project's: those whose last path component is a folder of containers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from backroom_local.execution.dockerfile import ImageConfig, read_dockerfile


@dataclass(frozen=True, slots=True)
class ProjectImage:
    """An image of which the source is here."""

    name: str
    folder: Path
    config: ImageConfig

    @property
    def sources(self) -> tuple[Path, ...]:
        """Folders elsewhere in the project that the image has copies of; paths in its Dockerfile begin there."""
        root = self.folder.parent.parent
        found = (root / path for path in self.config.copied)
        return tuple(source for source in found if source.is_dir() and not _holds(source, self.folder))


def _holds(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def image_name(image: str) -> str:
    """Give the last path component of `HOST:PORT/PATH/NAME:TAG@DIGEST`: NAME."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def find_image(image: str, folders: Sequence[Path]) -> ProjectImage | None:
    """Find the image's source in the first of `folders` that has it. Raises DockerfileError for one of no use."""
    name = image_name(image)
    for folder in folders:
        dockerfile = folder / name / "Dockerfile"
        if name and dockerfile.is_file():
            return ProjectImage(name, folder / name, _config(dockerfile, dockerfile.stat().st_mtime_ns))
    return None


@lru_cache(maxsize=256)
def _config(dockerfile: Path, _changed: int) -> ImageConfig:
    return read_dockerfile(dockerfile)
