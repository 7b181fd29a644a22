from __future__ import annotations

import asyncio

from fake_heygen.manner import reset


def test_a_reset_of_a_connection_that_is_closed_already_is_no_error() -> None:
    async def meet() -> None:
        closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()  # the client hangs up
            writer.transport.abort()
            while writer.transport.get_extra_info("socket").fileno() >= 0:
                await asyncio.sleep(0)
            try:
                reset(writer.transport)
                closed.set_result(None)
            except OSError as error:
                closed.set_exception(error)

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.close()
            await asyncio.wait_for(closed, 5)

    asyncio.run(meet())
