"""Bring deliveries to their receivers: attempt, retry, and write each attempt down."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fake_heygen.clock import SimClock
from fake_heygen.delivery import Delivery, acknowledged
from fake_heygen.envelope import Envelope, seal
from fake_heygen.hooks.endpoint import disabled_after
from fake_heygen.hooks.retry import choose_retry
from fake_heygen.journal import Journal, readable, told
from fake_heygen.sender import Reply, Sender
from fake_heygen.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One attempt that was on the wire, and what came of it."""

    delivery_id: str
    at: float
    envelope: Envelope
    reply: Reply


class Deliverer:
    """Make the attempts of one account's deliveries."""

    def __init__(self, world: World, clock: SimClock, journal: Journal, sender: Sender) -> None:
        self._world = world
        self._clock = clock
        self._journal = journal
        self._sender = sender

    async def attempt(self, delivery_id: str) -> None:
        """Attempt a delivery now, and plan the next attempt when it fails."""
        delivery = self._world.deliveries.get(delivery_id)
        if delivery is not None:
            self._conclude(await self._send(delivery))

    async def volley(self, delivery_ids: Sequence[str]) -> None:
        """Attempt deliveries at the same moment, each on a connection of its own; they are noted in their order."""
        found = (self._world.deliveries.get(delivery_id) for delivery_id in delivery_ids)
        for sent in await asyncio.gather(*(self._send(delivery) for delivery in found if delivery)):
            self._conclude(sent)

    def awaits(self, delivery_id: str, at: float) -> bool:
        """Say whether an attempt that is due at a moment was not overtaken by another, such as a resend."""
        delivery = self._world.deliveries.get(delivery_id)
        return delivery is not None and delivery.next_at == at

    def expects(self, delivery_id: str, at: float) -> bool:
        """Say whether an attempt that falls due at a moment is still wanted; it is given up where nobody listens."""
        if not self.awaits(delivery_id, at):
            return False
        delivery = self._world.deliveries[delivery_id]
        endpoint = self._world.endpoints.get(delivery.endpoint_id or "")
        if endpoint is None or endpoint.enabled:
            return True
        self._put(delivery.abandoned("the endpoint is disabled"))
        return False

    def postpone(self, delivery_id: str, moment: float) -> None:
        """Make an attempt wait."""
        self._put(replace(self._world.deliveries[delivery_id], next_at=moment))
        self._world.due.push(moment, "attempt", delivery_id)

    async def _send(self, delivery: Delivery) -> Sent:
        async with self._sender.slot(delivery.url):
            at = self._clock.now()
            envelope = seal(delivery, self._world.endpoints.get(delivery.endpoint_id or ""), at)
            self._world.count(delivery.video_id, deliveries=1)
            reply = await self._sender.post(delivery.url, envelope.headers, envelope.body, envelope.manner)
        return Sent(delivery_id=delivery.delivery_id, at=at, envelope=envelope, reply=reply)

    def _conclude(self, sent: Sent) -> None:
        if sent.delivery_id not in self._world.deliveries:
            return  # the world was reset meanwhile
        settled = self._settle(sent.delivery_id, sent.at, sent.reply)
        self._count_failures(settled, sent.reply)
        self._world.forget_old_deliveries()
        self._note(settled, sent.at, sent.envelope, sent.reply)

    def _settle(self, delivery_id: str, at: float, reply: Reply) -> Delivery:
        delivery = self._world.deliveries[delivery_id]
        retry = choose_retry(delivery.effects, self._world.scenario.retry)
        first_at = at if delivery.first_at is None else delivery.first_at
        attempts = delivery.attempts + 1
        heard = acknowledged(reply.status) and attempts > retry.unheard
        next_at = None if heard else retry.next_at(attempts=attempts, first_at=first_at, now=self._clock.now())
        delivery = self._put(
            delivery.attempted(at=at, status=reply.status, error=reply.error, next_at=next_at, unheard=retry.unheard)
        )
        if next_at is not None:
            self._world.due.push(next_at, "attempt", delivery_id)
        return delivery

    def _count_failures(self, delivery: Delivery, reply: Reply) -> None:
        endpoint = self._world.endpoints.get(delivery.endpoint_id or "")
        if endpoint is None:
            return
        failures = 0 if acknowledged(reply.status) else endpoint.failures + 1
        most = disabled_after(delivery.effects, self._world.scenario.disable_after)
        enabled = endpoint.enabled and (most is None or failures < most)
        if (failures, enabled) != (endpoint.failures, endpoint.enabled):
            self._world.endpoints.put(endpoint.endpoint_id, replace(endpoint, failures=failures, enabled=enabled))

    def _put(self, delivery: Delivery) -> Delivery:
        return self._world.deliveries.put(delivery.delivery_id, delivery)

    def _note(self, delivery: Delivery, at: float, envelope: Envelope, reply: Reply) -> None:
        answered = (
            {"status": reply.status, "headers": told(reply.headers), "body": reply.body} if reply.status else None
        )
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
                "request": {"headers": envelope.readable_headers(), "body": readable(envelope.body)},
                "response": answered,
                "error": reply.error,
                "fault": delivery.fault,
                "next_at": delivery.next_at,
                "account": self._world.account,
            }
        )
