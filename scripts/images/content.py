"""What an image is made of, and the tag that follows from it."""

import hashlib
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backroom_local.execution.dockerfile import read_dockerfile

_TAG_DIGITS = 24
"""96 bits: two contents that differ have the same tag in no repository that fits into the world."""
_UNBUILT = "__pycache__"


@dataclass(frozen=True, slots=True)
class Source:
    """An image's source in a checkout: its Dockerfile, and all that this copies."""

    name: str
    root: Path

    @property
    def dockerfile(self) -> Path:
        """The Dockerfile's path below the root."""
        return Path("containers") / self.name / "Dockerfile"

    @property
    def parameter(self) -> str:
        """The template's parameter that takes the image: ImageResizeImage for image_resize."""
        return "".join(word.capitalize() for word in self.name.split("_")) + "Image"

    def files(self) -> list[Path]:
        """Give the paths below the root of all files that a build gets, in order.

        Raises FileNotFoundError for what a Dockerfile copies that is not there.
        """
        copied = read_dockerfile(self.root / self.dockerfile).copied
        return sorted({self.dockerfile, *(file for path in copied for file in self._below(Path(path)))})

    def tag(self, base: str, platforms: tuple[str, ...]) -> str:
        """Give the tag of what is built of these files on that base image: it changes exactly when one of them does.

        `base` has to be by digest, or another image might come of the same tag.
        """
        content = hashlib.sha256(repr((base, sorted(platforms))).encode())
        for path in self.files():
            whole = self.root / path
            runs = bool(whole.stat().st_mode & stat.S_IXUSR)
            content.update(repr((path.as_posix(), runs, whole.read_bytes())).encode())
        return content.hexdigest()[:_TAG_DIGITS]

    def copy(self, folder: Path) -> None:
        """Put these files, and nothing beside them, into a folder, as the context of a build."""
        for path in self.files():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.root / path, target)

    def _below(self, path: Path) -> Iterator[Path]:
        whole = self.root / path
        if not whole.exists():
            raise FileNotFoundError(f"{self.dockerfile} copies {path}, which is not there")
        found = whole.rglob("*") if whole.is_dir() else (whole,)
        yield from (one.relative_to(self.root) for one in found if one.is_file() and _UNBUILT not in one.parts)


def sources(root: Path) -> list[Source]:
    """Give the images of a checkout by their names: each folder of `containers` that has a Dockerfile is one."""
    return [Source(path.parent.name, root) for path in sorted((root / "containers").glob("*/Dockerfile"))]
