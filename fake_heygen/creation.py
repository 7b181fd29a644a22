"""Create videos: once per idempotency key, within the concurrency limit, paid from the wallet."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from fake_heygen.clock import SimClock
from fake_heygen.errors import ApiError, invalid
from fake_heygen.fate import Fate
from fake_heygen.happenings import Happenings
from fake_heygen.hooks.create_answer import HTML_PAGE, RETIRING, WARNING, CreateAnswer, plan_answer
from fake_heygen.hooks.schedule import plan_events
from fake_heygen.hooks.spells import cast_spells
from fake_heygen.idempotency import Keys, read_key
from fake_heygen.ledger import LedgerRow
from fake_heygen.magic import split_script
from fake_heygen.manner import AS_IT_SHOULD, Manner
from fake_heygen.media.timeline import film_seconds
from fake_heygen.order import Order, read_object, read_order
from fake_heygen.refusals import Refusals
from fake_heygen.scenario import Candidate, draw_fate
from fake_heygen.turns import Turns, identity_of
from fake_heygen.video import Video
from fake_heygen.vocabulary import VocabularyError
from fake_heygen.world import World

FAULT_RETRY_AFTER_S = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it goes out, perhaps after being held for some real seconds, perhaps sent badly."""

    body: str
    status: int = 200
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    hold_s: float = 0.0
    manner: Manner = AS_IT_SHOULD


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a batch a video stands."""

    batch_id: str
    item_index: int


class Creation:
    """Handle the creation of videos in one account."""

    def __init__(self, world: World, clock: SimClock, happenings: Happenings) -> None:
        self.keys = Keys(world, clock)
        self._world = world
        self._clock = clock
        self._happenings = happenings
        self._refusals = Refusals(clock)
        self._turns = Turns(world)

    async def create(self, raw: bytes, key_header: str | None) -> Answer:
        """Answer a create call; a known key is given its first answer again."""
        key = read_key(key_header)
        if kept := self.keys.known(key):
            return Answer(status=kept.status, body=kept.told(raw))
        with self.keys.busy(key):
            order = read_order(read_object(raw), self._world.assets, strict=self._world.scenario.strict)
            video, answer = await self._order(order, key)
            data = {"video_id": video.video_id, "status": "waiting", "output_format": video.request.output_format}
            body = json.dumps({"data": data}, separators=(",", ":"))
            self.keys.remember(key, raw, body)
            await self._begin(video)
            return _disguise(answer, body)

    async def create_item(self, body: Mapping[str, object], place: Place) -> Video:
        """Create a video of a batch, whose answer cannot be spoilt."""
        order = read_order(body, self._world.assets, strict=self._world.scenario.strict)
        video, _ = await self._order(order, None, place)
        await self._begin(video)
        return video

    def forget(self) -> None:
        """Forget which calls were refused already."""
        self._refusals.forget()
        self._turns.forget()

    async def _order(self, order: Order, key: str | None, place: Place | None = None) -> tuple[Video, CreateAnswer]:
        try:
            spoken, effects = split_script(order.request.script)
        except VocabularyError as error:
            raise invalid("script", f"magic words: {error}") from error
        identity = identity_of(order)
        candidate = _candidate(order, spoken, self._turns.of(identity))
        fate = draw_fate(self._world.scenario, candidate, self._world.seed, effects)
        answer = plan_answer(fate, FAULT_RETRY_AFTER_S)
        self._refusals.refuse(answer, identity)
        if answer.work_s:
            await asyncio.sleep(answer.work_s)
        price = self._world.scenario.price_per_s * film_seconds(spoken, order.request.voice.speed)
        self._refuse_excess(price, in_batch=place is not None)
        self._turns.taken(identity)
        return self._accept(order, candidate, fate, key, price, place), answer

    def _refuse_excess(self, price: float, *, in_batch: bool) -> None:
        scenario = self._world.scenario
        if len(self._world.rendering) >= scenario.concurrency and not in_batch:
            hint = {} if scenario.retry_after_s is None else {"Retry-After": str(scenario.retry_after_s)}
            message = f"At most {scenario.concurrency} videos may be in progress at once"
            raise ApiError("rate_limit_exceeded", message, headers=hint)
        if not self._world.wallet.pays(price):
            raise ApiError("insufficient_credit", "Insufficient credit. Add funds to your wallet.")

    def _accept(
        self, order: Order, candidate: Candidate, fate: Fate, key: str | None, price: float, place: Place | None
    ) -> Video:
        spoken = candidate.script
        video = Video(
            video_id=self._world.name("video")[:32],
            ordinal=candidate.ordinal,
            request=order.request,
            spoken=spoken,
            voice_id=order.voice_id,
            fate=fate,
            created_at=self._clock.now(),
            duration_s=film_seconds(spoken, order.request.voice.speed),
            price=price,
            idempotency_key=key,
            batch_id=place.batch_id if place else None,
            item_index=place.item_index if place else None,
        )
        self._world.videos.put(video.video_id, video)
        self._world.ledger.put(video.video_id, LedgerRow.of(video))
        self._world.rendering.add(video.video_id)
        self._world.pay(price)
        return video

    async def _begin(self, video: Video) -> None:
        self._world.cast(cast_spells(video))
        self._world.due.push(video.ends_at, "render_end", video.video_id)
        await self._happenings.begin(plan_events(video), video, video.created_at)


def _candidate(order: Order, spoken: str, ordinal: int) -> Candidate:
    request = order.request
    return Candidate(
        title=request.title or "",
        script=spoken,
        avatar=request.avatar_id,
        callback=request.callback_url or "",
        ordinal=ordinal,
    )


def _disguise(answer: CreateAnswer, body: str) -> Answer:
    if answer.in_progress:
        error = ApiError("request_in_progress", "A request with this Idempotency-Key is still in progress")
        return Answer(status=error.status, body=json.dumps(error.envelope()), manner=answer.manner)
    if answer.html:
        return Answer(body=HTML_PAGE, media_type="text/html", manner=answer.manner)
    if answer.warned:
        body = json.dumps(json.loads(body) | {"warning": WARNING}, separators=(",", ":"))
    return Answer(
        body=body[: len(body) // 2] if answer.cut else body,
        headers=RETIRING if answer.warned else {},
        hold_s=answer.hold_s,
        manner=answer.manner,
    )
