"""When a fault can strike, by which words that is brought about, and why it cannot strike at other moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from fake_heygen.faults import Fault, Point


class Moment(StrEnum):
    """When a fault strikes, seen from the reel."""

    ORDER = "before the answer"
    RENDER = "while rendering"
    END = "at the end"
    AFTER = "after the end"


RENDER_S: Final = 60.0
SPELL_S: Final = {"webhooks": 300}
USUAL_SPELL_S: Final = 30
STRIKES_AT_S: Final = {Moment.ORDER: 0.0, Moment.RENDER: 40.0, Moment.END: RENDER_S - 2.0, Moment.AFTER: 200.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """How a fault is brought about: by the script's words, and by what is done from outside at a moment.

    `trigger` are words of an event that is asked for; `casts` means that a spell is cast then, `asks` that a person
    looks at the reel then.
    """

    words: str = ""
    trigger: str | None = None
    casts: bool = False
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """At which moments faults of one kind strike, and why not at the others. `{own}` stands for the fault's words."""

    stagings: Mapping[Moment, Staging]
    why_not: Mapping[Moment, str] = field(default_factory=dict)


# Values for faults that take one; times on the wire and of slow answers are real seconds.
ARGUMENTS: Final = {
    "render": "90s",
    "code": "avatar_render_error",
    "message": '"The avatar could not be drawn."',
    "webhook=duplicate": "4",
    "webhook=delay": "300s",
    "webhook=uniform": "5s:15s",
    "webhook=lognormal": "5s",
    "webhook=burst": "300s",
    "endpoint=disabled": "1",
    "wire=half-open": "0.1s",
    "wire=dribble": "0.1s",
    "wire=slow-headers": "0.1s",
    "line=half-open": "0.1s",
    "line=dribble": "0.1s",
    "line=slow-headers": "0.1s",
    "answer=code": "content_policy_violation",
    "answer=slow": "0.1s",
    "answer=timeout": "3s",
    "status=lag": "20s",
    "status=late": "3h",
    "status=unseen": "45s",
    "status=regress": "300s",
    "url=short": "60s",
}
# What a fault needs beside it to show: a failure to tell of, an attempt to repeat, an event to change places with.
BESIDE: Final = {
    "code": "outcome=failed",
    "message": "outcome=failed",
    "reason=none": "outcome=failed",
    "reason=code": "outcome=failed",
    "reason=message": "outcome=failed",
    "refund=yes": "outcome=failed",
    "refund=no": "outcome=failed",
    "body=flat": "outcome=failed",
    "webhook=reorder": "webhook=caption",
    "statuses=partial": "webhook=drop",
    "endpoint=disabled": "wire=refused:1",
    "retry=usual": "wire=refused:1",
    "retry=eager": "wire=refused:2",
    "retry=patient": "wire=refused:1",
    "retry=svix": "wire=refused:1",
    "retry=stripe": "wire=refused:1",
    "retry=never": "wire=refused:1",
}

NO_ADDRESS: Final = "polling hands out no address: nothing is delivered"
ONCE: Final = "it belongs to the end of the render"
NO_ID: Final = "nobody can ask for a video whose id is not told yet"
ITS_TIME: Final = "the word itself says when"
HELD_BACK: Final = "a delivery that is held back comes after the answer"

_AS_WRITTEN: Final = Staging(words="{own}")
_EARLY: Final = Staging(words="webhook=early {own}")
_ON_DEMAND: Final = Staging(trigger="{own}")
_CAST: Final = Staging(casts=True)


def _only(moment: Moment, why: str, staging: Staging = _AS_WRITTEN) -> Habit:
    return Habit(stagings={moment: staging}, why_not={other: why for other in Moment if other is not moment})


DELIVERED: Final = Habit(
    stagings={
        Moment.ORDER: _EARLY,
        Moment.RENDER: _ON_DEMAND,
        Moment.END: _AS_WRITTEN,
        Moment.AFTER: _ON_DEMAND,
    }
)
LATER: Final = Habit(
    stagings={moment: staging for moment, staging in DELIVERED.stagings.items() if moment is not Moment.ORDER},
    why_not={Moment.ORDER: HELD_BACK},
)
FORGED: Final = Habit(
    stagings={
        Moment.ORDER: _EARLY,
        Moment.RENDER: _AS_WRITTEN,
        Moment.END: _ON_DEMAND,
        Moment.AFTER: _ON_DEMAND,
    }
)
CAST: Final = Habit(
    stagings={
        Moment.ORDER: _CAST,
        Moment.RENDER: Staging(words="{own}", asks=True),
        Moment.END: _CAST,
        Moment.AFTER: Staging(casts=True, asks=True),
    }
)
ASKED: Final = Habit(
    stagings={
        Moment.RENDER: Staging(words="{own}", asks=True),
        Moment.END: Staging(words="render=10s {own}"),
    },
    why_not={Moment.ORDER: NO_ID, Moment.AFTER: "whoever knows the end has asked, and the first questions are over"},
)
ENDED: Final = _only(Moment.END, ONCE)

BY_POINT: Final[Mapping[Point, Habit]] = {
    Point.ANSWER_CREATE: _only(Moment.ORDER, "only the answer to the order is struck"),
    Point.ANSWER_READ: ASKED,
    Point.ANSWER_STATUSES: _only(Moment.END, "the bulk question is answered alike at any time; shown at the end"),
    Point.ANSWER_GET: ENDED,
    Point.STATUS: _only(Moment.END, ITS_TIME),
    Point.SCHEDULE: DELIVERED,
    Point.PAYLOAD: DELIVERED,
    Point.DOCUMENT: DELIVERED,
    Point.BODY: DELIVERED,
    Point.SIGN: DELIVERED,
    Point.WIRE: DELIVERED,
    Point.RETRY: DELIVERED,
    Point.ENDPOINT: _only(Moment.END, "deliveries strike an endpoint, and theirs comes at the end"),
    Point.LINK: _only(Moment.AFTER, "a file is fetched once the end is known"),
    Point.FILE: _only(Moment.AFTER, "a file is fetched once the end is known"),
    Point.SPELL: CAST,
}
BY_NAME: Final[Mapping[str, Habit]] = {
    "outcome=contradiction": _only(Moment.AFTER, "it contradicts an end that was told"),
    "outcome=credit": ENDED,
    "reason=none": ENDED,
    "reason=code": ENDED,
    "reason=message": ENDED,
    "body=flat": ENDED,
    "webhook=early": _only(Moment.ORDER, "an early webhook is one that comes before the answer"),
    "webhook=caption": _only(Moment.AFTER, "the caption's event follows the success"),
    "webhook=redelivered": _only(Moment.AFTER, "it repeats what was acknowledged"),
    **{f"webhook={word}": LATER for word in ("delay", "uniform", "lognormal", "reorder", "burst")},
    **{f"forge={word}": FORGED for word in ("success", "fail", "foreign-success", "foreign-fail", "crossed")},
    "forge=replay": _only(Moment.AFTER, "it repeats what was delivered"),
    "url=missing": ENDED,
    "url=never": ENDED,
    "status=unseen": _only(Moment.RENDER, ITS_TIME, Staging(words="{own}", asks=True)),
    "status=regress": _only(Moment.AFTER, ITS_TIME, Staging(words="{own}", asks=True)),
}


def habit_of(fault: Fault) -> Habit:
    """Return when a fault can strike; one without a point shapes the end of the render."""
    if fault.name in BY_NAME:
        return BY_NAME[fault.name]
    return BY_POINT[fault.points[0]] if fault.points else ENDED


def own_words(fault: Fault) -> str:
    """Return the words that bring a fault about, with what it needs beside it."""
    argument = ARGUMENTS.get(fault.name)
    own = fault.name if argument is None else f"{fault.name}{':' if fault.word else '='}{argument}"
    if fault.key == "spell":
        own += f":{SPELL_S.get(fault.word, 50)}s"
    return f"{own} {BESIDE[fault.name]}" if fault.name in BESIDE else own
