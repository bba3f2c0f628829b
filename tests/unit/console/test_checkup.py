"""How what is found of a stack is judged, and a stack in AWS (moto's) of which parts are missing."""

from datetime import UTC, datetime, timedelta

import pytest
from backroom.records import RunRecord
from backroom.words import RunStatus
from backroom_console.checkup import judging
from backroom_console.checkup.judging import Level
from backroom_console.reasons.finding import Finding, Reason
from backroom_console.reasons.queues import Environment, Queue

NOW = datetime(2026, 11, 27, 22, tzinfo=UTC)
RUN = RunRecord("probe", "probe-20261127T030000Z-0001", RunStatus.RUNNING, NOW - timedelta(hours=2))
WELL = Finding(Reason.IDLE, "Queue spot is empty.")


@pytest.mark.parametrize(
    ("off", "level"), [(0, Level.OK), (59, Level.OK), (-61, Level.WARN), (299, Level.WARN), (-300, Level.FAIL)]
)
def test_a_clock_may_be_a_little_off(off: int, level: Level) -> None:
    check = judging.clock(NOW + timedelta(seconds=off), NOW)
    assert (check.level, bool(check.way_out)) == (level, level is not Level.OK)


@pytest.mark.parametrize(
    ("execution", "hours", "level"),
    [("RUNNING", 2, None), ("RUNNING", 25, Level.WARN), ("FAILED", 2, Level.FAIL), (None, 2, Level.FAIL)],
)
def test_a_run_is_stuck_when_its_execution_is_gone(execution: str | None, hours: int, level: Level | None) -> None:
    check = judging.run(RUN, execution, RUN.started_at + timedelta(hours=hours))
    assert (check and check.level) == level
    assert check is None or RUN.run in check.way_out


def test_a_queue_is_as_well_as_what_it_leads_to() -> None:
    usable = Environment("spot", "ENABLED", "VALID", "", 256, 0)
    broken = Environment("on_demand", "ENABLED", "INVALID", "no such subnet", 256, 0)
    assert judging.queue(Queue("spot", "ENABLED", "VALID", "", (usable,)), WELL).level is Level.OK
    one_left = judging.queue(Queue("spot", "ENABLED", "VALID", "", (usable, broken)), WELL)
    assert (one_left.level, "no such subnet" in one_left.message) == (Level.WARN, True)
    stuck = Finding(Reason.MISCONFIGURED, "The front can never run.")
    assert judging.queue(Queue("spot", "ENABLED", "VALID", "", (usable,)), stuck).level is Level.FAIL


def test_messages_definitions_and_alarms() -> None:
    assert judging.messages("dead", 0, "lost", Level.WARN).level is Level.OK
    assert judging.messages("dead", 2, "lost", Level.WARN).message == "2 messages: lost"
    assert judging.messages("dead", None, "lost", Level.WARN).level is Level.FAIL
    assert judging.definitions("probe", [], "").level is Level.OK
    assert judging.definitions("probe", [], "there is no job 'probe'").way_out.startswith(
        "add functions/plan/planners/"
    )
    assert "backroom-probe-index" in judging.definitions("probe", ["backroom-probe-index"], "").message
    assert judging.alarms([], 0) == []
    assert [check.level for check in judging.alarms([], 2)] == [Level.OK]
    assert judging.alarms(["a", "b", "c", "d"], 5)[0].message == "raised: a, b, c and 1 more"
