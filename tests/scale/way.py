"""Lead addresses of a host's own loopback to others: `python -m tests.scale.way PORT=ADDRESS:PORT …`.

So HeyGen has one address for everybody, and without TLS, which product and simulator allow on the loopback alone.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

CHUNK = 65_536


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand on what comes until it ends."""
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str, port: int) -> None:
    """Hand one connection on; one that cannot be made is closed."""
    with suppress(OSError):
        there, back = await asyncio.open_connection(address, port)
        await asyncio.gather(pump(reader, back), pump(there, writer))
        back.close()
    writer.close()


async def main(ways: list[str]) -> None:
    """Lead every way until the end."""
    servers = []
    for way in ways:
        port, _, target = way.partition("=")
        address, _, target_port = target.partition(":")
        servers.append(
            await asyncio.start_server(
                lambda reader, writer, to=(address, int(target_port)): lead(reader, writer, *to), "127.0.0.1", int(port)
            )
        )
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
