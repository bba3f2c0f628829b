"""The schema of a catalogue as numbered steps, each applied once to a database: those of `all`, then the dialect's."""

from functools import cache
from importlib import resources


@cache
def steps(dialect: str) -> tuple[tuple[str, str], ...]:
    """Give name and SQL of every step for `sqlite` or `postgres`, in order of their numbers.

    Each transaction on a SQLite file asks for them, each page of its products included: they are read once.
    """
    folders = [folder for name in ("all", dialect) if (folder := resources.files(__name__) / name).is_dir()]
    files = [file for folder in folders for file in folder.iterdir() if file.name.endswith(".sql")]
    return tuple((file.name, file.read_text()) for file in sorted(files, key=lambda file: file.name))
