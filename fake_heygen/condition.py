"""A condition that a test waits for: so many deliveries, a state of a video, or nothing left to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fake_heygen.delivery import DELIVERED, PENDING, Delivery
from fake_heygen.errors import invalid
from fake_heygen.fields import Fields
from fake_heygen.world import World

STATES = ("processing", "completed", "failed", "ended")
KNOWN = ("deliveries", "acknowledged", "state", "idle", "video_id", "event_type", "timeout_s")
LONGEST_WAIT_S = 600.0
USUAL_WAIT_S = 10.0
MOST = 1e9
UNSEEN = ("forget_key",)  # nobody notices when a key is forgotten after a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must hold: every given part of it. `video_id` and `event_type` narrow what is counted."""

    deliveries: int | None = None
    acknowledged: int | None = None
    state: str | None = None
    idle: bool = False
    video_id: str | None = None
    event_type: str | None = None

    def seen(self, worlds: Sequence[World], now: float) -> dict[str, Any]:
        """Return what stands now of the parts that were given."""
        seen: dict[str, Any] = {}
        if self.deliveries is not None:
            seen["deliveries"] = self._count(worlds, lambda delivery: delivery.attempts)
        if self.acknowledged is not None:
            seen["acknowledged"] = self._count(worlds, lambda delivery: int(delivery.state == DELIVERED))
        if self.state is not None:
            seen["states"] = self._states(worlds, now)
        if self.idle:
            ahead = sum(due.kind not in UNSEEN for world in worlds for due in world.due.ahead())
            seen["due"] = ahead + sum(delivery.state == PENDING for world in worlds for delivery in world.deliveries)
        return seen

    def met(self, seen: dict[str, Any]) -> bool:
        """Say whether what was seen is enough."""
        return (
            (self.deliveries is None or seen["deliveries"] >= self.deliveries)
            and (self.acknowledged is None or seen["acknowledged"] >= self.acknowledged)
            and (self.state is None or self._reached(seen["states"]))
            and (not self.idle or seen["due"] == 0)
        )

    def _count(self, worlds: Sequence[World], worth: Callable[[Delivery], int]) -> int:
        return sum(
            worth(delivery)
            for world in worlds
            for delivery in world.deliveries
            if self.video_id in (None, delivery.video_id) and self.event_type in (None, delivery.event_type)
        )

    def _states(self, worlds: Sequence[World], now: float) -> dict[str, int]:
        ledger = (row for world in worlds for row in world.ledger)
        rows = [row.view(now) for row in ledger if self.video_id in (None, row.video_id)]
        states: dict[str, int] = {}
        for row in rows:
            state = str(row["outcome"] or "processing")
            states[state] = states.get(state, 0) + 1
        return states

    def _reached(self, states: dict[str, int]) -> bool:
        wanted = ("completed", "failed") if self.state == "ended" else (self.state,)
        return bool(states) and all(state in wanted for state in states)


def read_condition(body: dict[str, object]) -> tuple[Condition, float]:
    """Read the condition and the real seconds that it may take."""
    if unknown := [key for key in body if key not in KNOWN]:
        raise invalid(unknown[0], f"unknown key {unknown[0]!r}; known: {', '.join(KNOWN)}")
    fields, idle = Fields(body), body.get("idle")
    if idle not in (None, True, False):
        raise invalid("idle", "idle must be true or false")
    condition = Condition(
        deliveries=_count(fields, "deliveries"),
        acknowledged=_count(fields, "acknowledged"),
        state=fields.choice("state", STATES),
        idle=idle is True,
        video_id=fields.text("video_id"),
        event_type=fields.text("event_type"),
    )
    if condition in (Condition(), Condition(video_id=condition.video_id, event_type=condition.event_type)):
        raise invalid("wait", "give one or more of: deliveries, acknowledged, state, idle")
    return condition, fields.number("timeout_s", 0.0, LONGEST_WAIT_S, USUAL_WAIT_S)


def _count(fields: Fields, key: str) -> int | None:
    return int(fields.number(key, 0.0, MOST, 0.0)) if fields.given(key) else None
