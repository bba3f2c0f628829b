"""The drawing of the state machine, and the path that an execution took."""

import itertools
import json
from pathlib import Path
from typing import Any

from backroom_console.web.history import visits
from backroom_console.web.machine import HEIGHT, WIDTH, Visit, draw

ROOT = Path(__file__).resolve().parents[3]
DEFINITION = json.loads((ROOT / "statemachine" / "run_job.asl.json").read_text())
PATH = ("Named", "Begin", "Slot", "Claim", "Resuming", "Plan", "Planned", "Due", "Wave", "Record", "Recorded", "Plan")


def entered(name: str) -> dict[str, Any]:
    return {"type": "PassStateEntered", "stateEnteredEventDetails": {"name": name}}


def exited(name: str) -> dict[str, Any]:
    return {"type": "PassStateExited", "stateExitedEventDetails": {"name": name}}


def test_every_state_has_a_place_of_its_own_below_those_before_it() -> None:
    drawing = draw(DEFINITION, [Visit(name, "succeeded") for name in PATH])
    places = {node.name: (node.x, node.y) for node in drawing.nodes}
    assert set(places) == set(DEFINITION["States"])
    assert len(set(places.values())) == len(places)
    assert all(x + WIDTH <= drawing.width and y + HEIGHT <= drawing.height for x, y in places.values())
    up = {(edge.start, edge.end) for edge in drawing.edges if places[edge.start][1] >= places[edge.end][1]}
    assert ("Recorded", "Plan") in up, "a further wave is a way back"
    assert len(up) <= 5, "all others lead down"


def test_the_path_that_was_taken_stands_out() -> None:
    drawing = draw(DEFINITION, [Visit(name, "succeeded") for name in PATH])
    visited = {node.name: node.visits for node in drawing.nodes if node.visits}
    assert visited == {name: PATH.count(name) for name in PATH}
    taken = {(edge.start, edge.end): edge.taken for edge in drawing.edges if edge.taken}
    assert taken == dict.fromkeys(itertools.pairwise(PATH), 1)
    columns = {node.x for node in drawing.nodes if node.visits}
    others = {node.x for node in drawing.nodes if not node.visits}
    assert len(columns) == 1
    assert not columns & others, "it runs straight down, and nothing else stands in its way"


def test_what_was_left_by_a_catch_has_failed() -> None:
    drawing = draw(DEFINITION, [Visit("Wave", "succeeded"), Visit("Record", "succeeded")])
    assert {node.name: node.state for node in drawing.nodes if node.visits} == {"Wave": "failed", "Record": "succeeded"}


def test_a_history_tells_where_an_execution_is() -> None:
    events = [entered("Plan"), entered("Submit"), exited("Submit"), exited("Plan"), entered("Wave")]
    assert visits(events, {"Plan", "Wave"}) == [Visit("Plan", "succeeded"), Visit("Wave", "running")]
    ended = visits([*events, {"type": "ExecutionAborted"}], {"Plan", "Wave"})
    assert ended[-1] == Visit("Wave", "failed")
