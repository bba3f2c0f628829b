"""The texts that a new job begins with."""

from importlib.resources import files
from string import Template


def render(name: str, /, **values: str) -> str:
    """Give the text of the file NAME.tmpl of this folder, with `$name` and the like replaced by values."""
    return Template(files(__package__).joinpath(f"{name}.tmpl").read_text(encoding="utf-8")).substitute(values)
