"""The state file, the journal, the wallet and the world."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fake_heygen.delivery import Delivery
from fake_heygen.due import DueQueue
from fake_heygen.endpoint import Endpoint
from fake_heygen.journal import COUNTED_EVERY, LONGEST_BODY, Journal, masked, readable
from fake_heygen.ledger import LedgerRow
from fake_heygen.scenario_reader import load_scenario
from fake_heygen.shelf import Shelf
from fake_heygen.state import StateError, StateFile
from fake_heygen.video import Video
from fake_heygen.wallet import Wallet
from fake_heygen.world import World

Make = Callable[..., Video]


def fill(world: World, video: Video) -> None:
    world.videos.put(video.video_id, video)
    world.ledger.put(video.video_id, LedgerRow.of(video))
    world.due.push(video.ends_at, "render_end", video.video_id)
    world.pay(1.25)
    endpoint = Endpoint(endpoint_id="e", url="https://x.test/", secret="whsec_1", created_at=1.0)
    world.endpoints.put("e", endpoint)
    delivery = Delivery(
        delivery_id="d", event_id="v", event_type="t", video_id="a", url="u", body="{}", created_at=1.0, next_at=1.0
    )
    world.deliveries.put("d", delivery)


def test_world_comes_back_as_it_was_saved(tmp_path: Path, video: Make) -> None:
    queue = DueQueue()
    world = World(load_scenario("duplicate-storm"), seed=5, queue=queue)
    world.name("video")
    fill(
        world,
        video(
            "webhook=duplicate:4 status=lag:5s outcome=failed code=c", background={"type": "color", "value": "#ffffff"}
        ),
    )
    StateFile(tmp_path / "s.db").save([*world.shelves(), queue.shelf])

    other_queue = DueQueue()
    again = World(load_scenario("default"), seed=99, queue=other_queue)
    assert StateFile(tmp_path / "s.db").load([*again.shelves(), other_queue.shelf])
    again.restored(50.0)
    assert list(again.videos) == list(world.videos)
    assert list(again.ledger) == list(world.ledger)
    assert list(again.endpoints) == list(world.endpoints)
    assert (again.wallet, again.seed, again.scenario) == (world.wallet, 5, world.scenario)
    assert again.name("video") == world.name("video")
    assert again.rendering == {"a" * 32}


def test_delivery_that_was_on_the_wire_is_attempted_again(tmp_path: Path, video: Make) -> None:
    world = World(load_scenario("default"), seed=5)
    fill(world, video())
    world.restored(77.0)
    assert world.deliveries["d"].next_at == 77.0
    assert world.due.subjects("attempt") == {"d"}
    world.restored(88.0)
    assert len(world.due.ahead()) == 2


def test_save_writes_only_changes_and_deletions_and_keeps_the_order(tmp_path: Path, video: Make) -> None:
    world, state = World(load_scenario("default"), seed=5), StateFile(tmp_path / "s.db")
    first, second = video(), replace(video(), video_id="b" * 32)
    for one in (first, second):
        world.videos.put(one.video_id, one)
    state.save(world.shelves())
    world.videos.put(first.video_id, replace(first, price=9.0))
    state.save(world.shelves())
    again = World(load_scenario("default"), seed=5)
    StateFile(tmp_path / "s.db").load(again.shelves())
    assert [(one.video_id[0], one.price) for one in again.videos] == [("a", 9.0), ("b", 0.15)]
    world.videos.drop(first.video_id)
    state.save(world.shelves())
    StateFile(tmp_path / "s.db").load(again.shelves())
    assert [one.video_id[0] for one in again.videos] == ["b"]


def test_failed_save_leaves_the_changes_to_be_saved(tmp_path: Path, video: Make) -> None:
    world, state = World(load_scenario("default"), seed=5), StateFile(tmp_path / "s.db")
    state.save(world.shelves())
    other = sqlite3.connect(tmp_path / "s.db")
    other.execute("DROP TABLE item")
    world.videos.put("a", video())
    with pytest.raises(sqlite3.OperationalError):
        state.save(world.shelves())
    assert world.videos.changed


def test_new_state_file_brings_nothing_back(tmp_path: Path) -> None:
    world = World(load_scenario("default"), seed=5)
    assert not StateFile(tmp_path / "deep" / "s.db").load(world.shelves())
    assert world.seed == 5


@pytest.mark.parametrize("content", [b"this is not a database" * 100, b"SQLite format 3\x00garbage" + bytes(4000)])
def test_state_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(content)
    with pytest.raises(StateError):
        StateFile(path).load(World(load_scenario("default"), seed=5).shelves())


def test_reset_forgets_everything_and_gives_no_name_twice(video: Make) -> None:
    world = World(load_scenario("demo"), seed=5)
    name = world.name("video")
    fill(world, video())
    world.reset()
    assert not any(len(shelf) for shelf in (world.videos, world.ledger, world.endpoints, world.deliveries))
    assert world.wallet.balance == 10_000
    assert world.name("video") != name
    assert world.scenario.name == "demo"


def test_wallet_sums_stay_exact() -> None:
    wallet = Wallet.of(0.3)
    for _ in range(3):
        assert wallet.pays(0.1)
        wallet = wallet.add(-0.1)
    assert wallet.balance == 0.0
    assert not wallet.pays(0.000001)


def test_ledger_tells_the_end_only_when_it_has_come(video: Make) -> None:
    row = LedgerRow.of(video("outcome=failed", title="t", callback_id="7"))
    assert (row.view(1099)["outcome"], row.view(1099)["terminal_at"]) == (None, None)
    assert (row.view(1100)["outcome"], row.view(1100)["terminal_at"]) == ("failed", 1100.0)
    assert LedgerRow.of(video("status=stuck")).view(9e9)["outcome"] is None


def test_journal_keeps_the_latest_and_selects() -> None:
    journal = Journal(kept=3)
    for at in range(5):
        journal.add(
            {"kind": "request", "at": at, "path": f"/v3/videos/id{at}", "query": "", "body": "", "response": None}
        )
    journal.add({"kind": "attempt", "at": 5, "video_id": "id3"})
    assert [entry["at"] for entry in journal.select()] == [3, 4, 5]
    assert [entry["at"] for entry in journal.select(kind="request")] == [3, 4]
    assert [entry["at"] for entry in journal.select(video_id="id3")] == [3, 5]
    assert [entry["at"] for entry in journal.select(since=4)] == [4, 5]
    assert [entry["at"] for entry in journal.select(limit=1)] == [5]
    assert journal.select(limit=0) == []


def test_journal_keeps_no_more_text_than_it_may() -> None:
    journal = Journal(largest=25)
    for at in range(4):
        journal.add({"kind": "attempt", "at": at, "request": {"body": "x" * 10}})
    assert [entry["at"] for entry in journal.select()] == [2, 3]
    journal.add({"kind": "request", "at": 9, "body": "x" * 100})
    assert [entry["at"] for entry in journal.select()] == [9]
    journal.clear()
    journal.add({"kind": "request", "at": 10, "body": "x" * 20})
    journal.add({"kind": "request", "at": 11, "body": "x" * 5})
    assert [entry["at"] for entry in journal.select()] == [10, 11]


def test_answers_count_too_although_they_are_written_later() -> None:
    journal = Journal(largest=10_000)
    for at in range(COUNTED_EVERY):
        journal.add({"kind": "request", "at": at, "body": "", "response": None})["response"] = "x" * 1000
    assert len(journal.select()) < 12


def test_long_shelf_loses_its_oldest_that_may_go() -> None:
    shelf = Shelf("number", int)
    for number in range(12):
        shelf.put(str(number), number)
    shelf.shorten(12, 4, lambda number: number % 2 == 0)
    assert len(shelf) == 12
    shelf.shorten(11, 4, lambda number: number % 2 == 0)
    assert list(shelf) == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert "0" in shelf.changed


def test_keys_are_masked_and_huge_bodies_cut() -> None:
    assert masked({"x-api-key": "secret", "Authorization": "Bearer x", "a": "b"}) == {
        "x-api-key": "***",
        "Authorization": "***",
        "a": "b",
    }
    assert readable(b"x" * (LONGEST_BODY + 1)).endswith(f"({LONGEST_BODY + 1} bytes)")
    assert readable("ñ".encode()) == "ñ"
