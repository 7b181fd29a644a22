"""One account of the simulated HeyGen: its world, and what creates and delivers in it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fake_heygen.addressing import Addressing
from fake_heygen.batches import Batches
from fake_heygen.clock import SimClock
from fake_heygen.creation import Creation
from fake_heygen.deliverer import Deliverer
from fake_heygen.delivery import Delivery
from fake_heygen.due import Due
from fake_heygen.hooks.schedule import plan_on_demand
from fake_heygen.journal import Journal
from fake_heygen.links import Links
from fake_heygen.planning import PlannedEvent
from fake_heygen.player import Work
from fake_heygen.rate import Rate
from fake_heygen.sender import Sender
from fake_heygen.video import Video
from fake_heygen.vocabulary import Effect
from fake_heygen.world import World


class Account:
    """Let what falls due happen to one account."""

    def __init__(self, world: World, clock: SimClock, journal: Journal, sender: Sender, links: Links) -> None:
        self.world = world
        self.deliverer = Deliverer(world, clock, journal, sender)
        self.addressing = Addressing(world, links)
        self.creation = Creation(world, clock, self)
        self.batches = Batches(world, clock, self.creation)
        self.rate = Rate()
        self._clock = clock

    def handle(self, due: Due) -> Work | None:
        """Let one due thing happen; return what must go over the wire."""
        match due.kind:
            case "render_end":
                self._end_render(due)
            case "event":
                self._happen(msgspec.json.decode(due.detail, type=PlannedEvent), due)
            case "forget_key":
                self.world.answers.drop(due.subject)
            case "batch_end":
                self._end_batch(due)
            case "attempt" if self.deliverer.expects(due.subject, due.at):
                return self._leave(due)
            case "volley":
                return self._leave(due)
        return None

    async def trigger(self, event_type: str, video: Video, effects: tuple[Effect, ...] = ()) -> list[Delivery]:
        """Let an event of a video happen now, struck by some faults, whatever the clock does; return what was sent."""
        now, sent = self._clock.now(), list[Delivery]()
        for planned in plan_on_demand(event_type, video, effects, now):
            if planned.at <= now:
                sent += await self._happen_now(planned, video, now)
            else:
                self.expect(planned, video)
        return sent

    def expect(self, planned: PlannedEvent, video: Video) -> None:
        """Let an event happen when its moment comes."""
        self.world.due.push(planned.at, "event", video.video_id, msgspec.json.encode(planned).decode())

    async def send_now(self, deliveries: Sequence[Delivery]) -> None:
        """Attempt deliveries at once, whatever the clock does."""
        for delivery in deliveries:
            await self.deliverer.attempt(delivery.delivery_id)

    def forget(self) -> None:
        """Forget everything but the scenario."""
        self.world.reset()
        self.creation.forget()
        self.rate.forget()

    def _end_render(self, due: Due) -> None:
        self.world.rendering.discard(due.subject)
        video = self.world.videos.get(due.subject)
        if video and video.fate.failed and video.fate.refund:
            self.world.pay(-video.price)

    def _end_batch(self, due: Due) -> None:
        if finished := self.batches.finished(due.subject):
            self._plan(self.addressing.announce("batch.finished", *finished, due.at))

    def _happen(self, planned: PlannedEvent, due: Due) -> None:
        video = self.world.videos.get(due.subject)
        if video is None:
            return
        deliveries = self.addressing.happen(planned, video, due.at)
        if planned.volley and deliveries:
            self.world.due.push(due.at, "volley", ",".join(delivery.delivery_id for delivery in deliveries))
        else:
            self._plan(deliveries)

    async def _happen_now(self, planned: PlannedEvent, video: Video, now: float) -> list[Delivery]:
        deliveries = self.addressing.happen(planned, video, now)
        self._plan([delivery for delivery in deliveries if delivery.next_at != now])
        at_once = [delivery for delivery in deliveries if delivery.next_at == now]
        if planned.volley:
            await self.deliverer.volley([delivery.delivery_id for delivery in at_once])
        else:
            await self.send_now(at_once)
        return at_once

    def _plan(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            if delivery.next_at is not None:
                self.world.due.push(delivery.next_at, "attempt", delivery.delivery_id)

    def _leave(self, due: Due) -> Work | None:
        """Return the work of an attempt; during an outage it waits for the outage's end."""
        outage = self.world.spell("webhooks", due.at)
        if outage is None:
            ids = due.subject.split(",")
            return self.deliverer.volley(ids) if due.kind == "volley" else self.deliverer.attempt(due.subject)
        if due.kind == "volley":
            self.world.due.push(outage.ends_at, "volley", due.subject)
        else:
            self.deliverer.postpone(due.subject, outage.ends_at)
        return None
