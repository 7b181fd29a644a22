"""Do one thing with several reels: each is read anew and acted on alone, and what could not be done is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Final

from core.errors import ReelsError, Unreachable
from core.models import Reel

AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Hold the ids of the reels with which it was done, the errors of the others, and those left alone.

    Once HeyGen cannot be reached nothing more is tried: the others would only wait for the same answer.
    """

    done: tuple[int, ...]
    problems: tuple[tuple[int, ReelsError], ...]
    untried: tuple[int, ...] = ()


def act_on(reel_ids: Sequence[int], act: Callable[[int], Reel]) -> Outcome:
    """Act on each reel, some at once; an action raises ReelsError where it cannot be done."""
    errors: dict[int, ReelsError] = {}
    untried: list[int] = []

    def one(reel_id: int) -> None:
        if any(isinstance(error, Unreachable) for error in tuple(errors.values())):
            untried.append(reel_id)
            return
        try:
            act(reel_id)
        except ReelsError as error:
            errors[reel_id] = error

    ids = list(dict.fromkeys(reel_ids))
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="together") as pool:
        for job in [pool.submit(copy_context().run, partial(one, reel_id)) for reel_id in ids]:
            job.result()
    return Outcome(
        done=tuple(reel_id for reel_id in ids if reel_id not in errors and reel_id not in untried),
        problems=tuple((reel_id, errors[reel_id]) for reel_id in ids if reel_id in errors),
        untried=tuple(sorted(untried)),
    )
