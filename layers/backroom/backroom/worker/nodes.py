"""The nodes of a multi-node Batch job: which one this container is, and what those do that are not the main one.

User guide of AWS Batch, "Multi-node parallel jobs": the main node is started first and works the portion; the others
start when it runs, are told its address, and are stopped when it ends. Every node has a network interface of its own.
"""

import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backroom.words import ExitCode
from backroom.worker.endings import Ending, WrongSetup
from backroom.worker.log import Log, trace

INDEX, COUNT, MAIN = "AWS_BATCH_JOB_NODE_INDEX", "AWS_BATCH_JOB_NUM_NODES", "AWS_BATCH_JOB_MAIN_NODE_INDEX"
MAIN_ADDRESS = "AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS"
OWN_ADDRESS = "BACKROOM_NODE_ADDRESS"
"""Set where the containers of all nodes share one network, as on the local twin: which address is this one's."""
_DISCARD = 9


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes of a Batch job, as one of them sees it; a job of one node has that as its main one."""

    index: int = 0
    """Which one this is, from 0."""
    count: int = 1
    main_index: int = 0
    main_address: str = ""
    """Where the main node is reached, an IPv4 address; of the main node itself its own. Empty if there is but one."""
    address: str = ""
    """Where this node is reached by the others."""

    @property
    def is_main(self) -> bool:
        """Whether this is the node that works the portion."""
        return self.index == self.main_index

    @property
    def others(self) -> int:
        """How many nodes there are beside the main one."""
        return self.count - 1


ALONE = Nodes()
"""The only node of a Batch job."""
Node = Callable[[Nodes, threading.Event], None]
"""What a node does that is not the main one, until it returns; soon after the event, which asks it to stop."""


def read_nodes(environment: Mapping[str, str], own_address: Callable[[str], str] | None = None) -> Nodes:
    """Which node this container is. Raises WrongSetup, naming the variable that makes no sense.

    `own_address` gives the address of this host towards another (an empty text: towards any).
    """
    if COUNT not in environment:
        return ALONE
    count, index, main = (_number(environment, name) for name in (COUNT, INDEX, MAIN))
    if not max(index, main) < count:
        raise WrongSetup(f"{INDEX} is {index} and {MAIN} {main}, but {COUNT} is {count}: AWS Batch sets them")
    main_address = environment.get(MAIN_ADDRESS, "")
    if index != main and not main_address:
        raise WrongSetup(f"{MAIN_ADDRESS} is not set on node {index}: AWS Batch tells it to all but the main node")
    own = environment.get(OWN_ADDRESS) or (own_address or address_towards)(main_address)
    return Nodes(index, count, main, own if index == main else main_address, own)


def address_towards(peer: str) -> str:
    """The IPv4 address from which this host reaches another; nothing is sent. Raises WrongSetup without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Of no peer, any address of the private ranges does: the route to it leaves by the container's interface.
            probe.connect((peer or "10.255.255.255", _DISCARD))
        except OSError as error:
            raise WrongSetup(f"this node has no way to {peer or 'the others'}: {error}. Set {OWN_ADDRESS}") from error
        return str(probe.getsockname()[0])


def serve(node: Node | None, nodes: Nodes, stop: threading.Event, log: Log) -> ExitCode:
    """Do what a node does that is not the main one; its exit code, which decides nothing: the main node's does."""
    bound = log.bind(node=nodes.index, nodes=nodes.count, main=nodes.main_address)
    try:
        bound.info("node started")
        (node or _nothing)(nodes, stop)
    except Ending as ending:
        bound.fatal(str(ending), ending=type(ending).__name__, exit_code=int(ending.exit_code))
        return ending.exit_code
    except Exception as error:
        bound.fatal(f"the node's part of the job raised an error: {error}", traceback=trace(error))
        return ExitCode.BUG
    bound.info("node ended", asked=stop.is_set())
    return ExitCode.DONE


def _nothing(_nodes: Nodes, _stop: threading.Event) -> None:
    raise WrongSetup("this job has no part for other nodes: give `run` one (`node=`), or take Nodes from its row")


def _number(environment: Mapping[str, str], name: str) -> int:
    text = environment.get(name, "")
    if not (text.isascii() and text.isdigit()):
        raise WrongSetup(f"{name} is {text!r}: AWS Batch sets it to a whole number on every node of a multi-node job")
    return int(text)
