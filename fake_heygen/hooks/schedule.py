"""Faults that change which events are sent, when and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fake_heygen.faults import Point
from fake_heygen.planning import Plan, PlannedEvent, natural_plan
from fake_heygen.video import Video
from fake_heygen.vocabulary import Effect

Hook = Callable[[Plan, Effect, Video], Plan]


def plan_events(video: Video) -> Plan:
    """Return the plan of a video with all its faults, in order of time."""
    plan = natural_plan(video)
    for effect in video.fate.at(Point.SCHEDULE):
        plan = HOOKS[effect.name](plan, effect, video)
    return tuple(sorted(plan, key=lambda planned: planned.at))


def drop(plan: Plan, _effect: Effect, _video: Video) -> Plan:
    """Send the events to nobody."""
    return tuple(replace(planned, dropped=True) for planned in plan)


def duplicate(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Send each event several times."""
    return tuple(replace(planned, copies=effect.count) for planned in plan)


def delay(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Send the events later."""
    return tuple(replace(planned, at=planned.at + effect.seconds) for planned in plan)


def early(plan: Plan, _effect: Effect, video: Video) -> Plan:
    """Send the events before the create call is answered."""
    return tuple(replace(planned, at=video.created_at) for planned in plan)


def caption(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Let the caption's event follow a success."""
    return plan + _followers(plan, "avatar_video_caption.success", effect.seconds)


def contradiction(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Let an untrue failure follow a success."""
    return plan + _followers(plan, "avatar_video.fail", effect.seconds)


def forge(plan: Plan, _effect: Effect, video: Video) -> Plan:
    """Let somebody claim a success half-way through the render."""
    middle = video.created_at + video.fate.render_s / 2
    return (*plan, PlannedEvent(event_type="avatar_video.success", at=middle, forged=True))


def _followers(plan: Plan, event_type: str, after_s: float) -> Plan:
    return tuple(
        replace(planned, event_type=event_type, at=planned.at + after_s)
        for planned in plan
        if planned.event_type == "avatar_video.success" and not planned.forged
    )


HOOKS: dict[str, Hook] = {
    "webhook=drop": drop,
    "webhook=duplicate": duplicate,
    "webhook=delay": delay,
    "webhook=early": early,
    "webhook=caption": caption,
    "outcome=contradiction": contradiction,
    "forge=success": forge,
}
