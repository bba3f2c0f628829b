"""The stages of a job: what its row says of their order (docs/architecture.md, Stages). Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_STAGES = 20
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FORM = "NAME [after NAME each|all, ...]; ..."


@dataclass(frozen=True, slots=True)
class Before:
    """A stage that another comes after: of the same portion (`each`), or of all portions of the tenant."""

    stage: str
    each: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage, "" if the job has but one, and those that it comes after."""

    name: str
    after: tuple[Before, ...] = ()

    @property
    def combines(self) -> bool:
        """Whether it has portions of its own, one a tenant, which combine the others."""
        return bool(self.after) and not any(before.each for before in self.after)


ONLY = (Stage(""),)
"""The stages of a job that has none."""


def parse_stages(text: str) -> tuple[Stage, ...]:
    """Read a row's `stages`: `fetch; images after fetch each; index after images all`.

    A stage comes after stages that were named before it, so that there is no circle. Raises ValueError, which says what
    is wrong with which stage.
    """
    if not text.strip():
        return ONLY
    stages: list[Stage] = []
    for part in text.split(";"):
        stages.append(_stage(part, stages))
    if len(stages) > MOST_STAGES:
        raise ValueError(f"{len(stages)} stages are more than {MOST_STAGES}: put some of them into one container")
    return tuple(stages)


def onward(stages: Sequence[Stage]) -> frozenset[str]:
    """Give the stages that another one comes after."""
    return frozenset(before.stage for stage in stages for before in stage.after)


def _stage(part: str, known: Sequence[Stage]) -> Stage:
    name, word, rest = part.strip().partition(" after ")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{part.strip()!r} is no stage: the form is {_FORM!r}, a name has a to z, 0 to 9 and _")
    if name in [stage.name for stage in known]:
        raise ValueError(f"stage {name!r} is there twice")
    after = tuple(_before(name, one, known) for one in rest.split(",")) if word else ()
    if len({before.stage for before in after}) < len(after):
        raise ValueError(f"stage {name!r} comes after the same stage twice")
    return Stage(name, after)


def _before(name: str, text: str, known: Sequence[Stage]) -> Before:
    stage, _, how = text.strip().partition(" ")
    if how not in ("each", "all"):
        raise ValueError(f"stage {name!r} comes after {text.strip()!r}: the form is {_FORM!r}")
    found = next((other for other in known if other.name == stage), None)
    if found is None:
        names = ", ".join(other.name for other in known) or "none"
        raise ValueError(f"stage {name!r} comes after {stage!r}, which is not among those before it: {names}")
    if how == "each" and found.combines:
        raise ValueError(f"stage {name!r} comes after {stage!r} each, which has one portion a tenant: write `all`")
    return Before(stage, how == "each")
