"""Refusals by fault: which create calls are turned away first, and how often each order was already."""

from __future__ import annotations

from collections import Counter
from email.utils import formatdate
from math import ceil

from fake_heygen.clock import SimClock
from fake_heygen.errors import ApiError
from fake_heygen.hooks.create_answer import CreateAnswer

A_DAY_S = 86_400.0


class CutOff(Exception):
    """Close the connection in place of an answer."""


class Refusals:
    """Count the refusals of each order."""

    def __init__(self, clock: SimClock) -> None:
        self._clock = clock
        self._tries: Counter[str] = Counter()
        self._until: dict[str, float] = {}

    def refuse(self, answer: CreateAnswer, identity: str) -> None:
        """Raise the refusal of a fate while its number is not used up."""
        if not answer.refusals:
            return
        if answer.daily:
            now = self._clock.now()
            over = now >= self._until.setdefault(identity, (now // A_DAY_S + 1) * A_DAY_S)
        else:
            over = self._tries[identity] >= answer.refusals
        if over:
            self._tries.pop(identity, None)
            return
        self._tries[identity] += 1
        raise self._refusal(answer)

    def forget(self) -> None:
        """Forget which calls were refused already."""
        self._tries.clear()
        self._until.clear()

    def _refusal(self, answer: CreateAnswer) -> Exception:
        if answer.refusal is None:
            return CutOff("refused by fault")
        if answer.until_s is None:
            return answer.refusal
        when = ceil(self._clock.real_time_in(answer.until_s))  # the header Date, too, is the wall clock's
        hint = {"Retry-After": formatdate(when, usegmt=True)}
        return ApiError(answer.refusal.code, answer.refusal.message, headers=hint)
