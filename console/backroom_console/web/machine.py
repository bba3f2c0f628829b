"""Lays a state machine out as a drawing: ranks from top to bottom, columns within them. Pure.

States stand as far down as the longest way to them from the start (Sugiyama's layering), ways back left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

WIDTH, HEIGHT, GAP_X, GAP_Y = 124, 30, 20, 26


@dataclass(frozen=True, slots=True)
class Node:
    """A state's box: its left upper corner, and how often the run came by."""

    name: str
    kind: str
    x: int
    y: int
    visits: int
    state: str
    """`succeeded`, `failed`, `running`: how the last visit went; empty: it was not visited."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one state to another, as an SVG path."""

    start: str
    end: str
    path: str
    kind: str
    """`next`, `choice`, `catch`."""
    taken: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A machine with the path that an execution took."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A state that an execution entered, and how it left: `succeeded`, `failed`, or `running` while it has not."""

    name: str
    state: str


def draw(definition: Mapping[str, Any], visits: Sequence[Visit]) -> Drawing:
    """Draw a definition in Amazon States Language with the states visited in their order."""
    ways = list(_ways(definition["States"]))
    path = {visit.name for visit in visits}
    # The path that was taken stands at the left of each rank.
    names = sorted(definition["States"], key=lambda name: name not in path)
    places = _places(definition["StartAt"], names, path, ways)
    steps = Counter((one.name, following.name) for one, following in pairwise(visits))
    times, last = Counter(visit.name for visit in visits), _last(visits, ways)
    nodes = [
        Node(name, state["Type"], *places[name], times[name], last.get(name, ""))
        for name, state in definition["States"].items()
    ]
    edges = [Edge(start, end, _path(places[start], places[end]), kind, steps[start, end]) for start, end, kind in ways]
    width = max(x for x, _ in places.values()) + WIDTH + 3 * GAP_X
    return Drawing(nodes, edges, width, max(y for _, y in places.values()) + HEIGHT + GAP_Y)


def _last(visits: Sequence[Visit], ways: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """Give how each state's last visit went; one that was left by a Catch has failed, though it was left in order."""
    caught = {(start, end) for start, end, kind in ways if kind == "catch"}
    last = {visit.name: visit.state for visit in visits}
    last |= {one.name: "failed" for one, following in pairwise(visits) if (one.name, following.name) in caught}
    return last


def _ways(states: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield every way once, by the first kind that leads there."""
    for name, state in states.items():
        ends = [(state.get("Next"), "next"), *((one["Next"], "choice") for one in state.get("Choices", []))]
        ends += [(state.get("Default"), "choice"), *((one["Next"], "catch") for one in state.get("Catch", []))]
        known: set[str] = set()
        for end, kind in ends:
            if end and end not in known:
                known.add(end)
                yield name, end, kind


def _places(
    start: str, names: Sequence[str], path: set[str], ways: Sequence[tuple[str, str, str]]
) -> dict[str, tuple[int, int]]:
    after: defaultdict[str, list[str]] = defaultdict(list)
    for begin, end, _ in ways:
        after[begin].append(end)
    ranks = _ranks(start, after)
    columns: defaultdict[int, list[str]] = defaultdict(list)
    for name in names:
        columns[ranks.get(name, 0)].append(name)
    return {
        name: (GAP_X + column * (WIDTH + GAP_X), GAP_Y + rank * (HEIGHT + GAP_Y))
        for rank, names in columns.items()
        for column, name in enumerate(names, int(bool(path) and names[0] not in path))
    }


def _ranks(start: str, after: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Give each state's longest way from the start, ways that lead back left out."""
    order: list[str] = []
    back: set[tuple[str, str]] = set()
    _walk(start, after, [], order, back)
    ranks = dict.fromkeys(order, 0)
    for name in reversed(order):
        for end in after.get(name, ()):
            if (name, end) not in back:
                ranks[end] = max(ranks[end], ranks[name] + 1)
    return ranks


def _walk(
    name: str, after: Mapping[str, Sequence[str]], above: list[str], order: list[str], back: set[tuple[str, str]]
) -> None:
    """Go through the states depth first: `order` gets them after those that they lead to, `back` the ways back."""
    above.append(name)
    for end in after.get(name, ()):
        if end in above:
            back.add((name, end))
        elif end not in order:
            _walk(end, after, above, order, back)
    above.pop()
    order.append(name)


def _path(start: tuple[int, int], end: tuple[int, int]) -> str:
    """Draw from a box's lower edge to the other's upper one; a way back, or a long one, goes around at the right."""
    begin_x, begin_y = start[0] + WIDTH // 2, start[1] + HEIGHT
    end_x, end_y = end[0] + WIDTH // 2, end[1]
    if end_y > begin_y:
        bend = (end_y - begin_y) // 2
        return f"M{begin_x} {begin_y}C{begin_x} {begin_y + bend} {end_x} {end_y - bend} {end_x} {end_y}"
    side = max(start[0], end[0]) + WIDTH + GAP_X
    middle = start[1] + HEIGHT // 2
    aim = end[1] + HEIGHT // 2
    return f"M{start[0] + WIDTH} {middle}C{side} {middle} {side} {aim} {end[0] + WIDTH} {aim}"
