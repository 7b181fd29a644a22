"""One account of the simulated HeyGen: its world, and what creates and delivers in it."""

from __future__ import annotations

from fake_heygen.addressing import Addressing
from fake_heygen.batches import Batches
from fake_heygen.clock import SimClock
from fake_heygen.creation import Creation
from fake_heygen.deliverer import Deliverer
from fake_heygen.delivery import Delivery
from fake_heygen.due import Due
from fake_heygen.happenings import Happenings
from fake_heygen.journal import Journal
from fake_heygen.links import Links
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
        self.happenings = Happenings(world, self.addressing, self.deliverer)
        self.creation = Creation(world, clock, self.happenings)
        self.batches = Batches(world, clock, self.creation)
        self.rate = Rate()
        self._clock = clock

    def handle(self, due: Due) -> Work | None:
        """Let one due thing happen; return what must go over the wire."""
        match due.kind:
            case "render_end":
                self._end_render(due)
            case "event":
                self.happenings.happen(due.detail, due.subject, due.at)
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
        return await self.happenings.on_demand(event_type, video, effects, self._clock.now())

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
            self.happenings.plan(self.addressing.announce("batch.finished", *finished, due.at))

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
