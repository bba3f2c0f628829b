"""Nodes wait for each other, not for ever, and say for whom."""

import threading

import pytest
from backroom.worker import NodeLost, Nodes
from backroom.worker.endings import Stopped
from backroom.worker.log import Log
from similarity import cluster, meeting
from similarity.meeting import wait_for


def waits(roll: cluster.Roll, stop: threading.Event) -> None:
    cluster._wait_for_nodes(Nodes(0, 4, 0, "127.0.0.1", "127.0.0.1"), roll, stop)


@pytest.fixture
def roll() -> cluster.Roll:
    found = cluster.Roll(Log(lambda _line: None, lambda: 0.0))
    found.here["tls://127.0.0.2:1"] = "2"
    return found


def test_who_does_not_come_in_time_is_named(monkeypatch: pytest.MonkeyPatch, roll: cluster.Roll) -> None:
    monkeypatch.setattr(meeting, "PATIENCE_SECONDS", -1.0)
    with pytest.raises(NodeLost, match="of 4 nodes, node 1 and 3 has not come in "):
        waits(roll, threading.Event())


def test_who_leaves_before_all_have_come_is_not_waited_for(roll: cluster.Roll) -> None:
    roll.remove_worker(None, "tls://127.0.0.2:1")
    with pytest.raises(NodeLost, match=r"node 2 \(tls://127.0.0.2:1\) is gone"):
        waits(roll, threading.Event())


def test_who_leaves_at_the_end_is_not_missed(roll: cluster.Roll) -> None:
    roll.closing = True
    roll.remove_worker(None, "tls://127.0.0.2:1")
    roll.check()


def test_whoever_is_asked_to_stop_waits_no_longer(roll: cluster.Roll) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        waits(roll, stop)
    assert wait_for(lambda: "there", stop, lambda: "nothing") == "there"
