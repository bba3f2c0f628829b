"""Passes TCP connections from one address to another: `forward.py HOST TARGET_PORT` prints the port it listens on.

A container of `sam local invoke` cannot reach the 127.0.0.1 on which the local twin listens; it reaches the bridge.
"""

import asyncio
import sys


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65536):
        writer.write(chunk)
        await writer.drain()
    writer.close()


async def forward(host: str, target: int) -> None:
    """Listen on a free port of `host` until cancelled, and pass every connection to 127.0.0.1:`target`."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(_pipe(reader, inner_writer), _pipe(inner_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(connected, host, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(forward(sys.argv[1], int(sys.argv[2])))
