"""What a new job is called, in all the places that name it. Pure."""

import keyword
import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec

from backroom.planning.elsewhere import DEFINITION as PLANNER
from backroom.planning.stages import MOST_STAGES

from backroom_console.errors import ContradictionError, UnusableNameError

_JOB = re.compile(r"[a-z][a-z0-9_]{1,39}")
_STAGE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST_OF_A_TENANT = 40
"""Characters of a tenant's id."""
NODES = 3
"""Of a job that has several, until its row says otherwise: one that leads and two that help."""
_NO_KEYS = {"Yes", "No", "On", "Off", "True", "False", "Null"}
"""What YAML 1.1 takes for a truth value or nothing (https://yaml.org/type/bool.html), as a row's key would be."""
_TAKEN = {PLANNER: "planners that run as Batch jobs", "tests": "the tests"}
"""Names that the project itself has use for, and what for."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job's name and the names of its stages in their order, none of a job without stages."""

    name: str
    stages: tuple[str, ...] = ()
    nodes: int = 1
    """How many containers work a portion together."""

    @property
    def key(self) -> str:
        """The key of its row, and how its resources' logical ids end: `abandoned_carts` is AbandonedCarts."""
        return _camel(self.name)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all of its rows; the first is that of the job and its first stage."""
        return (self.key, *(self.key + _camel(stage) for stage in self.stages[1:]))

    @property
    def order(self) -> str:
        """What its row says of the stages: `fetch; index after fetch each`."""
        later = (f"{stage} after {before} each" for before, stage in zip(self.stages, self.stages[1:], strict=False))
        return "; ".join((*self.stages[:1], *later))

    @property
    def tenant(self) -> str:
        """The tenant of its test; of several the beginning of their names."""
        return self.name.replace("_", "-")[: _MOST_OF_A_TENANT - len("-0")].strip("-")


def read_names(name: str, chain: str | None, multi_node: bool = False) -> NewJob:
    """Read what the user said; `chain` is stages with commas in between.

    Raises UnusableNameError, ContradictionError.
    """
    if chain is not None and multi_node:
        raise ContradictionError("--chain and --multi-node exclude each other: say one, and write the other by hand")
    if not _JOB.fullmatch(name):
        raise UnusableNameError(
            f"{name!r} is no job's name: that begins with a to z and has 2 to 40 of a to z, 0 to 9, _"
        )
    stages = tuple(stage.strip() for stage in chain.split(",")) if chain is not None else ()
    job = NewJob(name, stages, NODES if multi_node else 1)
    if job.key in _NO_KEYS:
        raise UnusableNameError(f"{name!r} cannot be a job's name: YAML takes its row's key {job.key} for a value")
    if name in _TAKEN:
        raise UnusableNameError(f"{name!r} cannot be a job's name: it is that of {_TAKEN[name]}")
    # The container is started by `python -m NAME`, and what else has that name could not be imported any more.
    if keyword.iskeyword(name) or name in sys.stdlib_module_names or find_spec(name):
        raise UnusableNameError(f"{name!r} cannot be a job's name: Python has a word or a module of this name")
    if chain is not None:
        _check_stages(job)
    return job


def _check_stages(job: NewJob) -> None:
    wrong = next((stage for stage in job.stages if not _STAGE.fullmatch(stage)), None)
    if wrong is not None:
        raise UnusableNameError(
            f"{wrong!r} is no stage's name: that begins with a to z and has up to 40 of a to z, 0 to 9, _"
        )
    if not 2 <= len(job.stages) <= MOST_STAGES:
        raise UnusableNameError(f"a chain has 2 to {MOST_STAGES} stages, not {len(job.stages)}: --chain fetch,index")
    if len(set(map(_camel, job.stages))) < len(job.stages) or len(set(job.keys)) < len(job.keys):
        raise UnusableNameError(f"two stages of {', '.join(job.stages)} have the same name, or the same key of a row")


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
