"""How planned events happen: at their moment, at once, or on demand."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fake_heygen.addressing import Addressing
from fake_heygen.deliverer import Deliverer
from fake_heygen.delivery import Delivery
from fake_heygen.hooks.schedule import plan_on_demand
from fake_heygen.planning import Plan, PlannedEvent
from fake_heygen.video import Video
from fake_heygen.vocabulary import Effect
from fake_heygen.world import World


class Happenings:
    """Let the events of one account happen."""

    def __init__(self, world: World, addressing: Addressing, deliverer: Deliverer) -> None:
        self._world = world
        self._addressing = addressing
        self._deliverer = deliverer

    async def begin(self, plan: Plan, video: Video, now: float) -> list[Delivery]:
        """Let a plan's events happen that are due, and expect the others; return what was sent at once."""
        sent: list[Delivery] = []
        for planned in plan:
            if planned.at <= now:
                sent += await self._at_once(planned, video, now)
            else:
                detail = msgspec.json.encode(planned).decode()
                self._world.due.push(planned.at, "event", video.video_id, detail)
        return sent

    async def on_demand(self, event_type: str, video: Video, effects: tuple[Effect, ...], now: float) -> list[Delivery]:
        """Let an event happen now, struck by these faults, whatever the clock does; return what was sent."""
        return await self.begin(plan_on_demand(event_type, video, effects, now), video, now)

    def happen(self, detail: str, video_id: str, at: float) -> None:
        """Let an expected event happen."""
        planned, video = msgspec.json.decode(detail, type=PlannedEvent), self._world.videos.get(video_id)
        if video is None:
            return
        deliveries = self._addressing.happen(planned, video, at)
        if planned.volley and deliveries:
            self._world.due.push(at, "volley", ",".join(delivery.delivery_id for delivery in deliveries))
        else:
            self.plan(deliveries)

    def plan(self, deliveries: Sequence[Delivery]) -> None:
        """Let deliveries be attempted at their moments."""
        for delivery in deliveries:
            if delivery.next_at is not None:
                self._world.due.push(delivery.next_at, "attempt", delivery.delivery_id)

    async def _at_once(self, planned: PlannedEvent, video: Video, now: float) -> list[Delivery]:
        deliveries = self._addressing.happen(planned, video, now)
        self.plan([delivery for delivery in deliveries if delivery.next_at != now])
        at_once = [delivery for delivery in deliveries if delivery.next_at == now]
        if planned.volley:
            await self._deliverer.volley([delivery.delivery_id for delivery in at_once])
            return at_once
        for delivery in at_once:
            await self._deliverer.attempt(delivery.delivery_id)
        return at_once
