"""Reels of several HeyGen accounts in one store: what is due, in flight and listed is each account's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from core.models import ProcessingMode, Reel, ReelStatus, SendState, Shelf
from core.store import ReelFilter, Store
from core.store.reels import Open
from tests.conftest import Build
from tests.factories import NOW, House, a_reel
from tests.store.sides import SQLITE_ALONE

LONG_AGO = NOW - timedelta(days=9)


@pytest.fixture
def house(build: Build) -> House:
    return build()


@pytest.fixture
def store(house: House) -> Store:
    return house.store


def queued(*accounts: str, **fields: Any) -> list[Reel]:
    base = {"mode": ProcessingMode.POLLING, "requested_mode": ProcessingMode.POLLING, "send_after": NOW}
    return [a_reel(account=name, **base | {"created_at": NOW, "updated_at": NOW} | fields) for name in accounts]


def claim(store: Store, account: str, room: int = 10, **more: Any) -> list[Reel]:
    asked = {"owner": "one", "now": NOW, "lease_s": 60.0, "limit": 10, "forgotten": LONG_AGO}
    return store.reels.claim(account=account, room=room, **asked | more)


def test_a_claim_takes_the_reels_of_its_account_alone(store: Store) -> None:
    store.reels.add(queued("acme", "globex", "", "acme"))
    assert [reel.account for reel in claim(store, "acme")] == ["acme", "acme"]
    assert [reel.account for reel in claim(store, "")] == [""]
    assert store.reels.may_send(NOW, "globex")
    assert not store.reels.may_send(NOW, "acme")


def test_what_one_account_has_in_flight_takes_no_slot_of_another(store: Store) -> None:
    store.reels.add(queued("acme", status=ReelStatus.PROCESSING, video_id="v1", submitted_at=NOW))
    store.reels.add(queued("acme", "acme", "globex", "globex"))
    claim(store, "acme", room=2)
    assert len(claim(store, "acme", room=2)) == 0
    assert len(claim(store, "globex", room=2)) == 2


def test_a_lease_that_ran_out_comes_back_to_its_account(store: Store) -> None:
    store.reels.add(queued("acme", "globex"))
    claim(store, "acme")
    later = NOW + timedelta(minutes=5)
    assert [reel.account for reel in claim(store, "globex", now=later)] == ["globex"]
    [again] = claim(store, "acme", now=later)
    assert (again.account, again.unsure) == ("acme", True)
    assert store.reels.any_sending("acme")
    assert not store.reels.any_sending("other")


def test_a_reel_of_another_account_is_no_rival(store: Store) -> None:
    first, second, third = store.reels.add(
        queued("acme", "acme", "globex", title="same", unsure=True, send_state=SendState.UNKNOWN)
    )
    assert (store.reels.rivals(first), store.reels.rivals(second), store.reels.rivals(third)) == (1, 1, 0)


def test_what_is_rendered_and_past_its_deadline_is_asked_for_by_account(store: Store) -> None:
    for n, account in enumerate(("", "acme", "acme")):
        at = {"submitted_at": NOW, "deadline_at": NOW, "video_id": f"v{n}"}
        store.reels.add(queued(account, status=ReelStatus.PROCESSING, send_state=SendState.SENT, **at))
    for account, n in (("", 1), ("acme", 2), ("globex", 0)):
        assert len(store.reels.processing(account)) == len(store.reels.past_deadline(NOW, account)) == n


def test_what_is_open_is_counted_by_account(store: Store) -> None:
    store.reels.add(queued("acme", "acme", ""))
    store.reels.add(queued("acme", send_state=SendState.DOUBT))
    store.reels.add(queued("globex", status=ReelStatus.PROCESSING, video_id="v", send_state=SendState.SENT))
    store.reels.add(queued("gone", status=ReelStatus.COMPLETED, video_id="w", send_state=SendState.SENT))
    claim(store, "acme", limit=1)
    assert store.reels.open_by_account() == {
        "": Open(waiting=1),
        "acme": Open(waiting=1, in_flight=1, doubt=1),
        "globex": Open(in_flight=1),
    }
    assert store.reels.accounts_with_open() == {"acme", "globex"}


@pytest.mark.parametrize("account", ["acme", ""])
def test_a_list_is_narrowed_to_an_account_with_every_other_wish(store: Store, account: str) -> None:
    reels = store.reels.add(queued("acme", "", "acme", "", title="Otoño"))
    campaign = store.campaigns.add("Otoño", "campaign-1", "token", NOW)
    own = [reel for reel in reels if reel.account == account]
    newest = store.reels.save(own[1], status=ReelStatus.FAILED, campaign_id=campaign)
    ids = [reel.id for reel in reversed(own)]
    for wanted, found in (
        (ReelFilter(account=account), ids),
        (ReelFilter(account=account, text="otono"), ids),
        (ReelFilter(account=account, mode=ProcessingMode.POLLING), ids),
        (ReelFilter(account=account, before_id=newest.id), ids[1:]),
        (ReelFilter(account=account, status=ReelStatus.FAILED), ids[:1]),
        (ReelFilter(account=account, status=ReelStatus.FAILED, mode=ProcessingMode.POLLING), ids[:1]),
        (ReelFilter(account=account, campaign_id=campaign), ids[:1]),
        (ReelFilter(account=account, campaign_id=campaign, text="otono"), ids[:1]),
        (ReelFilter(account=account, created_from=NOW), ids),
        (ReelFilter(account=account, shelf=Shelf.ARCHIVED), []),
        (ReelFilter(account="other"), []),
    ):
        assert [reel.id for reel in store.reels.page(wanted, 9)] == found, wanted


@SQLITE_ALONE
def test_no_queue_and_no_list_of_one_account_walks_the_reels_of_another(house: House) -> None:
    reels = house.store.reels
    failed, polling = ReelStatus.FAILED, ProcessingMode.POLLING
    asked: list[tuple[Callable[[], object], str]] = [
        (lambda: reels.may_send(NOW, "acme"), "reel_send (account=? AND send_after<?)"),
        (lambda: claim(house.store, "acme"), "reel_sending (account=? AND send_state=? AND send_after<?)"),
        (lambda: reels.processing("acme"), "reel_processing (account=?)"),
        (lambda: reels.past_deadline(NOW, "acme"), "reel_deadline (account=? AND deadline_at<?)"),
        (lambda: reels.any_sending("acme"), "reel_sending (account=? AND send_state=?)"),
        (reels.accounts_with_open, "reel_send (account>?)"),
        (lambda: _page(house, account="acme"), "reel_account (shelf=? AND account=?"),
        (
            lambda: _page(house, account="acme", status=failed),
            "reel_account_status (shelf=? AND account=? AND status=?",
        ),
        (lambda: _page(house, account="acme", mode=polling), "reel_account_mode (shelf=? AND account=? AND mode=?"),
        (lambda: _page(house, account=""), "reel_account (shelf=? AND account=?"),
        (lambda: _page(house, account="", status=failed), "reel_shelf_status (shelf=? AND status=?"),
        (lambda: _page(house, account="", mode=polling), "reel_shelf_mode (shelf=? AND mode=?"),
        (
            lambda: _page(house, account="acme", status=failed, mode=polling),
            "reel_account_status_mode (shelf=? AND account=? AND status=? AND mode=?",
        ),
    ]
    house.stored("pending", account="acme")
    for ask, index in asked:
        plans = _plans(house, ask)
        assert any(index in step for step in plans), (index, plans)
        assert not [step for step in plans if step == "SCAN reel"], plans
        if "shelf" in index or "deadline" in index:
            assert not [step for step in plans if "TEMP B-TREE" in step], plans


def _page(house: House, **wanted: Any) -> None:
    house.store.reels.page(ReelFilter(before_id=9, **wanted), 50)


def _plans(house: House, ask: Callable[[], object]) -> list[str]:
    """Return the steps of the plans of all that is asked of the table of reels."""
    connections, executed = house.store.reels._connections, list[str]()
    for conn in (connections.read(), connections._open_writer().conn):  # type: ignore[attr-defined]  # SQLite's
        conn.set_trace_callback(executed.append)
    ask()
    for conn in (connections.read(), connections._open_writer().conn):  # type: ignore[attr-defined]  # SQLite's
        conn.set_trace_callback(None)
    with closing(sqlite3.connect(house.store.path)) as conn:
        mine = [sql for sql in executed if "reel" in sql and not sql.startswith("--")]
        return [row[3] for sql in mine for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}")]
