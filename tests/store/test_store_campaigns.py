"""Campaigns as they are stored: once a draft, with counts that triggers keep, found by lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import UnknownCampaign
from core.models import ProcessingMode, Reel, ReelStatus, SendState, Shelf
from core.shelf import Shelving
from core.store import ReelFilter, Store
from tests.conftest import Build
from tests.factories import NOW, House
from tests.store.sides import SQLITE_ALONE


@pytest.fixture
def house(build: Build) -> House:
    return build()


@pytest.fixture
def store(house: House) -> Store:
    return house.store


def campaign(house: House, name: str = "Otoño", key: str = "draft-1") -> int:
    """Store a campaign and return its id."""
    found = house.store.campaigns.add(name, key, "token", NOW)
    assert found is not None
    return found


def test_a_draft_becomes_one_campaign(store: Store) -> None:
    assert store.campaigns.add("Otoño", "draft-1", "token", NOW) == 1
    assert store.campaigns.add("Otra vez", "draft-1", "other", NOW) is None
    found = store.campaigns.by_draft("draft-1")
    assert found is not None
    assert (found.id, found.name, found.token, found.created_at) == (1, "Otoño", "token", NOW)
    assert store.campaigns.get(1) == found
    assert "token=" not in repr(found)


@pytest.mark.parametrize("campaign_id", [0, -1, 1, 2**63, 10**30])
def test_an_unknown_campaign_is_one_sentence(store: Store, campaign_id: int) -> None:
    with pytest.raises(UnknownCampaign, match=str(campaign_id)):
        store.campaigns.get(campaign_id)


def test_campaigns_are_paged_newest_first(house: House, store: Store) -> None:
    for n in range(5):
        campaign(house, f"No. {n}", f"draft-{n}")
    assert [c.id for c in store.campaigns.page(None, 2)] == [5, 4]
    assert [c.id for c in store.campaigns.page(4, 2)] == [3, 2]
    assert store.campaigns.page(1, 2) == []


def test_a_reel_keeps_its_campaign(house: House, store: Store) -> None:
    reel = house.stored("pending", campaign_id=campaign(house))
    assert reel.campaign_id == 1
    assert store.reels.get(reel.id or 0).campaign_id == 1


def all_of(store: Store) -> list[Reel]:
    """Return the reels that are not deleted, put away or not, newest first."""
    found = [*store.reels.page(ReelFilter(), 500), *store.reels.page(ReelFilter(shelf=Shelf.ARCHIVED), 500)]
    return sorted(found, key=lambda reel: -(reel.id or 0))


steps = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.none() | st.integers(1, 2),
        st.sampled_from(list(ReelStatus)),
        st.sampled_from(list(SendState)),
        st.sampled_from(["", "", "gone", "moved", "archived", "restored", "deleted"]),
    ),
    max_size=12,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_the_counts_are_what_would_be_counted(house: House, steps: list[Any]) -> None:
    store = house.store
    for key in ("draft-1", "draft-2"):
        store.campaigns.add(key, key, "token", NOW)
    deleted: Counter[int | None] = Counter({n: store.campaigns.get(n).deleted for n in (1, 2)})
    for n, of, status, state, fate in steps:
        reels = all_of(store)
        reel = next((r for r in reels if (r.id or 0) % 5 == n), None)
        gone = len(store.reels.page(ReelFilter(shelf=Shelf.DELETED), 500))
        key = f"key-{len(reels)}-{gone}-{n}-{status}"
        reel = reel or house.stored("pending", idempotency_key=key, campaign_id=of)
        fates: dict[str, dict[str, Any]] = {
            "moved": {"campaign_id": of},
            "archived": {"archived_at": NOW},
            "restored": {"archived_at": None},
            "deleted": {"campaign_id": None, "deleted_at": NOW},
        }
        store.reels.save(reel, status=status, send_state=state, **fates.get(fate, {}))
        deleted[reel.campaign_id] += fate == "deleted"
        if fate == "gone":
            with store.transaction() as conn:
                conn.execute("DELETE FROM reel WHERE id = ?", (reel.id,))
    for campaign_id in (1, 2):
        its = [reel for reel in all_of(store) if reel.campaign_id == campaign_id]
        counted = Counter(
            "doubt" if (r.status, r.send_state) == (ReelStatus.PENDING, SendState.DOUBT) else str(r.status) for r in its
        )
        away = [r for r in its if r.archived_at is not None]
        wrong = sum(r.status in {ReelStatus.FAILED, ReelStatus.TIMED_OUT} for r in away)
        counted += Counter(archived=len(away), archived_wrong=wrong, deleted=deleted[campaign_id])
        assert store.campaigns.get(campaign_id).counts == counted


def test_a_campaign_says_how_far_it_is(house: House, store: Store) -> None:
    campaign_id = campaign(house)
    for status in ("pending", "processing", "completed", "completed", "failed", "timed_out"):
        house.stored(status, campaign_id=campaign_id)
    house.stored("pending", send_state=SendState.DOUBT, campaign_id=campaign_id)
    house.stored("failed")
    found = store.campaigns.get(campaign_id)
    assert (found.reels, found.done, found.wrong, found.doubtful, found.retrying) == (7, 2, 2, 1, 0)
    assert found.is_open


@pytest.mark.parametrize(
    ("status", "state", "is_open"),
    [
        ("pending", SendState.QUEUED, True),
        ("pending", SendState.DOUBT, False),
        ("processing", SendState.SENT, True),
        ("completed", SendState.SENT, False),
        ("failed", SendState.SENT, False),
        ("timed_out", SendState.SENT, False),
    ],
)
def test_a_campaign_is_open_while_something_comes_by_itself(
    house: House, status: str, state: SendState, is_open: bool
) -> None:
    house.stored(status, send_state=state, campaign_id=campaign(house))
    assert house.store.campaigns.get(1).is_open is is_open


# Lists


def test_a_list_shows_one_campaign_with_every_other_filter(house: House, store: Store) -> None:
    campaign(house, key="draft-1")
    campaign(house, key="draft-2")
    for of in (1, 2, None):
        house.stored("failed", campaign_id=of, title="Otoño")
        house.stored("completed", campaign_id=of, title="Otoño", mode=ProcessingMode.WEBHOOK)
        house.stored("failed", campaign_id=of, title="Invierno")

    def found(**wanted: Any) -> list[int | None]:
        return [reel.id for reel in store.reels.page(ReelFilter(campaign_id=2, **wanted), 50)]

    assert found() == [6, 5, 4]
    assert found(before_id=6) == [5, 4]
    assert found(status=ReelStatus.FAILED) == [6, 4]
    assert found(mode=ProcessingMode.WEBHOOK) == [5]
    assert found(text="otoño") == [5, 4]
    assert found(text="otoño", status=ReelStatus.FAILED) == [4]
    assert found(text="otoño", before_id=5) == [4]


@SQLITE_ALONE
@pytest.mark.parametrize(
    "wanted",
    [
        ReelFilter(campaign_id=2),
        ReelFilter(campaign_id=2, before_id=5),
        ReelFilter(campaign_id=2, status=ReelStatus.FAILED),
        ReelFilter(campaign_id=2, mode=ProcessingMode.WEBHOOK),
    ],
)
def test_a_list_of_a_campaign_is_read_in_order_from_an_index(store: Store, wanted: ReelFilter) -> None:
    asked: list[str] = []
    conn = store._connections.read()
    conn.set_trace_callback(asked.append)
    store.reels.page(wanted, 50)
    conn.set_trace_callback(None)
    plan = " ".join(row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {asked[-1]}"))
    assert "reel_campaign" in plan
    assert "TEMP B-TREE" not in plan


# Drafts


def test_a_draft_is_kept_changed_and_dropped(store: Store) -> None:
    store.campaigns.keep_draft("draft-1", "one", NOW)
    store.campaigns.keep_draft("draft-1", "two", NOW)
    assert store.campaigns.draft("draft-1") == "two"
    assert store.campaigns.draft("draft-2") is None
    store.campaigns.drop_draft("draft-1")
    assert store.campaigns.draft("draft-1") is None


def test_a_draft_that_nobody_touches_goes_after_thirty_days(store: Store) -> None:
    store.campaigns.keep_draft("old", "old", NOW)
    store.campaigns.keep_draft("new", "new", NOW + timedelta(days=30))
    assert store.campaigns.draft("old") == "old"
    store.campaigns.keep_draft("new", "new", NOW + timedelta(days=30, seconds=1))
    assert store.campaigns.draft("old") is None


# Retries


def test_a_retry_is_asked_once_of_everything_that_went_wrong(house: House, store: Store) -> None:
    campaign(house)
    for status in ("pending", "processing", "completed", "failed", "timed_out"):
        house.stored(status, campaign_id=1)
    house.stored("pending", send_state=SendState.DOUBT, campaign_id=1)
    house.stored("failed")
    assert store.campaigns.ask_retries(1, NOW) == 2
    assert store.campaigns.ask_retries(1, NOW) == 0
    assert [request.reel_id for request in store.campaigns.due_retries(NOW, 9)] == [4, 5]
    assert store.campaigns.get(1).retrying == 2
    store.campaigns.end_retries(store.campaigns.due_retries(NOW, 1))
    assert [request.reel_id for request in store.campaigns.due_retries(NOW, 9)] == [5]
    assert store.campaigns.get(1).retrying == 1


def test_what_was_put_away_or_deleted_is_not_asked_of(house: House, store: Store) -> None:
    campaign(house)
    listed, archived, deleted = (house.stored("failed", campaign_id=1) for _ in range(3))
    Shelving(store).archive(archived.id or 0)
    Shelving(store).delete(deleted.id or 0)
    found = store.campaigns.get(1)
    assert (found.reels, found.wrong, found.archived, found.deleted, found.to_retry) == (2, 2, 1, 1, 1)
    assert store.campaigns.ask_retries(1, NOW) == 1
    assert [request.reel_id for request in store.campaigns.due_retries(NOW, 9)] == [listed.id]
    assert store.campaigns.get(1).to_retry == 0


def test_a_retry_that_is_put_off_comes_again_later(house: House, store: Store) -> None:
    campaign(house)
    house.stored("failed", campaign_id=1)
    store.campaigns.ask_retries(1, NOW)
    [request] = store.campaigns.due_retries(NOW, 9)
    store.campaigns.postpone_retry(request, NOW + timedelta(seconds=5))
    assert store.campaigns.due_retries(NOW, 9) == []
    assert store.campaigns.due_retries(NOW + timedelta(seconds=5), 9) == [replace(request, tries=1)]


def test_a_request_of_an_earlier_attempt_gives_way_to_a_new_one(house: House, store: Store) -> None:
    campaign(house)
    reel = house.stored("failed", campaign_id=1)
    store.campaigns.ask_retries(1, NOW)
    [stale] = store.campaigns.due_retries(NOW, 9)
    store.reels.save(reel, attempt=2)
    assert store.campaigns.ask_retries(1, NOW) == 1
    store.campaigns.end_retries([stale])
    assert [request.attempt for request in store.campaigns.due_retries(NOW, 9)] == [2]
    assert store.campaigns.get(1).retrying == 1
