"""What adding a job changes in a checkout: all of it worked out first, then written."""

from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from backroom_console.errors import JobExistsError, NotACheckoutError
from backroom_console.new_job.files import new_files
from backroom_console.new_job.names import NewJob
from backroom_console.new_job.settings import lock_of_worker, with_image, with_paths
from backroom_console.new_job.template import with_job

_EDITS = {"template.yaml": with_job, "samconfig.toml": with_image, "pyproject.toml": with_paths}


@dataclass(frozen=True, slots=True)
class Change:
    """A file that is written: its path in the checkout, its whole text, and how many lines were written for the job."""

    path: str
    text: str
    lines: int
    """Of a new file all; of one that was there those that it has more, or that are different."""
    new: bool


def changes(checkout: Path, job: NewJob) -> list[Change]:
    """Work out what adding the job changes, and write nothing. Raises NotACheckoutError, JobExistsError."""
    edited = [_edited(checkout, name, job) for name in _EDITS]
    locks = sorted((checkout / "containers").glob("*/requirements.txt"))
    lock = lock_of_worker([path.read_text(encoding="utf-8") for path in locks])
    written = [Change(path, text, len(text.splitlines()), True) for path, text in new_files(job, lock).items()]
    there = [change.path for change in written if (checkout / change.path).exists()]
    if there or (checkout / "containers" / job.name).exists():
        raise JobExistsError(f"{there[0] if there else f'containers/{job.name}'} is there already: choose another name")
    return [*written, *edited]


def write(checkout: Path, found: list[Change]) -> None:
    """Write the changes: new files first, then the edits, each at once."""
    for change in found:
        path = checkout / change.path
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.new")
        beside.write_text(change.text, encoding="utf-8")
        if not change.new:
            beside.chmod(path.stat().st_mode)
        beside.replace(path)


def _edited(checkout: Path, name: str, job: NewJob) -> Change:
    path = checkout / name
    try:
        before = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NotACheckoutError(
            f"{path.resolve()} cannot be read: run this in a checkout, or name one by --checkout"
        ) from error
    after = _EDITS[name](before, job)
    return Change(name, after, _added(before, after), False)


def _added(before: str, after: str) -> int:
    differences = unified_diff(before.splitlines(), after.splitlines(), n=0)
    return sum(1 for line in differences if line.startswith("+") and not line.startswith("+++"))
