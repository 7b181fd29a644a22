"""Faults that change how the create call is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from fake_heygen.errors import ApiError
from fake_heygen.fate import Fate
from fake_heygen.faults import Point
from fake_heygen.vocabulary import Effect

HTML_PAGE = "<!doctype html><html><head><title>HeyGen</title></head><body><h1>One moment…</h1></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAnswer:
    """How a create call will be answered: refused first, worked on, then disguised or held."""

    refusal: ApiError | None = None
    refusals: int = 0
    work_s: float = 0.0
    hold_s: float = 0.0
    in_progress: bool = False
    html: bool = False
    cut: bool = False


Hook = Callable[[CreateAnswer, Effect, int], CreateAnswer]


def plan_answer(fate: Fate, retry_after_s: int) -> CreateAnswer:
    """Return how the create call of a fate is answered."""
    answer = CreateAnswer()
    for effect in fate.at(Point.ANSWER_CREATE):
        answer = HOOKS[effect.name](answer, effect, retry_after_s)
    return answer


def rate_limited(answer: CreateAnswer, effect: Effect, retry_after_s: int) -> CreateAnswer:
    """Refuse with 429 and a hint."""
    error = ApiError("rate_limit_exceeded", "Too many requests", headers={"Retry-After": str(retry_after_s)})
    return replace(answer, refusal=error, refusals=effect.count)


def rate_limited_without_hint(answer: CreateAnswer, _effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Refuse with 429 and no hint."""
    return replace(answer, refusal=ApiError("rate_limit_exceeded", "Too many requests"), refusals=1)


def internal_error(answer: CreateAnswer, effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Refuse with 500."""
    return replace(answer, refusal=ApiError("internal_error", "Something went wrong"), refusals=effect.count)


def unavailable(answer: CreateAnswer, effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Refuse with 503."""
    error = ApiError("service_unavailable", "Service temporarily unavailable")
    return replace(answer, refusal=error, refusals=effect.count)


def in_progress(answer: CreateAnswer, _effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Create, and say that it is still going on."""
    return replace(answer, in_progress=True)


def slow(answer: CreateAnswer, effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Work for a while before creating."""
    return replace(answer, work_s=effect.seconds)


def held(answer: CreateAnswer, effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Create, then keep the answer."""
    return replace(answer, hold_s=effect.seconds)


def html(answer: CreateAnswer, _effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Create, and answer a web page."""
    return replace(answer, html=True)


def malformed(answer: CreateAnswer, _effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Create, and cut the answer off."""
    return replace(answer, cut=True)


HOOKS: dict[str, Hook] = {
    "answer=429": rate_limited,
    "answer=429:noretry": rate_limited_without_hint,
    "answer=500": internal_error,
    "answer=503": unavailable,
    "answer=409": in_progress,
    "answer=slow": slow,
    "answer=timeout": held,
    "answer=html": html,
    "answer=malformed": malformed,
}
