"""Faults that change how the create call is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import inf

from fake_heygen.errors import STATUS_OF, ApiError
from fake_heygen.fate import Fate
from fake_heygen.faults import Point
from fake_heygen.manner import AS_IT_SHOULD, Manner
from fake_heygen.vocabulary import Effect

MARK = '<meta name="generator" content="fake_heygen (simulated)">'
HTML_PAGE = f"<!doctype html><html><head>{MARK}<title>HeyGen</title></head><body><h1>One moment…</h1></body></html>"
WARNING = {"code": "deprecated_field", "message": "This API version will change; see the changelog."}
RETIRING = {"deprecation": "true", "sunset": "Thu, 31 Dec 2026 23:59:59 GMT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAnswer:
    """How a create call will be answered: refused first, worked on, then disguised, held or sent badly.

    `refusals` says how often it is refused (inf: for ever), `daily` until the day has passed; a refusal without an
    error is a connection that is cut; `until_s` writes Retry-After as a date, so many
    simulated seconds from now.
    """

    refusal: ApiError | None = None
    refusals: float = 0
    daily: bool = False
    until_s: int | None = None
    work_s: float = 0.0
    hold_s: float = 0.0
    in_progress: bool = False
    html: bool = False
    cut: bool = False
    warned: bool = False
    manner: Manner = AS_IT_SHOULD


Hook = Callable[[CreateAnswer, Effect, int], CreateAnswer]


def plan_answer(fate: Fate, retry_after_s: int) -> CreateAnswer:
    """Return how the create call of a fate is answered."""
    answer = CreateAnswer()
    for effect in fate.at(Point.ANSWER_CREATE):
        answer = HOOKS[effect.name](answer, effect, retry_after_s)
    return answer


def refused(code: str, message: str, answer: CreateAnswer, effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Refuse some times with a code."""
    return replace(answer, refusal=ApiError(code, message), refusals=effect.count)


def refused_with_code(answer: CreateAnswer, effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Refuse for ever with a code of the scenario's choice."""
    code = effect.text if effect.text in STATUS_OF else "invalid_parameter"
    return replace(answer, refusal=ApiError(code, f"The request was refused: {effect.text}"), refusals=inf)


def rate_limited(answer: CreateAnswer, effect: Effect, retry_after_s: int) -> CreateAnswer:
    """Refuse with 429 and a hint."""
    error = ApiError("rate_limit_exceeded", "Too many requests", headers={"Retry-After": str(retry_after_s)})
    return replace(answer, refusal=error, refusals=effect.count)


def rate_limited_without_hint(answer: CreateAnswer, _effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Refuse with 429 and no hint."""
    return replace(answer, refusal=ApiError("rate_limit_exceeded", "Too many requests"), refusals=1)


def rate_limited_until_a_date(answer: CreateAnswer, effect: Effect, retry_after_s: int) -> CreateAnswer:
    """Refuse with 429 and a hint that is a date."""
    return replace(rate_limited_without_hint(answer, effect, retry_after_s), until_s=retry_after_s)


def limited_for_the_day(answer: CreateAnswer, _effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Refuse until the next day begins."""
    error = ApiError("quota_exceeded", "Daily limit reached")
    return replace(answer, refusal=error, refusals=inf, daily=True)


def unreachable(answer: CreateAnswer, effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Cut the connection before anything is created."""
    return replace(answer, refusals=effect.count)


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


def warned(answer: CreateAnswer, _effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Create, and warn beside the answer."""
    return replace(answer, warned=True)


def badly_sent(answer: CreateAnswer, effect: Effect, _retry_after_s: int) -> CreateAnswer:
    """Create, and send the answer badly."""
    return replace(answer, manner=Manner(word=effect.word, seconds=effect.seconds))


HOOKS: dict[str, Hook] = {
    "answer=401": partial(refused, "unauthorized", "Unauthorized"),
    "answer=402": partial(refused, "insufficient_credit", "Insufficient credit. Add funds to your wallet."),
    "answer=403": partial(refused, "resource_access_denied", "You may not use this resource"),
    "answer=404": partial(refused, "avatar_not_found", "Avatar not found"),
    "answer=code": refused_with_code,
    "answer=429": rate_limited,
    "answer=429:noretry": rate_limited_without_hint,
    "answer=429:date": rate_limited_until_a_date,
    "answer=429:daily": limited_for_the_day,
    "answer=500": partial(refused, "internal_error", "Something went wrong"),
    "answer=503": partial(refused, "service_unavailable", "Service temporarily unavailable"),
    "answer=504": partial(refused, "gateway_timeout", "The upstream did not answer in time"),
    "answer=409": in_progress,
    "answer=slow": slow,
    "answer=timeout": held,
    "answer=html": html,
    "answer=malformed": malformed,
    "answer=warning": warned,
    "line=refused": unreachable,
    "line=reset": badly_sent,
    "line=empty": badly_sent,
    "line=half-open": badly_sent,
    "line=dribble": badly_sent,
    "line=slow-headers": badly_sent,
    "line=truncated": badly_sent,
}
