"""Which node a container is, and what becomes of what those do that are not the main one."""

import socket
import threading

import orjson
import pytest
from backroom.words import ExitCode
from backroom.worker.endings import NodeLost, Outage, WrongSetup
from backroom.worker.log import Log
from backroom.worker.nodes import ALONE, Node, Nodes, address_towards, read_nodes, serve

OTHER = {
    "AWS_BATCH_JOB_NODE_INDEX": "2",
    "AWS_BATCH_JOB_NUM_NODES": "3",
    "AWS_BATCH_JOB_MAIN_NODE_INDEX": "0",
    "AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS": "10.0.0.7",
}
MAIN = {name: value for name, value in OTHER.items() if "ADDRESS" not in name} | {"AWS_BATCH_JOB_NODE_INDEX": "0"}
HOSTS = {"10.0.0.7": "10.0.0.9", "": "10.0.0.7"}


def test_a_job_of_one_node_is_its_own_main_node() -> None:
    assert read_nodes({"AWS_BATCH_JOB_ID": "0d8c"}) == ALONE
    assert (ALONE.is_main, ALONE.others) == (True, 0)


def test_the_others_know_the_main_node_and_all_know_themselves() -> None:
    assert read_nodes(OTHER, HOSTS.__getitem__) == Nodes(2, 3, 0, "10.0.0.7", "10.0.0.9")
    main = read_nodes(MAIN, HOSTS.__getitem__)
    assert (main, main.is_main, main.others) == (Nodes(0, 3, 0, "10.0.0.7", "10.0.0.7"), True, 2)
    assert read_nodes(OTHER | {"BACKROOM_NODE_ADDRESS": "127.3.4.3"}).address == "127.3.4.3"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"AWS_BATCH_JOB_NODE_INDEX": "3"}, "NODE_INDEX is 3"),
        ({"AWS_BATCH_JOB_NUM_NODES": "many"}, "NUM_NODES is 'many'"),
        ({"AWS_BATCH_JOB_MAIN_NODE_INDEX": ""}, "MAIN_NODE_INDEX is ''"),
        ({"AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS": ""}, "PRIVATE_IPV4_ADDRESS is not set on node 2"),
    ],
)
def test_variables_that_make_no_sense_are_named(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(WrongSetup, match=named):
        read_nodes(OTHER | wrong, HOSTS.__getitem__)


def test_the_address_towards_a_peer_is_one_that_the_peer_can_reach() -> None:
    with socket.socket() as peer:
        peer.bind(("127.0.0.1", 0))
        assert address_towards("127.0.0.1") == "127.0.0.1"


def _returns(_nodes: Nodes, _stop: threading.Event) -> None:
    pass


def _raises(problem: BaseException) -> Node:
    def node(_nodes: Nodes, _stop: threading.Event) -> None:
        raise problem

    return node


@pytest.mark.parametrize(
    ("node", "code", "said"),
    [
        (_returns, ExitCode.DONE, "node ended"),
        (_raises(Outage("the main node does not answer")), ExitCode.TRY_AGAIN, "does not answer"),
        (_raises(NodeLost("gone")), ExitCode.TRY_AGAIN, "gone"),
        (_raises(KeyError("bug")), ExitCode.BUG, "raised an error: 'bug'"),
        (None, ExitCode.WRONG_SETUP, "no part for other nodes"),
    ],
)
def test_a_node_ends_as_its_part_did(node: Node | None, code: ExitCode, said: str) -> None:
    lines: list[bytes] = []
    ended = serve(node, read_nodes(OTHER, HOSTS.__getitem__), threading.Event(), Log(lines.append, lambda: 0.0))
    last = orjson.loads(lines[-1])
    assert (ended, last["node"], last["main"]) == (code, 2, "10.0.0.7")
    assert said in last["message"]
