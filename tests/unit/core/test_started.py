from __future__ import annotations

import asyncio

import pytest

from core.started import Started


async def give(value: object) -> object:
    return value


async def wait_for(future: asyncio.Future[object]) -> object:
    first = await future
    await asyncio.sleep(0)
    return first


def test_what_has_come_already_is_there_without_waiting() -> None:
    async def run() -> None:
        started = Started(give(7))
        assert started.at_once == 7
        assert await started == 7

    asyncio.run(run())


def test_what_has_not_come_yet_is_waited_for_through_several_waits() -> None:
    async def run() -> None:
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        started = Started(wait_for(future))
        assert started.at_once is None
        asyncio.get_running_loop().call_soon(future.set_result, 7)
        assert await started == 7

    asyncio.run(run())


def test_an_error_is_raised_where_it_happens() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def run() -> None:
        with pytest.raises(ZeroDivisionError):
            Started(fail())
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        started = Started(wait_for(future))
        future.set_exception(ValueError("late"))
        with pytest.raises(ValueError, match="late"):
            await started

    asyncio.run(run())


def test_a_time_out_ends_the_coroutine_too() -> None:
    ended: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("ended")

    async def run() -> None:
        started = Started(endless())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await started

    asyncio.run(run())
    assert ended == ["ended"]
