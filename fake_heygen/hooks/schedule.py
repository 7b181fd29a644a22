"""Faults that change which events are sent, when and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from fake_heygen.fate import at_point
from fake_heygen.faults import Point
from fake_heygen.identity import generator
from fake_heygen.planning import About, Plan, PlannedEvent, natural_plan
from fake_heygen.video import Video
from fake_heygen.vocabulary import Effect

Hook = Callable[[Plan, Effect, Video], Plan]
SUCCESS, FAIL = "avatar_video.success", "avatar_video.fail"
UNKNOWN_TYPE = "avatar_video.restyled"
A_MOMENT_S = 0.5


def plan_events(video: Video) -> Plan:
    """Return the plan of a video with all its faults, in order of time."""
    return _struck(natural_plan(video), video.fate.effects, video)


def plan_on_demand(event_type: str, video: Video, effects: tuple[Effect, ...], at: float) -> Plan:
    """Return the plan of an event that is asked for: free of the video's own faults, struck by these.

    Where these are forgeries, the forgery alone is sent.
    """
    planned = PlannedEvent(event_type=event_type, at=at, effects=effects)
    plan = _struck((planned,), effects, video)
    plan = tuple(planned for planned in plan if not planned.listed) or plan
    return tuple(replace(planned, at=max(planned.at, at), effects=effects) for planned in plan)


def _struck(plan: Plan, effects: tuple[Effect, ...], video: Video) -> Plan:
    for effect in at_point(effects, Point.SCHEDULE):
        plan = HOOKS[effect.name](plan, effect, video)
    return tuple(sorted(plan, key=lambda planned: planned.at))


def drop(plan: Plan, _effect: Effect, _video: Video) -> Plan:
    """Send the events to nobody."""
    return tuple(replace(planned, dropped=True) for planned in plan)


def duplicate(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Send each event several times."""
    return tuple(replace(planned, copies=effect.count) for planned in plan)


def spaced(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Send each event several times with a pause between."""
    return tuple(replace(planned, copies=effect.count, gap_s=effect.seconds) for planned in plan)


def volley(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Send each event several times at the same moment."""
    return tuple(replace(planned, copies=effect.count, volley=True) for planned in plan)


def redelivered(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Send each event once more much later."""
    return tuple(replace(planned, again_s=effect.seconds) for planned in plan)


def replayed(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Let somebody send each event once more as it was."""
    return tuple(replace(planned, replay_s=effect.seconds) for planned in plan)


def delay(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Send the events later."""
    return _later(plan, lambda: effect.seconds)


def uniform(plan: Plan, effect: Effect, video: Video) -> Plan:
    """Send the events later by a time drawn between two."""
    random = _random(video, "uniform")
    return _later(plan, lambda: random.uniform(effect.seconds, effect.upto_s))


def lognormal(plan: Plan, effect: Effect, video: Video) -> Plan:
    """Send the events later by a time drawn around a median."""
    random = _random(video, "lognormal")
    return _later(plan, lambda: effect.seconds * random.lognormvariate(0.0, 1.0))


def reorder(plan: Plan, effect: Effect, video: Video) -> Plan:
    """Let the events change places, and hold each back for a while."""
    random, moments = _random(video, "reorder"), [planned.at for planned in plan]
    places = sorted(range(len(plan)), key=moments.__getitem__)
    turned = dict(zip(places, sorted(moments, reverse=True), strict=True))
    swapped = tuple(replace(planned, at=turned[number]) for number, planned in enumerate(plan))
    return swapped if len(plan) > 1 else _later(swapped, lambda: random.uniform(0.0, effect.seconds))


def burst(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Hold the events back to the end of the window they fall into."""
    window_s = max(effect.seconds, 0.001)
    return tuple(replace(planned, at=(planned.at // window_s + 1) * window_s) for planned in plan)


def early(plan: Plan, _effect: Effect, video: Video) -> Plan:
    """Send the events before the create call is answered."""
    return tuple(replace(planned, at=video.created_at) for planned in plan)


def caption(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Let the caption's event follow a success."""
    return plan + _followers(plan, "avatar_video_caption.success", effect.seconds)


def contradiction(plan: Plan, effect: Effect, _video: Video) -> Plan:
    """Let an untrue failure follow a success."""
    return plan + _followers(plan, FAIL, effect.seconds)


def forge(plan: Plan, effect: Effect, video: Video) -> Plan:
    """Let somebody claim an end half-way through the render."""
    event_type = FAIL if effect.word.endswith("fail") else SUCCESS
    about = About.FOREIGN if effect.word.startswith("foreign") else About.OWN
    return (*plan, PlannedEvent(event_type=event_type, at=_middle(video), forged=True, about=about))


def crossed(plan: Plan, _effect: Effect, video: Video) -> Plan:
    """Let a signed event come here that names another reel's video."""
    return (*plan, PlannedEvent(event_type=SUCCESS, at=_middle(video), about=About.OTHER))


def unknown_type(plan: Plan, _effect: Effect, _video: Video) -> Plan:
    """Let an event of an unknown type go before the others."""
    return plan + _followers(plan, UNKNOWN_TYPE, -A_MOMENT_S, every=True)


def unsubscribed(plan: Plan, _effect: Effect, _video: Video) -> Plan:
    """Let an event that nobody subscribed to follow."""
    followers = _followers(plan, "avatar_video_gif.success", A_MOMENT_S)
    return plan + tuple(replace(planned, uninvited=True) for planned in followers)


def _later(plan: Plan, seconds: Callable[[], float]) -> Plan:
    return tuple(replace(planned, at=planned.at + seconds()) for planned in plan)


def _followers(plan: Plan, event_type: str, after_s: float, *, every: bool = False) -> Plan:
    return tuple(
        replace(planned, event_type=event_type, at=planned.at + after_s)
        for planned in plan
        if (every or planned.event_type == SUCCESS) and planned.listed
    )


def _middle(video: Video) -> float:
    return video.created_at + video.fate.render_s / 2


def _random(video: Video, *keys: str) -> Random:
    return generator(video.ordinal, video.video_id, *keys)


HOOKS: dict[str, Hook] = {
    "webhook=drop": drop,
    "webhook=duplicate": duplicate,
    "webhook=spaced": spaced,
    "webhook=volley": volley,
    "webhook=delay": delay,
    "webhook=uniform": uniform,
    "webhook=lognormal": lognormal,
    "webhook=reorder": reorder,
    "webhook=burst": burst,
    "webhook=redelivered": redelivered,
    "webhook=early": early,
    "webhook=caption": caption,
    "outcome=contradiction": contradiction,
    "forge=success": forge,
    "forge=fail": forge,
    "forge=foreign-success": forge,
    "forge=foreign-fail": forge,
    "forge=crossed": crossed,
    "forge=replay": replayed,
    "event=unknown": unknown_type,
    "event=unsubscribed": unsubscribed,
}
