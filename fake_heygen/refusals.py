"""Refusals by fault: which create calls are turned away first, and how often each order was already."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from fake_heygen.errors import ApiError
from fake_heygen.hooks.create_answer import CreateAnswer

A_DAY_S = 86_400.0


class CutOff(Exception):
    """Close the connection in place of an answer."""


class Refusals:
    """Count the refusals of each order."""

    def __init__(self) -> None:
        self._tries: Counter[str] = Counter()
        self._until: dict[str, float] = {}

    def refuse(self, answer: CreateAnswer, identity: str, now: float) -> None:
        """Raise the refusal of a fate while its number is not used up."""
        if not answer.refusals:
            return
        if answer.daily:
            over = now >= self._until.setdefault(identity, (now // A_DAY_S + 1) * A_DAY_S)
        else:
            over = self._tries[identity] >= answer.refusals
        if over:
            self._tries.pop(identity, None)
            return
        self._tries[identity] += 1
        raise _refusal(answer)

    def forget(self) -> None:
        """Forget which calls were refused already."""
        self._tries.clear()
        self._until.clear()


def _refusal(answer: CreateAnswer) -> Exception:
    if answer.refusal is None:
        return CutOff("refused by fault")
    if not answer.dated:
        return answer.refusal
    when = datetime.now(UTC) + timedelta(seconds=2)  # a client reads it against the real clock
    return ApiError(answer.refusal.code, answer.refusal.message, headers={"Retry-After": format_datetime(when, True)})
