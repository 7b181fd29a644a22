"""The simulation: one world, its clock, its player and everything that acts on them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fake_heygen.clock import SimClock
from fake_heygen.creation import Creation
from fake_heygen.deliverer import Deliverer
from fake_heygen.delivery import Delivery
from fake_heygen.due import Due
from fake_heygen.journal import Journal
from fake_heygen.links import Links
from fake_heygen.planning import PlannedEvent
from fake_heygen.player import Player, Work
from fake_heygen.sender import Sender
from fake_heygen.video import Video
from fake_heygen.world import World


class Simulation:
    """Wire the parts together and let what falls due happen."""

    def __init__(self, world: World, clock: SimClock, sender: Sender, base_url: str) -> None:
        self.world = world
        self.clock = clock
        self.journal = Journal()
        self.links = Links(base_url, world.seed)
        self.deliverer = Deliverer(world, clock, self.journal, sender, self.links)
        self.creation = Creation(world, clock, self._happen_now)
        self.player = Player(clock, world.due, self.handle)
        self.sender = sender
        clock.on_change = self._clock_changed
        world.due.on_change = self.player.wake
        self._clock_changed()

    def handle(self, due: Due) -> Work | None:
        """Let one due thing happen; return what must go over the wire."""
        match due.kind:
            case "render_end":
                self._end_render(due.subject)
            case "event":
                self._happen(msgspec.json.decode(due.detail, type=PlannedEvent), due)
            case "forget_key":
                self.world.answers.drop(due.subject)
            case "attempt" if self.deliverer.expects(due.subject, due.at):
                return self.deliverer.attempt(due.subject)
        return None

    async def send_now(self, deliveries: Sequence[Delivery]) -> None:
        """Attempt deliveries at once, whatever the clock does."""
        for delivery in deliveries:
            await self.deliverer.attempt(delivery.delivery_id)

    def reset(self) -> None:
        """Forget everything but the scenario and the clock."""
        self.world.reset()
        self.journal.clear()
        self.creation.forget()
        self._clock_changed()

    def _end_render(self, video_id: str) -> None:
        self.world.rendering.discard(video_id)
        video = self.world.videos.get(video_id)
        if video and video.fate.failed and video.fate.refund:
            self.world.pay(-video.price)

    def _happen(self, planned: PlannedEvent, due: Due) -> None:
        video = self.world.videos.get(due.subject)
        if video is None:
            return
        for delivery in self.deliverer.happen(planned, video, due.at):
            if delivery.next_at is not None:
                self.world.due.push(delivery.next_at, "attempt", delivery.delivery_id)

    async def _happen_now(self, planned: PlannedEvent, video: Video) -> None:
        deliveries = self.deliverer.happen(planned, video, video.created_at)
        await self.send_now([delivery for delivery in deliveries if delivery.next_at is not None])

    def _clock_changed(self) -> None:
        self.world.remember_clock(self.clock.state)
        self.player.wake()
