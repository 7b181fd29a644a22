from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from core import endpoint
from core.errors import BadAnswer, HeyGenError, Refused
from core.product import Product
from core.reconcile import EVERY_S, Reconciler
from core.secret_file import SecretFile
from tests.conftest import Build
from tests.factories import NOW, PUBLIC, House, refusal

ROUTE = "/v3/webhooks/endpoints"
URL = f"{PUBLIC}/webhooks/heygen"
EVENTS = "GET /v3/webhooks/events"


class Endpoints:
    """Be HeyGen's side of the account's endpoints."""

    def __init__(self, house: House) -> None:
        self.rows: list[dict[str, Any]] = []
        self.rotations = 0
        house.wire.always(f"GET {ROUTE}", lambda _request: httpx.Response(200, json={"data": self.rows}))
        house.wire.always(f"POST {ROUTE}", self._create)
        house.wire.always(f"POST {ROUTE}/{{id}}/rotate-secret", self._rotate)

    def _create(self, request: httpx.Request) -> httpx.Response:
        row = json.loads(request.content) | {"endpoint_id": f"e{len(self.rows) + 1}", "status": "enabled"}
        self.rows.append(row)
        return httpx.Response(200, json={"data": row | {"secret": "whsec_made"}})

    def _rotate(self, _request: httpx.Request) -> httpx.Response:
        self.rotations += 1
        return httpx.Response(200, json={"data": {"endpoint_id": "e1", "secret": f"whsec_{self.rotations}"}})


@pytest.fixture
def house(build: Build, frozen: Any) -> House:
    return build("hybrid", webhook_secrets=())


@pytest.fixture
def heygen(house: House) -> Endpoints:
    return Endpoints(house)


@pytest.fixture
def secrets(house: House) -> SecretFile:
    return SecretFile(house.store.path)


def product(house: House) -> Product:
    return Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)


def test_registering_makes_one_endpoint_and_keeps_its_secret(
    house: House, heygen: Endpoints, secrets: SecretFile
) -> None:
    made = endpoint.register(product(house), secrets)
    assert (made.endpoint_id, made.url, made.status, made.events) == ("e1", URL, "enabled", endpoint.EVENTS)
    assert secrets.believed(NOW) == ["whsec_made"]
    assert endpoint.register(product(house), secrets) == made
    assert (len(heygen.rows), heygen.rotations) == (1, 0)


def test_an_endpoint_whose_secret_we_do_not_hold_is_rotated(
    house: House, heygen: Endpoints, secrets: SecretFile
) -> None:
    heygen.rows.append({"endpoint_id": "e1", "url": URL, "status": "enabled", "events": None})
    assert endpoint.register(product(house), secrets).endpoint_id == "e1"
    assert secrets.believed(NOW) == ["whsec_1"]
    assert len(heygen.rows) == 1


def test_the_operators_own_secret_is_enough(build: Build) -> None:
    house = build("hybrid")
    heygen = Endpoints(house)
    heygen.rows.append({"endpoint_id": "e1", "url": URL})
    endpoint.register(product(house), SecretFile(house.store.path))
    assert heygen.rotations == 0


def test_rotating_believes_both_secrets(house: House, heygen: Endpoints, secrets: SecretFile) -> None:
    endpoint.register(product(house), secrets)
    endpoint.rotate(product(house), secrets)
    assert secrets.believed(NOW) == ["whsec_1", "whsec_made"]


def test_other_endpoints_of_the_account_are_left_alone(house: House, heygen: Endpoints, secrets: SecretFile) -> None:
    heygen.rows.append({"endpoint_id": "e9", "url": "https://elsewhere.test/hook"})
    assert endpoint.registered(product(house)) is None
    with pytest.raises(Refused, match="register it first"):
        endpoint.rotate(product(house), secrets)
    assert heygen.rotations == 0


def test_without_a_public_address_there_is_nothing_to_register(build: Build, secrets: SecretFile) -> None:
    house = build("polling", webhook_base_url=None)
    with pytest.raises(Refused, match="HEYGEN_WEBHOOK_BASE_URL"):
        endpoint.register(product(house), secrets)


def test_a_registration_without_a_secret_is_no_answer(house: House, heygen: Endpoints, secrets: SecretFile) -> None:
    house.wire.always(f"POST {ROUTE}", httpx.Response(200, json={"data": {"endpoint_id": "e1"}}))
    with pytest.raises(BadAnswer):
        endpoint.register(product(house), secrets)
    assert secrets.believed(NOW) == []


def test_when_heygen_refuses_nothing_is_kept(house: House, heygen: Endpoints, secrets: SecretFile) -> None:
    house.wire.always(f"POST {ROUTE}", refusal(403, "forbidden"))
    with pytest.raises(HeyGenError):
        endpoint.register(product(house), secrets)
    assert house.store.facts.get(endpoint.ENDPOINT) is None


# Reconciling from HeyGen's history of events


def event(video_id: str | None, created_at: object = None) -> dict[str, Any]:
    data = {"video_id": video_id}
    return {"event_id": "evt", "event_type": "avatar_video.success", "event_data": data, "created_at": created_at}


def history(house: House, *events: object) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        wanted = request.url.params["event_type"] == "avatar_video.success"
        return httpx.Response(200, json={"data": list(events) if wanted else []})

    house.wire.always(EVENTS, answer)
    house.store.facts.put(endpoint.ENDPOINT, {"endpoint_id": "e1"}, NOW)


def test_a_delivery_that_was_missed_is_found_in_the_history(house: House) -> None:
    missed, running = house.stored(), house.stored()
    house.wire.finish("v1")
    history(house, event("v1"), event("v_other"), event(None), {"event_data": "odd"}, "junk")
    assert Reconciler(house.processor).reconcile() == 1
    assert (house.again(missed).status, house.again(missed).detected_by) == ("completed", "recovery")
    assert house.again(running).status == "processing"


def test_the_history_is_news_and_not_truth(house: House) -> None:
    reel = house.stored()
    history(house, event("v1"))
    assert Reconciler(house.processor).reconcile() == 0
    assert house.again(reel).status == "processing"


def _iso(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("stamp", [lambda s: NOW.timestamp() + s, _iso, lambda s: _iso(s).rstrip("Z")])
def test_the_history_is_read_no_further_back_than_the_oldest_reel(house: House, stamp: Any) -> None:
    house.stored(video_id="v1")
    reel = house.stored(video_id="v2")
    house.wire.finish("v1")
    house.wire.finish("v2")
    history(house, event("v1", stamp(5)), event("v_old", stamp(-5)), event("v2", stamp(-6)))
    assert Reconciler(house.processor).reconcile() == 1
    assert house.again(reel).status == "processing"


def test_without_a_registered_endpoint_there_is_no_history(house: House) -> None:
    house.stored()
    assert Reconciler(house.processor).reconcile() == 0
    assert house.wire.calls(EVENTS) == []


def test_the_history_is_looked_through_at_start_and_then_only_while_the_breaker_is_open(house: House) -> None:
    house.stored()
    history(house)
    reconciler = Reconciler(house.processor)

    def looks(after_s: float) -> int:
        reconciler.turn(NOW + timedelta(seconds=after_s))
        return len(house.wire.calls(EVENTS)) // 2

    assert [looks(0), looks(1), looks(EVERY_S + 1)] == [1, 1, 1]
    house.store.facts.put("channel", {"open": True, "misses": 2, "on_time": 0, "totals": {}, "reason": "x"}, NOW)
    assert [looks(EVERY_S + 2), looks(EVERY_S + 3), looks(2 * EVERY_S + 2)] == [2, 2, 3]


def test_the_history_is_looked_through_when_the_channel_goes_down_and_when_it_is_back(house: House) -> None:
    missed = house.stored()
    history(house, event("v1"))
    reconciler = Reconciler(house.processor)

    def looks(after_s: float) -> int:
        reconciler.turn(NOW + timedelta(seconds=after_s))
        return len(house.wire.calls(EVENTS)) // 2

    assert looks(0) == 1
    house.store.facts.put("channel", {"open": True, "misses": 2, "on_time": 0, "totals": {}, "reason": "x"}, NOW)
    assert [looks(10), looks(20)] == [2, 2]
    house.wire.finish("v1")  # while we were down, and we have not looked since
    house.store.facts.put("channel", None, NOW)
    assert [looks(30), looks(40)] == [3, 3]
    assert (house.again(missed).status, house.again(missed).detected_by) == ("completed", "recovery")


def test_while_heygen_does_not_answer_reconciling_is_tried_again(house: House) -> None:
    house.stored()
    history(house)
    house.wire.script(EVENTS, httpx.Response(503))
    reconciler = Reconciler(house.processor)
    assert reconciler.turn(NOW) == 30
    reconciler.turn(NOW)
    assert len(house.wire.calls(EVENTS)) == 3
