from __future__ import annotations

from typing import Any

import httpx
import pytest

from core import catalogue
from core.catalogue import Avatar, Catalogue, Voice
from core.errors import HeyGenError
from tests.conftest import Build
from tests.factories import NOW, House

LOOK = {
    "id": "look_1",
    "name": "Ana",
    "gender": "female",
    "preview_image_url": "https://files.test/ana.jpg",
    "preferred_orientation": "portrait",
    "default_voice_id": "voice_1",
    "tags": ["new", 7],
}


@pytest.fixture
def house(build: Build) -> House:
    return build()


def test_before_it_was_fetched_there_is_nothing_to_choose(house: House) -> None:
    assert catalogue.read(house.store) == Catalogue()
    assert house.wire.requests == []


def test_what_was_fetched_is_kept_and_read_without_heygen(house: House) -> None:
    house.wire.looks = [LOOK]
    fetched = catalogue.refresh(house.store, house.client, NOW)
    asked = len(house.wire.requests)
    assert catalogue.read(house.store) == fetched
    assert len(house.wire.requests) == asked
    assert fetched.avatars == (
        Avatar(
            id="look_1",
            name="Ana",
            gender="female",
            preview_image_url="https://files.test/ana.jpg",
            orientation="portrait",
            default_voice_id="voice_1",
            tags=("new", "7"),
        ),
    )
    assert fetched.voices == (Voice(id="voice_1", name="Ana"),)
    assert fetched.fetched_at == NOW


@pytest.mark.parametrize("row", [{}, {"id": ""}, {"id": None}, {"name": "nameless"}])
def test_a_look_without_an_id_is_left_out(house: House, row: dict[str, Any]) -> None:
    house.wire.looks = [row, {"id": "look_2", "tags": "none", "name": None}]
    assert catalogue.refresh(house.store, house.client, NOW).avatars == (Avatar(id="look_2", name="look_2"),)


def test_when_heygen_does_not_answer_what_is_known_stays(house: House) -> None:
    known = catalogue.refresh(house.store, house.client, NOW)
    house.wire.always("GET /v3/voices", httpx.Response(503))
    with pytest.raises(HeyGenError):
        catalogue.refresh(house.store, house.client, NOW)
    assert catalogue.read(house.store) == known
