"""A job of several nodes: the main one hands each tenant's song to a voice, which is another node, and hears it sung.

The last voice always comes late. The parameter `scene` of a tenant says what else happens: in the first attempt of
`lose` the main node waits until a voice is gone, and says so; in that of `crash` too, but it makes nothing of it.
"""

import os
import socket
import threading
import time
from contextlib import ExitStack

from backroom.worker import NodeLost, Nodes, Portion, Work, run

PORT = 47_111
"""At the main node's own address, which no other job has."""
SECONDS = 60.0
"""How long the main node waits for all voices, and a voice for the main node."""
LATE = 1.5
FIRST = (os.environ["BACKROOM_WAVE"], os.environ["AWS_BATCH_JOB_ATTEMPT"]) == ("1", "1")
"""Whether this is the first attempt at all."""


def conduct(portion: Portion, work: Work) -> None:
    """Have every song sung: the main node's part. Raises NodeLost."""
    scenes = {home.params["scene"] for home in portion.members.values()}
    with ExitStack() as stack:
        voices = gather(work.nodes, stack)
        work.log.info("all voices are here", voices=sorted(voices))
        if scenes & {"lose", "crash"} and FIRST and not portion.homes:
            work.hand_over("here", b"")
            listen(voices, scenes)
        order = sorted(voices)
        for number, item in enumerate(work.items()):
            with work.item(item):
                member = work.member(item.tenant)
                song = member.get(f"{member.prefix}song")
                voice = order[number % len(order)]
                voices[voice].sendall(len(song).to_bytes(4, "big") + song)
                sung = receive(voices[voice], len(song)) + f" by {voice} of {work.nodes.count}".encode()
                work.put(item, f"{member.prefix}sung", sung, "text/plain", tenant=item.tenant)


def gather(nodes: Nodes, stack: ExitStack) -> dict[int, socket.socket]:
    """Wait for the other nodes; gives their connections by their numbers. Raises NodeLost if one does not come."""
    until = time.monotonic() + SECONDS
    server = stack.enter_context(socket.create_server((nodes.address, PORT)))
    voices: dict[int, socket.socket] = {}
    while len(voices) < nodes.others:
        server.settimeout(max(0.01, until - time.monotonic()))
        try:
            voice, _ = server.accept()
        except TimeoutError:
            raise NodeLost(f"only {len(voices)} of {nodes.others} other nodes came in {SECONDS:.0f} s") from None
        voices[receive(stack.enter_context(voice), 1)[0]] = voice
    return voices


def listen(voices: dict[int, socket.socket], scenes: set[object]) -> None:
    """Wait until a voice is gone."""
    gone = threading.Event()
    lost: list[int] = []

    def watch(number: int, voice: socket.socket) -> None:
        try:
            over = voice.recv(1) == b""
        except OSError:
            over = True
        if over:
            lost.append(number)
            gone.set()

    for number, voice in voices.items():
        threading.Thread(target=watch, args=(number, voice), daemon=True).start()
    gone.wait(SECONDS)
    if "crash" in scenes:
        raise ZeroDivisionError("a voice is missing")
    raise NodeLost(f"node {lost[0]} has left")


def sing(nodes: Nodes, stop: threading.Event) -> None:
    """Sing what comes until the main node is done: another node's part."""
    with connect(nodes, stop) as conductor:
        conductor.sendall(bytes([nodes.index]))
        while (head := receive(conductor, 4)) and not stop.is_set():
            conductor.sendall(receive(conductor, int.from_bytes(head, "big")).upper())


def connect(nodes: Nodes, stop: threading.Event) -> socket.socket:
    """Reach the main node, which may not listen yet."""
    if nodes.index == nodes.count - 1:
        stop.wait(LATE)
    until = time.monotonic() + SECONDS
    while True:
        try:
            return socket.create_connection((nodes.main_address, PORT), timeout=SECONDS)
        except OSError:
            if time.monotonic() > until or stop.wait(0.05):
                raise


def receive(peer: socket.socket, size: int) -> bytes:
    """Read so many bytes; fewer if the other end is gone."""
    got = b""
    while len(got) < size and (more := peer.recv(size - len(got))):
        got += more
    return got


if __name__ == "__main__":
    run(conduct, node=sing)
