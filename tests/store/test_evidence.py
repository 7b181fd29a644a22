"""The torture's witness, which reads by SQL of its own, sees in both databases what is kept there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from core.models import ReelStatus
from tests.conftest import Build
from tests.factories import NOW, a_body, a_delivery, a_reel
from tests.torture import evidence


def witnessed(address: str) -> Path | str:
    return Path(address.removeprefix("sqlite:///")) if address.startswith("sqlite") else address


def test_the_witness_sees_reels_and_deliveries_as_they_are_kept(database: str, build: Build) -> None:
    house = build("hybrid")
    reel = house.stored(title="¡Hola!")
    body = a_body(video_id=reel.video_id, note="ñ \\ %s ?")
    house.store.deliveries.record([a_delivery(body, reel_id=reel.id, auth="token")])
    house.store.timeline.add(reel.id or 0, NOW, "note", why="¿?")
    house.store.facts.refuse("token", reel.id, NOW, 3)
    place = witnessed(database)
    [kept] = evidence.kept(place)
    assert (kept.id, kept.title, kept.status, kept.video_id) == (reel.id, "¡Hola!", "processing", reel.video_id)
    assert reel.script in kept.words
    assert [(entry.kind, entry.detail) for entry in kept.timeline] == [("note", {"why": "¿?"})]
    [recorded] = evidence.recorded(place)
    assert (recorded.reel_id, recorded.body, recorded.auth, recorded.waiting) == (reel.id, body, "token", True)
    assert evidence.refused(place) == 3
    stored = evidence.stored_bytes(place)
    assert b"\xc2\xa1Hola!" in stored
    assert body in stored


def test_the_witness_tells_who_is_in_doubt_and_lets_keys_age(database: str, build: Build) -> None:
    house = build("hybrid")
    waiting = house.processor.enqueue(a_reel())
    sent_at = NOW - timedelta(hours=1)
    house.store.reels.save(waiting, status=ReelStatus.PENDING, first_sent_at=sent_at, unsure=1)
    place = witnessed(database)
    assert evidence.in_doubt(place) == 1
    evidence.let_keys_age(place, 3600.0)
    assert house.store.reels.get(waiting.id or 0).first_sent_at == sent_at - timedelta(hours=1)
