"""Bring events to their receivers: fan them out, attempt, sign, retry, and write each attempt down."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from fake_heygen.clock import SimClock
from fake_heygen.delivery import DROPPED, Delivery, Retry, acknowledged
from fake_heygen.event import Event
from fake_heygen.hooks.wire import Signing, choose_signing, told_payload
from fake_heygen.journal import Journal
from fake_heygen.links import Links
from fake_heygen.planning import PlannedEvent
from fake_heygen.sender import Reply, Sender
from fake_heygen.signature import sign, signature_headers
from fake_heygen.video import Video
from fake_heygen.views import event_data
from fake_heygen.world import World

BAD_SECRET = "whsec_00000000000000000000000000000000"  # noqa: S105  # a secret that is nobody's, for bad signatures
CONTENT_HEADERS = {"Content-Type": "application/json", "User-Agent": "HeyGen-Webhooks/1.0 (simulated)"}


class Deliverer:
    """Turn events into deliveries and deliveries into attempts."""

    def __init__(self, world: World, clock: SimClock, journal: Journal, sender: Sender, links: Links) -> None:
        self._world = world
        self._clock = clock
        self._journal = journal
        self._sender = sender
        self._links = links

    def happen(self, planned: PlannedEvent, video: Video, at: float) -> list[Delivery]:
        """Let a planned event happen: record it and address it to every receiver."""
        payload = told_payload(self._payload(planned.event_type, video, at), video.fate)
        event = self._record(planned.event_type, payload, video, at, listed=not planned.forged)
        signing = choose_signing(video.fate, self._world.scenario.signature_headers)
        if planned.forged:
            signing = replace(signing, key="bad")
        fault = " ".join(str(effect) for effect in video.fate.effects) or None
        deliveries = self._address(event, video, at, signing, fault, planned.copies)
        if planned.dropped:
            return [self._put(replace(delivery, state=DROPPED, next_at=None)) for delivery in deliveries]
        return deliveries

    def trigger(self, event_type: str, video: Video) -> list[Delivery]:
        """Let an event happen on demand, free of the video's faults."""
        at = self._clock.now()
        event = self._record(event_type, self._payload(event_type, video, at), video, at, listed=True)
        return self._address(event, video, at, Signing(headers=self._world.scenario.signature_headers), None, 1)

    async def attempt(self, delivery_id: str) -> None:
        """Attempt a delivery now, and plan the next attempt when it fails."""
        delivery = self._world.deliveries.get(delivery_id)
        if delivery is None:
            return
        async with self._sender.slot(delivery.url):
            await self._send(delivery)

    async def _send(self, delivery: Delivery) -> None:
        at, headers = self._clock.now(), self._headers(delivery)
        self._world.count(delivery.video_id, deliveries=1)
        reply = await self._sender.post(delivery.url, headers, delivery.body.encode())
        if delivery.delivery_id in self._world.deliveries:  # else the world was reset meanwhile
            self._note(self._settle(delivery.delivery_id, at, reply), at, headers, reply)

    def expects(self, delivery_id: str, at: float) -> bool:
        """Say whether an attempt that falls due at a moment is still wanted."""
        delivery = self._world.deliveries.get(delivery_id)
        return delivery is not None and delivery.next_at == at

    def _settle(self, delivery_id: str, at: float, reply: Reply) -> Delivery:
        delivery = self._world.deliveries[delivery_id]
        next_at = None if acknowledged(reply.status) else self._next_at(delivery, at)
        delivery = self._put(delivery.attempted(at=at, status=reply.status, error=reply.error, next_at=next_at))
        if next_at is not None:
            self._world.due.push(next_at, "attempt", delivery_id)
        return delivery

    def _next_at(self, delivery: Delivery, at: float) -> float | None:
        scenario = self._world.scenario
        retry = Retry(first_s=scenario.retry_first_s, factor=scenario.retry_factor, for_s=scenario.retry_for_s)
        first_at = at if delivery.first_at is None else delivery.first_at
        return retry.next_at(attempts=delivery.attempts + 1, first_at=first_at, now=self._clock.now())

    def _record(self, event_type: str, payload: dict[str, Any], video: Video, at: float, *, listed: bool) -> Event:
        event = Event(
            event_id="evt_" + self._world.name("event")[:32],
            event_type=event_type,
            event_data=json.dumps(payload, ensure_ascii=False),
            video_id=video.video_id,
            created_at=at,
            listed=listed,
        )
        return self._world.events.put(event.event_id, event)

    def _payload(self, event_type: str, video: Video, at: float) -> dict[str, Any]:
        return event_data(event_type, video, self._links.video(video.video_id, at))

    def _address(
        self, event: Event, video: Video, at: float, signing: Signing, fault: str | None, copies: int
    ) -> list[Delivery]:
        receivers: list[tuple[str, str | None]] = []
        if video.request.callback_url:
            receivers.append((video.request.callback_url, None))
        wanting = (endpoint for endpoint in self._world.endpoints if endpoint.wants(event.event_type))
        receivers += [(endpoint.url, endpoint.endpoint_id) for endpoint in wanting]
        return [
            self._put(self._delivery(event, url, endpoint_id, at, signing, fault))
            for url, endpoint_id in receivers
            for _ in range(copies)
        ]

    def _delivery(
        self, event: Event, url: str, endpoint_id: str | None, at: float, signing: Signing, fault: str | None
    ) -> Delivery:
        return Delivery(
            delivery_id="dlv_" + self._world.name("delivery")[:24],
            event_id=event.event_id,
            event_type=event.event_type,
            video_id=event.video_id,
            url=url,
            body=event.body(with_id=self._world.scenario.event_id_in_body),
            created_at=at,
            endpoint_id=endpoint_id,
            signing_key=signing.key,
            signing_headers=signing.headers,
            next_at=at,
            fault=fault,
        )

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        endpoint = self._world.endpoints.get(delivery.endpoint_id or "")
        if endpoint is None or delivery.signing_key == "none":
            return dict(CONTENT_HEADERS)
        secrets = {"current": endpoint.secret, "old": endpoint.old_secret or BAD_SECRET, "bad": BAD_SECRET}
        signature = sign(secrets[delivery.signing_key], delivery.body.encode())
        return CONTENT_HEADERS | signature_headers(
            delivery.signing_headers, signature, timestamp=int(self._clock.now()), event_id=delivery.event_id
        )

    def _put(self, delivery: Delivery) -> Delivery:
        return self._world.deliveries.put(delivery.delivery_id, delivery)

    def _note(self, delivery: Delivery, at: float, headers: dict[str, str], reply: Reply) -> None:
        answered = {"status": reply.status, "body": reply.body} if reply.status is not None else None
        self._journal.add(
            {
                "kind": "attempt",
                "at": at,
                "delivery_id": delivery.delivery_id,
                "event_id": delivery.event_id,
                "event_type": delivery.event_type,
                "video_id": delivery.video_id,
                "endpoint_id": delivery.endpoint_id,
                "url": delivery.url,
                "attempt": delivery.attempts,
                "request": {"headers": headers, "body": delivery.body},
                "response": answered,
                "error": reply.error,
                "fault": delivery.fault,
                "next_at": delivery.next_at,
            }
        )
