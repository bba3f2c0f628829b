"""What is installed is what was locked: every lock has hashes, and a wheel that is another one is refused."""

import hashlib
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = sorted(
    path
    for pattern in ("requirements/*.txt", "layers/*/requirements.txt", "containers/*/requirements.txt")
    for path in ROOT.glob(pattern)
)
PINNED = re.compile(r"^[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==[^ ;]+", re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_whatever_is_locked_is_locked_with_hashes(lock: Path) -> None:
    text = lock.read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert [line for line in lines if not (PINNED.match(line) and "--hash=sha256:" in line)] == []


def wheel(folder: Path, body: str) -> Path:
    """Make a wheel with a module of one line."""
    path, info = folder / "tiny-1.0-py3-none-any.whl", "tiny-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("tiny.py", body)
        made.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        made.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr(f"{info}/RECORD", f"tiny.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path


def install(folder: Path, lock: Path, into: str) -> subprocess.CompletedProcess[str]:
    """Install what is locked from a folder, as setup and images do."""
    uv, target = ROOT / ".venv/bin/uv", folder / into
    offline = ("--offline", "--no-index", "--no-cache", "--find-links", folder, "--target", target)
    command = (uv, "pip", "install", "-q", "--require-hashes", "--only-binary", ":all:", *offline, "-r", lock)
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_a_wheel_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    made, lock = wheel(tmp_path, "VALUE = 1\n"), tmp_path / "requirements.txt"
    lock.write_text(f"tiny==1.0 --hash=sha256:{hashlib.sha256(made.read_bytes()).hexdigest()}\n")
    assert (done := install(tmp_path, lock, "first")).returncode == 0, done.stderr
    wheel(tmp_path, "VALUE = 2\n")
    refused = install(tmp_path, lock, "second")
    assert refused.returncode != 0
    assert "hash" in refused.stderr.lower()
