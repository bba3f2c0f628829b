"""A bad network in front of a cloud: a share of all requests is refused, lost before or after it arrives, slow, or cut.

usage: python -m tests.faults.proxy CLOUD --rate 0.4 --seed 1    prints its address; ends when its standard input does
"""

import argparse
import asyncio
import random
import socket
import struct
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

import orjson

SLOW_SECONDS = 0.05
"""Between the pieces of a slow body."""
SILENT_SECONDS = 30
"""Longer than any client of the proofs waits for an answer."""
PIECES = 4
COUNTS = b"/_twin/faults"
_REFUSAL = (
    b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)
_AT_ONCE = struct.pack("ii", 1, 0)


class Trouble(StrEnum):
    """What may become of a request."""

    REFUSED = "refused"
    """503 without asking the cloud."""
    LOST = "lost"
    """The connection is reset before the cloud has the request."""
    UNANSWERED = "unanswered"
    """The connection is reset when the cloud has done what was asked."""
    SILENT = "silent"
    """The cloud does what was asked, and no answer ever comes."""
    CUT = "cut"
    """The connection is reset in the middle of the answer."""
    SLOW = "slow"
    """The answer comes in pieces, slowly, but whole."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer: its head with the empty line, and its body."""

    head: bytes
    body: bytes

    @property
    def whole(self) -> bytes:
        """As it goes over the wire."""
        return self.head + self.body


@dataclass
class Proxy:
    """Forwards to a cloud what does not get into trouble."""

    cloud: str
    rate: float
    chance: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    """Requests by what became of them; `well` are those without trouble."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while await self._answer(await _read(reader, writer), writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, request: Message, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection is still good."""
        if COUNTS in request.head.split(b"\r\n", 1)[0]:
            return await _send(writer, _response(200, orjson.dumps(self.seen)))
        trouble = self.chance.choice(list(Trouble)) if self.chance.random() < self.rate else None
        self.seen[str(trouble or "well")] += 1
        match trouble:
            case Trouble.REFUSED:
                return await _send(writer, _response(503, _REFUSAL))
            case Trouble.LOST:
                return _reset(writer)
        answer = await self._forwarded(request)
        match trouble:
            case Trouble.UNANSWERED:
                return _reset(writer)
            case Trouble.SILENT:
                await asyncio.sleep(SILENT_SECONDS)
                return _reset(writer)
            case Trouble.CUT:
                await _send(writer, answer.whole[: -(len(answer.whole) // 3)])
                return _reset(writer)
            case Trouble.SLOW:
                return await _dribble(writer, answer)
        return await _send(writer, answer.whole)

    async def _forwarded(self, request: Message) -> Message:
        parts = urlsplit(self.cloud)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            await _send(writer, request.whole)
            return await _read(reader, None, is_head=request.head.startswith(b"HEAD "))
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None, is_head: bool = False) -> Message:
    """A whole message; `writer` tells who waits for it that the body may come."""
    head = await reader.readuntil(b"\r\n\r\n")
    names = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in head.split(b"\r\n"))}
    if writer is not None and names.get(b"expect", b"").lower() == b"100-continue":
        await _send(writer, b"HTTP/1.1 100 Continue\r\n\r\n")
        head = b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(b"expect:"))
    if is_head or b" 204 " in head[:20] or b" 304 " in head[:20]:
        return Message(head, b"")
    if names.get(b"transfer-encoding", b"").lower() == b"chunked":
        return Message(head, await _read_chunks(reader))
    return Message(head, await reader.readexactly(int(names.get(b"content-length", b"0"))))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    """A chunked body, left in its chunks."""
    chunks = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        chunks += line + await reader.readexactly(size + 2)
        if size == 0:
            return chunks


async def _send(writer: asyncio.StreamWriter, content: bytes) -> bool:
    writer.write(content)
    await writer.drain()
    return True


async def _dribble(writer: asyncio.StreamWriter, answer: Message) -> bool:
    await _send(writer, answer.head)
    size = max(1, -(-len(answer.body) // PIECES))
    for start in range(0, len(answer.body), size):
        await asyncio.sleep(SLOW_SECONDS)
        await _send(writer, answer.body[start : start + size])
    return True


def _reset(writer: asyncio.StreamWriter) -> bool:
    """Reset the connection, so that the other side has an error and no end of a stream."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    return False


def _response(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


async def main(cloud: str, rate: float, seed: int) -> None:
    """Serve until standard input ends."""
    proxy = Proxy(cloud, rate, random.Random(seed))  # noqa: S311 - a seeded choice, no secret
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    ended, loop = asyncio.Event(), asyncio.get_running_loop()

    def wait() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cloud")
    parser.add_argument("--rate", type=float, required=True, help="share of requests that get into trouble, 0 to 1")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    asyncio.run(main(options.cloud, options.rate, options.seed))
