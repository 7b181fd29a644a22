from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from core.models import Verdict
from core.store import DeliveryFilter, Store
from core.store.deliveries import fingerprint
from tests.conftest import Build
from tests.factories import NOW, a_body, a_delivery


@pytest.fixture
def store(build: Build) -> Store:
    return build().store


def claim(store: Store, after_s: float = 0, limit: int = 10) -> list[int]:
    found = store.deliveries.claim(now=NOW + timedelta(seconds=after_s), lease_s=30.0, limit=limit)
    return [delivery.id for delivery in found]


def test_a_delivery_is_kept_byte_for_byte(store: Store) -> None:
    body = b'\xef\xbb\xbf {"event_type" : "a"}\x00\xff\r\n'
    new = a_delivery(body, reel_id=3, auth="token", event_type="a", headers={"user-agent": "ñ 😀"})
    store.deliveries.record([new])
    kept = store.deliveries.get(1)
    assert kept is not None
    assert (kept.body, kept.reel_id, kept.auth, kept.headers) == (body, 3, "token", {"user-agent": "ñ 😀"})
    assert (kept.verdict, kept.seen, kept.attempts, kept.received_at) == (Verdict.WAITING, 1, 0, NOW)
    assert kept.work_after == NOW


def test_an_identical_delivery_is_counted_on_the_first(store: Store) -> None:
    later = NOW + timedelta(seconds=9)
    store.deliveries.record([a_delivery(), a_delivery()])
    store.deliveries.record([a_delivery(received_at=later), a_delivery(a_body(video_id="v2"))])
    second, first = store.deliveries.page(DeliveryFilter(), 9)
    assert (first.seen, first.received_at, first.last_seen_at) == (3, NOW, later)
    assert second.seen == 1
    assert store.deliveries.counts() == {Verdict.WAITING: 2}
    assert store.deliveries.last_received_at() == later


@pytest.mark.parametrize("change", [{"reel_id": 7}, {"auth": "token"}, {"body": a_body() + b" "}])
def test_a_delivery_that_differs_in_route_proof_or_a_byte_is_another(change: dict[str, Any]) -> None:
    assert fingerprint(a_delivery()) != fingerprint(a_delivery(**change))
    assert fingerprint(a_delivery()) == fingerprint(a_delivery(headers={"x": "y"}, received_at=NOW - timedelta(1)))


def test_a_batch_is_stored_whole_or_not_at_all(store: Store) -> None:
    bad: Any = a_delivery(body=object())
    with pytest.raises(Exception, match="bytes"):
        store.deliveries.record([a_delivery(), bad])
    assert store.deliveries.counts() == {}


def test_no_delivery_is_claimed_twice_while_its_lease_lasts(store: Store) -> None:
    store.deliveries.record([a_delivery(a_body(video_id=f"v{n}")) for n in range(5)])
    assert claim(store, limit=2) == [1, 2]
    assert claim(store) == [3, 4, 5]
    assert claim(store, 29.9) == []
    assert not store.deliveries.has_due(NOW)
    assert claim(store, 30) == [1, 2, 3, 4, 5]


def test_no_two_threads_claim_the_same_delivery(store: Store) -> None:
    store.deliveries.record([a_delivery(a_body(video_id=f"v{n}")) for n in range(60)])
    claimed: list[int] = []

    def work() -> None:
        while got := claim(store, limit=4):
            claimed.extend(got)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == list(range(1, 61))


def test_a_verdict_ends_the_lease_and_the_waiting(store: Store) -> None:
    store.deliveries.record([a_delivery()])
    [delivery] = store.deliveries.claim(now=NOW, lease_s=30.0, limit=1)
    store.deliveries.settle(delivery, Verdict.APPLIED, now=NOW, reel_id=4, event_id="evt_1", video_id="v1", note="n")
    settled = store.deliveries.get(1)
    assert settled is not None
    assert (settled.verdict, settled.work_after, settled.attempts, settled.worked_at) == (Verdict.APPLIED, None, 1, NOW)
    assert (settled.reel_id, settled.event_id, settled.video_id, settled.note) == (4, "evt_1", "v1", "n")
    assert claim(store, 1e6) == []
    assert store.deliveries.waiting() == (0, None)
    assert store.deliveries.counts() == {Verdict.APPLIED: 1}


def test_a_worker_whose_lease_ran_out_does_not_overwrite_the_verdict(store: Store) -> None:
    store.deliveries.record([a_delivery()])
    late, now = NOW + timedelta(seconds=31), NOW + timedelta(seconds=40)
    [slow] = store.deliveries.claim(now=NOW, lease_s=30.0, limit=1)
    [quick] = store.deliveries.claim(now=late, lease_s=30.0, limit=1)
    store.deliveries.settle(quick, Verdict.APPLIED, now=late)
    store.deliveries.settle(slow, Verdict.DUPLICATE, now=now, again_at=now)
    kept = store.deliveries.get(1)
    assert kept is not None
    assert (kept.verdict, kept.work_after, kept.attempts) == (Verdict.APPLIED, None, 1)


def test_a_delivery_that_waits_is_claimed_again_at_its_time(store: Store) -> None:
    store.deliveries.record([a_delivery()])
    [delivery] = store.deliveries.claim(now=NOW, lease_s=30.0, limit=1)
    again = NOW + timedelta(seconds=10)
    store.deliveries.settle(delivery, Verdict.UNCONFIRMED, now=NOW, again_at=again, counted=False)
    assert store.deliveries.waiting() == (1, NOW)
    assert claim(store, 9.9) == []
    assert claim(store, 10) == [1]
    kept = store.deliveries.get(1)
    assert kept is not None
    assert kept.attempts == 0


def test_a_known_reel_is_not_overwritten_by_a_verdict(store: Store) -> None:
    store.deliveries.record([a_delivery(reel_id=3)])
    [delivery] = store.deliveries.claim(now=NOW, lease_s=30.0, limit=1)
    store.deliveries.settle(delivery, Verdict.OTHER_VIDEO, now=NOW, reel_id=4)
    kept = store.deliveries.get(1)
    assert kept is not None
    assert kept.reel_id == 3


def test_a_replay_starts_from_the_beginning(store: Store) -> None:
    store.deliveries.record([a_delivery()])
    [delivery] = store.deliveries.claim(now=NOW, lease_s=30.0, limit=1)
    store.deliveries.settle(delivery, Verdict.POISON, now=NOW, set_aside=True)
    assert [found.id for found in store.deliveries.page(DeliveryFilter(set_aside=True), 9)] == [1]
    assert store.deliveries.replay(1, NOW)
    assert not store.deliveries.replay(2, NOW)
    kept = store.deliveries.get(1)
    assert kept is not None
    assert (kept.verdict, kept.set_aside, kept.attempts) == (Verdict.WAITING, False, 0)
    assert claim(store) == [1]


def test_deliveries_are_listed_newest_first_by_verdict(store: Store) -> None:
    store.deliveries.record([a_delivery(a_body(video_id=f"v{n}")) for n in range(4)])
    [first, *_] = store.deliveries.claim(now=NOW, lease_s=30.0, limit=10)
    store.deliveries.settle(first, Verdict.APPLIED, now=NOW)
    page = store.deliveries.page
    assert [found.id for found in page(DeliveryFilter(), 2)] == [4, 3]
    assert [found.id for found in page(DeliveryFilter(before_id=3), 9)] == [2, 1]
    assert [found.id for found in page(DeliveryFilter(verdict=Verdict.APPLIED), 9)] == [1]
    assert page(DeliveryFilter(set_aside=True), 9) == []
    assert store.deliveries.counts() == {Verdict.WAITING: 3, Verdict.APPLIED: 1}


def test_without_deliveries_nothing_was_received(store: Store) -> None:
    assert store.deliveries.last_received_at() is None
    assert store.deliveries.get(1) is None
    assert not store.deliveries.has_due(NOW)


# Facts


def test_a_fact_is_set_replaced_and_removed(store: Store) -> None:
    store.facts.put("a", {"ñ": [1, None]}, NOW)
    assert (store.facts.get("a"), store.facts.set_at("a")) == ({"ñ": [1, None]}, NOW)
    store.facts.put("a", 2, NOW + timedelta(seconds=1))
    assert (store.facts.get("a"), store.facts.set_at("a")) == (2, NOW + timedelta(seconds=1))
    store.facts.put("a", None, NOW)
    assert (store.facts.get("a"), store.facts.set_at("a")) == (None, None)


def test_a_lease_is_one_owners_until_it_ends_or_is_given_back(store: Store) -> None:
    lease = store.facts.lease
    assert lease("sweep", "one", NOW, 30)
    assert lease("sweep", "one", NOW, 30)
    assert not lease("sweep", "two", NOW + timedelta(seconds=29.9), 30)
    assert lease("sweep", "two", NOW + timedelta(seconds=30), 30)
    assert not lease("sweep", "one", NOW + timedelta(seconds=31), 30)
    store.facts.release("sweep", "one")
    assert not lease("sweep", "one", NOW + timedelta(seconds=31), 30)
    store.facts.release("sweep", "two")
    assert lease("sweep", "one", NOW + timedelta(seconds=31), 30)
    assert lease("other", "two", NOW, 30)


def test_refused_requests_are_counted_by_the_minute(store: Store) -> None:
    store.facts.refuse("unsigned", None, NOW)
    store.facts.refuse("unsigned", None, NOW + timedelta(seconds=30), 4)
    store.facts.refuse("forged", 7, NOW + timedelta(minutes=1))
    latest, earlier = store.facts.refusals()
    assert (latest["reason"], latest["reel_id"], latest["n"]) == ("forged", 7, 1)
    assert (earlier["reason"], earlier["reel_id"], earlier["n"]) == ("unsigned", None, 5)
    assert earlier["last_at"] == NOW + timedelta(seconds=30)
    assert store.facts.tallies("refused") == {"unsigned": 5, "forged": 1}
