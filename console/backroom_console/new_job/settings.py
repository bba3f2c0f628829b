"""The texts of samconfig.toml and pyproject.toml with another job in them, and the lock of its requirements. Pure."""

import re

from backroom_console.errors import NotACheckoutError
from backroom_console.new_job.names import NewJob

WORKER = ("obstore", "orjson", "typing-extensions")
"""What the worker library takes, and what that takes in turn."""
_LOCAL = re.compile(
    r"(?m)^\[local\.deploy\.parameters\]\n(?:(?!\[).*\n)*?parameter_overrides = '.*(?P<last>\b\w+Image=\"[^\"\n]*\")"
)
_PATHS = ("mypy_path", "pythonpath")
_LOCKED = re.compile(r"(?m)^(?P<package>[a-z0-9-]+)==.*(?:\n +--hash.*)+\n")


def with_image(text: str, job: NewJob) -> str:
    """Give samconfig.toml's text with the value that the twin's image parameter has. Raises NotACheckoutError."""
    found = _LOCAL.search(text)
    if found is None:
        raise NotACheckoutError("samconfig.toml names no image under [local.deploy.parameters]: is this a checkout?")
    added = f' {job.key}Image="backroom/{job.name}@sha256:{"0" * 64}"'
    return text[: found.end("last")] + added + text[found.end("last") :]


def with_paths(text: str, job: NewJob) -> str:
    """Give pyproject.toml's text with the container's folder where mypy and pytest look. Raises NotACheckoutError."""
    for setting in _PATHS:
        found = re.search(rf'(?m)^{setting} = \[.*(?P<last>"containers/[^"]*")', text)
        if found is None:
            raise NotACheckoutError(f"pyproject.toml names no container in {setting}: is this a checkout?")
        text = f'{text[: found.end("last")]}, "containers/{job.name}"{text[found.end("last") :]}'
    return text


def lock_of_worker(locks: list[str]) -> str:
    """Give a requirements.txt of what the worker library takes, out of the first lock that has it all.

    It is what `make lock` would write. Raises NotACheckoutError.
    """
    for text in locks:
        held = {found["package"]: found[0] for found in _LOCKED.finditer(text)}
        if held.keys() >= set(WORKER):
            return "".join(held[package] for package in WORKER)
    raise NotACheckoutError(f"no containers/*/requirements.txt locks {', '.join(WORKER)}: run `make lock` first")
