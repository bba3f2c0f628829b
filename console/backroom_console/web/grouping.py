"""Counts of portions, and their failures by cause and signature. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backroom_console.web.cells import STATES, Cell, Cells

_VARIABLE = re.compile(
    r"""'[^']*'|"[^"]*" | 0x[0-9a-fA-F]+|\b[0-9a-fA-F-]{12,}\b|\d+(?:[.,]\d+)* | (?:[\w.-]+/)+[\w.-]+""", re.VERBOSE
)
"""What is quoted, numbers and hashes, paths and keys."""
_SIGNATURE = 120
"""Characters of a signature."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which portions are shown; what is empty does not matter."""

    state: str = ""
    tenant: str = ""
    cause: str = ""
    signature: str = ""

    @property
    def is_all(self) -> bool:
        """Whether nothing was chosen."""
        return not (self.state or self.tenant or self.cause or self.signature)

    def takes(self, cell: Cell) -> bool:
        """Say whether a portion is one of them."""
        return (
            self.state in ("", cell.state)
            and self.tenant in ("", cell.tenant)
            and self.cause in ("", cell.cause)
            and (not self.signature or self.signature == signature(cell.message))
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Portions that came to no good end in the same way."""

    cause: str
    signature: str
    count: int
    tenants: int
    example: Cell


def signature(message: str) -> str:
    """Give what messages of the same kind have in common: what is quoted, numbers and paths are left open."""
    open_ended = _VARIABLE.sub("…", message.partition("\n")[0])
    return open_ended if len(open_ended) <= _SIGNATURE else f"{open_ended[:_SIGNATURE]}…"


def counts(cells: Iterable[Cell]) -> dict[str, int]:
    """Count portions by state, those there are, in the order of STATES."""
    found = Counter(cell.state for cell in cells)
    return {state: found[state] for state in STATES if found[state]}


def by_tenant(cells: Iterable[Cell]) -> dict[str, Counter[str]]:
    """Count portions by tenant and state."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for cell in cells:
        found[cell.tenant][cell.state] += 1
    return dict(found)


def failures(cells: Iterable[Cell]) -> list[Group]:
    """Group what came to no good end by cause and signature, the most frequent first."""
    groups: defaultdict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.is_bad:
            groups[cell.cause, signature(cell.message)].append(cell)
    made = [
        Group(cause, sign, len(same), len({cell.tenant for cell in same}), same[0])
        for (cause, sign), same in groups.items()
    ]
    return sorted(made, key=lambda group: (-group.count, group.cause, group.signature))


def listed(cells: Cells, chosen: Chosen) -> Sequence[Cell]:
    """Give the portions that were chosen, in order; those that came to no good end if nothing was."""
    if chosen.is_all:
        return [cell for cell in cells.values() if cell.is_bad]
    return [cell for cell in cells.values() if chosen.takes(cell)]
