"""A virtual environment of its own for each container: what its image would have, and nothing of the twin's."""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uv

_READY = "backroom-ready"
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
_INHERITED_PREFIXES = ("UV_", "PIP_", "XDG_")
"""What an installer may need of the user's settings: his index, his cache, his proxy."""


class EnvironmentBuildError(RuntimeError):
    """A container's requirements could not be installed."""


@dataclass(frozen=True, slots=True)
class Venvs:
    """Makes environments below `root`; one made for the same requirements and the same Python is used again."""

    root: Path
    library: Path
    """Folder with the package `backroom`, which images copy in; put on the path, so that its code is today's."""

    def find(self, container: Path) -> Path | None:
        """Give the environment of a container's folder if it is ready."""
        venv = self._place(container)
        return venv if (venv / _READY).is_file() else None

    def make(self, container: Path, progress: Callable[[str], None] = lambda _line: None) -> Path:
        """Give the environment of a container's folder, made if need be. Raises EnvironmentBuildError."""
        venv = self._place(container)
        self.root.mkdir(parents=True, exist_ok=True)
        with _locked(self.root / f"{venv.name}.lock"):
            if self.find(container) is None:
                progress(f"{container.name}: installing its requirements")
                self._build(venv, container / "requirements.txt")
        return venv

    def _place(self, container: Path) -> Path:
        requirements = container / "requirements.txt"
        content = requirements.read_bytes() if requirements.is_file() else b""
        python = f"{sys.version_info[:3]} {sys.implementation.name} {platform.machine()} {sys.prefix}"
        key = hashlib.sha256(b"\0".join((content, python.encode(), str(self.library).encode()))).hexdigest()
        return self.root.absolute() / f"{container.name}-{key[:12]}"

    def _build(self, venv: Path, requirements: Path) -> None:
        shutil.rmtree(venv, ignore_errors=True)
        _uv("venv", "--no-project", "--python", sys.executable, str(venv))
        if requirements.is_file():
            flags = ("--require-hashes", "--compile-bytecode", "--python", str(venv / "bin" / "python"))
            _uv("pip", "sync", *flags, str(requirements))
        (site,) = venv.glob("lib/python*/site-packages")
        (site / "backroom_library.pth").write_text(f"{self.library.absolute()}\n")
        (venv / _READY).touch()


def _uv(*arguments: str) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }
    command = [uv.find_uv_bin(), "--quiet", "--no-progress", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise EnvironmentBuildError(f"`uv {' '.join(arguments)}` failed: {done.stderr.strip()}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the file's lock: two twins of one folder must not build the same environment at once."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
