"""Tell everything that happened to a reel, each with what proves it: requests, bodies, and how to make them again.

Secrets are masked; the key stands as a variable of the shell.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from shlex import quote
from typing import Any, Final

from core.inspection import HIDDEN, SIGNATURES, as_text, curl
from core.models import Channel, Delivery, Reel, TimelineEntry
from core.store import DeliveryFilter, Store
from core.store.looks import Look

KEY: Final = '-H "X-Api-Key: $HEYGEN_API_KEY"'
SHOWN: Final = 4096
COPIED: Final = 16_384
DELIVERIES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Hold a request as it was made or came: its line, its headers without secrets, its body, and a curl of it."""

    request: str
    headers: Mapping[str, str]
    body: str = ""
    curl: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Hold one entry of a reel's timeline, its evidence, and the looks that it stands for."""

    entry: TimelineEntry
    evidence: Evidence | None = None
    looks: Sequence[Look] = field(default=())


def chronicle(store: Store, reel: Reel, heygen_url: str, receiver_url: str) -> list[Event]:
    """Return everything that happened to a reel in order of time; looks that follow one another stand together."""
    deliveries = {
        delivery.id: delivery for delivery in store.deliveries.page(DeliveryFilter(reel_id=reel.id), DELIVERIES)
    }
    events = [_event(reel, entry, deliveries, heygen_url, receiver_url) for entry in store.timeline.of(reel.id or 0)]
    swept = [_look(reel, look, heygen_url) for look in store.looks.of(reel.id or 0) if look.channel is Channel.POLL]
    return _together(sorted([*events, *swept], key=lambda event: event.entry.at))


def _event(
    reel: Reel, entry: TimelineEntry, deliveries: Mapping[int, Delivery], heygen_url: str, receiver_url: str
) -> Event:
    evidence = None
    if entry.kind == "sending" and isinstance(entry.detail.get("body"), Mapping):
        evidence = of_sending(reel, entry.detail, heygen_url)
    elif entry.kind == "webhook" and entry.detail.get("delivery_id") in deliveries:
        evidence = of_delivery(deliveries[entry.detail["delivery_id"]], receiver_url)
    elif entry.kind == "manual_check" and reel.video_id:
        evidence = of_look(reel.video_id, heygen_url)
    return Event(entry=entry, evidence=evidence)


def _look(reel: Reel, look: Look, heygen_url: str) -> Event:
    entry = TimelineEntry(at=look.at, kind="look", detail={"remote_status": look.raw_status})
    evidence = of_look(reel.video_id, heygen_url) if reel.video_id else None
    return Event(entry=entry, evidence=evidence, looks=(look,))


def _together(events: Sequence[Event]) -> list[Event]:
    """Join looks that follow one another and say the same."""
    joined: list[Event] = []
    for event in events:
        before = joined[-1] if joined else None
        if before and event.looks and before.looks and before.entry.detail == event.entry.detail:
            joined[-1] = Event(entry=before.entry, evidence=before.evidence, looks=(*before.looks, *event.looks))
        else:
            joined.append(event)
    return joined


def of_sending(reel: Reel, detail: Mapping[str, Any], heygen_url: str) -> Evidence:
    """Return the request that handed a reel to HeyGen; its words come from the reel."""
    body = {**detail["body"], **{key: text for key, text in (("title", reel.title), ("script", reel.script)) if text}}
    key = str(detail.get("key") or "")
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return Evidence(
        request="POST /v3/videos",
        headers={"X-Api-Key": HIDDEN, "Idempotency-Key": key, "Content-Type": "application/json"},
        body=text,
        curl=_lines(
            f"curl -X POST {quote(heygen_url + '/v3/videos')}",
            KEY,
            f"-H {quote(f'Idempotency-Key: {key}')}",
            "-H 'Content-Type: application/json'",
            f"--data-raw {quote(text)}",
        ),
    )


def of_look(video_id: str, heygen_url: str) -> Evidence:
    """Return the question for one video; sweeps ask for many at once."""
    path = f"/v3/videos/{video_id}"
    return Evidence(
        request=f"GET {path}", headers={"X-Api-Key": HIDDEN}, curl=_lines(f"curl {quote(heygen_url + path)}", KEY)
    )


def of_delivery(delivery: Delivery, receiver_url: str) -> Evidence:
    """Return a webhook as it came, and how to send it again to our receiver."""
    path = f"/webhooks/heygen/reel/{delivery.reel_id}/{HIDDEN}" if delivery.proof == "token" else "/webhooks/heygen"
    text = as_text(delivery.body)
    return Evidence(
        request=f"POST {path}",
        headers={name: HIDDEN if name in SIGNATURES else value for name, value in delivery.headers.items()},
        body=text if len(text) <= SHOWN else f"{text[:SHOWN]}\n… {len(text) - SHOWN}",
        curl=curl(delivery, receiver_url) if len(text) <= COPIED else "",
    )


def _lines(*parts: str) -> str:
    return " \\\n  ".join(parts)
