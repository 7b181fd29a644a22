from __future__ import annotations

import asyncio

import pytest

from core.started import Started


async def now() -> str:
    return "here"


def test_what_needs_no_wait_is_there_at_once() -> None:
    async def look() -> tuple[str | None, str]:
        started = Started(now())
        return started.at_once, await started

    assert asyncio.run(look()) == ("here", "here")


def test_what_waits_goes_on_where_it_was() -> None:
    async def look() -> tuple[str | None, str]:
        event = asyncio.Event()

        async def later() -> str:
            await event.wait()
            await asyncio.sleep(0)
            return "late"

        started = Started(later())
        asyncio.get_running_loop().call_soon(event.set)
        return started.at_once, await started

    assert asyncio.run(look()) == (None, "late")


def test_a_wait_that_takes_too_long_ends_the_coroutine() -> None:
    ended: list[bool] = []

    async def forever() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)
        return "never"

    async def look() -> None:
        async with asyncio.timeout(0.01):
            await Started(forever())

    with pytest.raises(TimeoutError):
        asyncio.run(look())
    assert ended == [True]


def test_an_error_before_the_first_wait_is_raised() -> None:
    async def wrong() -> str:
        raise ZeroDivisionError

    async def look() -> None:
        Started(wrong())

    with pytest.raises(ZeroDivisionError):
        asyncio.run(look())
