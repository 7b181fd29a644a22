"""Address an event to its receivers: the video's callback_url and the endpoints that want it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from fake_heygen.delivery import DROPPED, PENDING, Delivery
from fake_heygen.event import Event
from fake_heygen.hooks.files import link_life_s
from fake_heygen.hooks.payload import told_payload
from fake_heygen.hooks.signing import choose_signing
from fake_heygen.links import Links
from fake_heygen.planning import About, PlannedEvent
from fake_heygen.video import Video
from fake_heygen.views import event_data
from fake_heygen.vocabulary import Effect
from fake_heygen.world import World


class Addressing:
    """Turn events into deliveries."""

    def __init__(self, world: World, links: Links) -> None:
        self._world = world
        self.links = links

    def happen(self, planned: PlannedEvent, video: Video, at: float) -> list[Delivery]:
        """Let a planned event happen: record it and address it to every receiver; return what is to be sent."""
        payload = told_payload(self._payload(planned.event_type, video, at), planned.struck_by(video))
        event = self._record(planned.event_type, payload | self._claim(planned, video), video, at, planned.listed)
        deliveries = [
            self._delivery(event, receiver, planned, planned.struck_by(video), moment, stamped_at)
            for receiver in self._receivers(event, video, uninvited=planned.uninvited)
            for moment, stamped_at in _moments(planned, at)
        ]
        return [] if planned.dropped else deliveries

    def announce(self, event_type: str, data: dict[str, Any], callback_url: str | None, at: float) -> list[Delivery]:
        """Let an event happen that is about no single video."""
        event = self._put_event(event_type, data, "", at, True)
        planned = PlannedEvent(event_type=event_type, at=at)
        return [
            self._delivery(event, receiver, planned, (), at, None)
            for receiver in self._addresses(event_type, callback_url, uninvited=False)
        ]

    def _payload(self, event_type: str, video: Video, at: float) -> dict[str, Any]:
        kind = video.request.output_format
        link = self.links.video(video.video_id, at, link_life_s(video, at), suffix=kind)
        return event_data(event_type, video, link, self.links)

    def _claim(self, planned: PlannedEvent, video: Video) -> dict[str, Any]:
        """Return what an event says that names another video than its own."""
        if planned.about is About.OWN:
            return {}
        others = (other for other in self._world.videos.newest() if other.video_id != video.video_id)
        other = next(others, None) if planned.about is About.OTHER else None
        nobodys = hashlib.sha256(f"foreign:{video.video_id}".encode()).hexdigest()[:32]
        return {
            "video_id": other.video_id if other else nobodys,
            "callback_id": other.request.callback_id if other else None,
        }

    def _record(self, event_type: str, payload: dict[str, Any], video: Video, at: float, listed: bool) -> Event:
        return self._put_event(event_type, payload, video.video_id, at, listed)

    def _put_event(self, event_type: str, payload: dict[str, Any], video_id: str, at: float, listed: bool) -> Event:
        event = Event(
            event_id="evt_" + self._world.name("event")[:32],
            event_type=event_type,
            event_data=json.dumps(payload, ensure_ascii=False),
            video_id=video_id,
            created_at=at,
            listed=listed,
        )
        return self._world.events.put(event.event_id, event)

    def _receivers(self, event: Event, video: Video, *, uninvited: bool) -> list[tuple[str, str | None]]:
        return self._addresses(event.event_type, video.request.callback_url, uninvited=uninvited)

    def _addresses(self, event_type: str, callback_url: str | None, *, uninvited: bool) -> list[tuple[str, str | None]]:
        endpoints = (
            endpoint
            for endpoint in self._world.endpoints
            if endpoint.enabled and (uninvited or endpoint.wants(event_type))
        )
        own: list[tuple[str, str | None]] = [(callback_url, None)] if callback_url else []
        return own + [(endpoint.url, endpoint.endpoint_id) for endpoint in endpoints]

    def _delivery(
        self,
        event: Event,
        receiver: tuple[str, str | None],
        planned: PlannedEvent,
        effects: tuple[Effect, ...],
        at: float,
        stamped_at: float | None,
    ) -> Delivery:
        signing = choose_signing(effects, self._world.scenario.signature_headers)
        delivery = Delivery(
            delivery_id="dlv_" + self._world.name("delivery")[:24],
            event_id=event.event_id,
            event_type=event.event_type,
            video_id=event.video_id,
            url=receiver[0],
            body=event.body(with_id=self._world.scenario.event_id_in_body),
            created_at=event.created_at,
            endpoint_id=receiver[1],
            signing_key="wrong" if planned.forged else signing.key,
            signing_headers=signing.headers,
            effects=effects,
            forged=planned.forged,
            stamped_at=stamped_at,
            state=DROPPED if planned.dropped else PENDING,
            next_at=None if planned.dropped else at,
            fault=" ".join(str(effect) for effect in effects) or None,
        )
        return self._world.deliveries.put(delivery.delivery_id, delivery)


def _moments(planned: PlannedEvent, at: float) -> Iterator[tuple[float, float | None]]:
    """Yield when each copy is sent, and the moment that its timestamp claims."""
    yield from ((at + number * planned.gap_s, None) for number in range(planned.copies))
    if planned.again_s is not None:
        yield at + planned.again_s, None
    if planned.replay_s is not None:
        yield at + planned.replay_s, at
