from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.clock import utcnow
from core.models import ProcessingMode
from core.product import Product
from core.status import status_routes
from core.sweep import Sweeper
from core.turns import Turns
from core.waker import BROKER
from tests.conftest import Build
from tests.contract.core.receiving import ACCOUNT, Receiving, receiving
from tests.factories import House, a_body, wait_until


@pytest.fixture
def house(build: Build) -> House:
    return build("hybrid")


@pytest.fixture
def receiver(house: House) -> Iterator[Receiving]:
    with receiving(house) as running:
        product = Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)
        running.app.routes.extend(status_routes(product, running.recorder))
        yield running


def healthz(receiver: Receiving) -> dict[str, object]:
    told: dict[str, object] = json.loads(receiver.request("GET", "/healthz").body)
    return told


def metrics(receiver: Receiving) -> dict[tuple[str, ...], float]:
    answer = receiver.request("GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.body.decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_health_is_json_before_anything_has_happened(receiver: Receiving) -> None:
    told = healthz(receiver)
    assert told["store"] == "ok"
    assert told["worker"] == {"alive": False, "age_s": None}
    assert told["last_webhook"] is None


def test_health_tells_of_worker_and_webhook(receiver: Receiving, house: House) -> None:
    Turns(house.processor).heartbeat_turn(utcnow() - timedelta(seconds=3))
    receiver.signed(ACCOUNT, a_body())
    told = healthz(receiver)
    worker = told["worker"]
    assert isinstance(worker, dict)
    assert worker["alive"] is True
    assert 3 <= worker["age_s"] < 15
    assert datetime.fromisoformat(str(told["last_webhook"])).utcoffset() == timedelta(0)


def test_a_store_that_cannot_be_read_is_told_and_no_500(build: Build, house: House) -> None:
    product = Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)
    house.store.path.write_bytes(b"this is no database, " * 500)
    with receiving(build("hybrid", path=house.store.path.with_name("other.db"))) as running:
        running.app.routes.extend(status_routes(product, running.recorder))
        answer = running.request("GET", "/healthz")
        assert answer.status == 503
        assert "cannot be used" in json.loads(answer.body)["store"]
        assert running.request("GET", "/metrics").status == 503


def test_metrics_are_prometheus_text_and_agree_with_the_store(receiver: Receiving, house: House) -> None:
    for status in ("pending", "processing", "completed", "completed", "failed"):
        house.stored(status)
    receiver.signed(ACCOUNT, a_body("batch.finished"))
    receiver.post(ACCOUNT, a_body())
    receiver.post(f"{ACCOUNT}/reel/1/guess", a_body())
    receiver.work()
    wait_until(lambda: house.store.facts.tallies("refused") == {"unsigned": 1, "forged": 1})
    told = metrics(receiver)
    assert told["reels", "completed"] == 2
    assert told["reels", "timed_out"] == 0
    assert told["deliveries_total", "unknown_event"] == 1
    assert told["deliveries_refused_total", "unsigned"] == 1
    assert told["deliveries_refused_total", "forged"] == 1
    assert (told["worker_alive",], told["queue_open",], told["webhook_breaker_open",]) == (0, 1, 0)


def test_metrics_tell_of_calls_sweeps_delays_and_commits(receiver: Receiving, house: House) -> None:
    now = utcnow()
    house.stored(at=now - timedelta(minutes=5))
    house.stored(at=now - timedelta(minutes=5), mode=ProcessingMode.POLLING)
    for video_id, ago_s in (("v1", 20), ("v2", 200)):
        house.wire.finish(video_id, completed_at=now.timestamp() - ago_s)
    receiver.signed(ACCOUNT, a_body())
    waiting = metrics(receiver)
    assert waiting["deliveries_waiting",] == 1
    assert waiting["deliveries_waiting_age_seconds",] > 0
    receiver.work()
    Sweeper(house.processor).turn(utcnow())
    Turns(house.processor).heartbeat_turn(utcnow())
    told = metrics(receiver)
    calls = {name[1:]: n for name, n in told.items() if name[0] == "heygen_calls_total"}
    assert calls == {("GET videos/{id}", "200"): 2, ("GET videos/statuses", "200"): 1}
    assert told["sweeps_total", "done"] == 1
    for channel, below, above, delay_s in (("webhook", "10.0", "30.0", 20), ("poll", "120.0", "300.0", 200)):
        bucket = "detection_delay_seconds_bucket"
        assert (told[bucket, channel, below], told[bucket, channel, above]) == (0, 1)
        assert told["detection_delay_seconds_sum", channel] == pytest.approx(delay_s, abs=9)
    assert (told["commit_batch_deliveries_count",], told["commit_batch_deliveries_sum",]) == (1, 1)
    assert told["deliveries_waiting",] == 0


def test_an_attempt_that_was_not_believed_is_in_the_metrics_at_once(receiver: Receiving) -> None:
    receiver.post(ACCOUNT, a_body())
    assert metrics(receiver)["deliveries_refused_total", "unsigned"] == 1


def test_no_secret_is_in_health_or_metrics(receiver: Receiving) -> None:
    for path in ("/healthz", "/metrics"):
        assert not re.search("test-key|whsec_", receiver.request("GET", path).body.decode())


def test_on_celery_health_and_metrics_tell_of_the_broker(build: Build) -> None:
    house = build("hybrid", celery_broker_url="redis://broker.test/0")
    product = Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)
    with receiving(house) as running:
        running.app.routes.extend(status_routes(product, running.recorder))
        assert healthz(running)["broker"] is None
        house.store.facts.put(BROKER, {"ok": True, "problem": None}, utcnow())
        assert (healthz(running)["broker"], metrics(running)[("broker_up",)]) == ("ok", 1)
        house.store.facts.put(BROKER, {"ok": False, "problem": "The broker does not answer."}, utcnow())
        told = healthz(running)
        assert (told["store"], told["broker"]) == ("ok", "The broker does not answer.")
        assert metrics(running)[("broker_up",)] == 0


def test_without_celery_nothing_is_told_of_a_broker(receiver: Receiving, house: House) -> None:
    house.store.facts.put(BROKER, {"ok": False, "problem": "left from before"}, utcnow())
    assert healthz(receiver)["broker"] is None
    assert ("broker_up",) not in metrics(receiver)
