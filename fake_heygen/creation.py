"""Create videos: once per idempotency key, within the concurrency limit, paid from the wallet."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec

from fake_heygen.clock import SimClock
from fake_heygen.errors import ApiError, invalid
from fake_heygen.fate import Fate
from fake_heygen.hooks.create_answer import HTML_PAGE, CreateAnswer, plan_answer
from fake_heygen.hooks.schedule import plan_events
from fake_heygen.idempotency import KEPT_S, RememberedAnswer, read_key
from fake_heygen.ledger import LedgerRow
from fake_heygen.magic import split_script
from fake_heygen.media.timeline import film_seconds
from fake_heygen.order import Order, read_order
from fake_heygen.planning import PlannedEvent
from fake_heygen.scenario import Candidate, draw_fate
from fake_heygen.video import Video
from fake_heygen.vocabulary import VocabularyError
from fake_heygen.world import World

FAULT_RETRY_AFTER_S = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it goes out, perhaps after being held for some real seconds."""

    body: str
    status: int = 200
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    hold_s: float = 0.0


class Creation:
    """Handle POST /v3/videos."""

    def __init__(
        self, world: World, clock: SimClock, happen_now: Callable[[PlannedEvent, Video], Awaitable[None]]
    ) -> None:
        self._world = world
        self._clock = clock
        self._happen_now = happen_now
        self._busy: set[str] = set()
        self._tries: Counter[str] = Counter()

    async def create(self, raw: bytes, key_header: str | None) -> Answer:
        """Answer a create call; a known key is given its first answer again."""
        key = read_key(key_header)
        if key is None:
            return await self._first(raw, None)
        if kept := self._remembered(key):
            return Answer(status=kept.status, body=kept.body)
        if key in self._busy:
            raise ApiError("request_in_progress", "A request with this Idempotency-Key is still in progress")
        self._busy.add(key)
        try:
            return await self._first(raw, key)
        finally:
            self._busy.discard(key)

    def forget(self) -> None:
        """Forget which calls were refused already."""
        self._tries.clear()

    async def _first(self, raw: bytes, key: str | None) -> Answer:
        order = read_order(raw)
        try:
            spoken, effects = split_script(order.request.script)
        except VocabularyError as error:
            raise invalid("script", f"magic words: {error}") from error
        candidate = _candidate(order, spoken, self._world.next_ordinal())
        fate = draw_fate(self._world.scenario, candidate, self._world.seed, effects)
        answer = plan_answer(fate, FAULT_RETRY_AFTER_S)
        self._refuse_first_tries(answer, _identity(order))
        if answer.work_s:
            await asyncio.sleep(answer.work_s)
        price = self._price(order, spoken)
        self._refuse_excess(price)
        video = self._accept(order, spoken, fate, key, price)
        body = self._remember(video, key)
        await self._begin(video)
        return _disguise(answer, body)

    def _remembered(self, key: str) -> RememberedAnswer | None:
        kept = self._world.answers.get(key)
        return kept if kept and kept.valid(self._clock.now()) else None

    def _refuse_first_tries(self, answer: CreateAnswer, identity: str) -> None:
        if answer.refusal is None:
            return
        if self._tries[identity] < answer.refusals:
            self._tries[identity] += 1
            raise answer.refusal
        del self._tries[identity]

    def _price(self, order: Order, spoken: str) -> float:
        return self._world.scenario.price_per_s * film_seconds(spoken, order.request.voice.speed)

    def _refuse_excess(self, price: float) -> None:
        scenario = self._world.scenario
        if len(self._world.rendering) >= scenario.concurrency:
            hint = {} if scenario.retry_after_s is None else {"Retry-After": str(scenario.retry_after_s)}
            message = f"At most {scenario.concurrency} videos may be in progress at once"
            raise ApiError("rate_limit_exceeded", message, headers=hint)
        if not self._world.wallet.pays(price):
            raise ApiError("insufficient_credit", "Insufficient credit. Add funds to your wallet.")

    def _accept(self, order: Order, spoken: str, fate: Fate, key: str | None, price: float) -> Video:
        ordinal = self._world.next_ordinal()
        video = Video(
            video_id=self._world.name("video")[:32],
            ordinal=ordinal,
            request=order.request,
            spoken=spoken,
            voice_id=order.voice_id,
            fate=fate,
            created_at=self._clock.now(),
            duration_s=film_seconds(spoken, order.request.voice.speed),
            price=price,
            idempotency_key=key,
        )
        self._world.videos.put(video.video_id, video)
        self._world.ledger.put(video.video_id, LedgerRow.of(video))
        self._world.rendering.add(video.video_id)
        self._world.pay(price)
        return video

    def _remember(self, video: Video, key: str | None) -> str:
        data = {"video_id": video.video_id, "status": "waiting", "output_format": video.request.output_format}
        body = json.dumps({"data": data}, separators=(",", ":"))
        if key is not None:
            answer = RememberedAnswer(key=key, at=video.created_at, status=200, body=body)
            self._world.answers.put(key, answer)
            self._world.due.push(video.created_at + KEPT_S, "forget_key", key)
        return body

    async def _begin(self, video: Video) -> None:
        self._world.due.push(video.ends_at, "render_end", video.video_id)
        for planned in plan_events(video):
            if planned.at <= video.created_at:
                await self._happen_now(planned, video)
            else:
                detail = msgspec.json.encode(planned).decode()
                self._world.due.push(planned.at, "event", video.video_id, detail)


def _identity(order: Order) -> str:
    """Tell orders apart by what is ordered: after a refusal a client may take a new key and a new address."""
    request = order.request
    return hashlib.sha256(repr((request.title, request.script, request.avatar_id)).encode()).hexdigest()


def _candidate(order: Order, spoken: str, ordinal: int) -> Candidate:
    request = order.request
    return Candidate(title=request.title or "", script=spoken, avatar=request.avatar_id, ordinal=ordinal)


def _disguise(answer: CreateAnswer, body: str) -> Answer:
    if answer.in_progress:
        error = ApiError("request_in_progress", "A request with this Idempotency-Key is still in progress")
        return Answer(status=error.status, body=json.dumps(error.envelope()))
    if answer.html:
        return Answer(body=HTML_PAGE, media_type="text/html")
    return Answer(body=body[: len(body) // 2] if answer.cut else body, hold_s=answer.hold_s)
