"""What a copy of a database moves, how it goes on after an interruption, and what its proof finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core import relocation
from core.__main__ import main
from core.errors import Refused, StoreError
from core.heartbeat import HEARTBEAT
from core.models import Channel, ReelStatus, Shelf, Verdict
from core.presets import Choices, Preset
from core.shelf import Shelving
from core.store import ReelFilter, Store
from core.store.copying import COUNTED, KEYS
from tests.conftest import Build
from tests.factories import NOW, House, a_body, a_delivery, a_store, an_observation
from tests.store.sides import somebody_elses
from tests.support.postgres import TEMPLATE, PostgresServer

Fill = Callable[[], House]


@pytest.fixture(params=["to postgresql", "to sqlite"])
def sides(request: pytest.FixtureRequest, postgres: PostgresServer, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Return the addresses of a source and of an empty target."""
    addresses = f"sqlite:///{tmp_path}/reels.db", postgres.url(TEMPLATE)
    yield addresses if request.param == "to postgresql" else (addresses[1], addresses[0])
    postgres.empty(TEMPLATE)


@pytest.fixture
def database(sides: tuple[str, str]) -> str:
    """Build products on the source."""
    return sides[0]


@pytest.fixture
def house(build: Build) -> House:
    """Return a product with something in every table."""
    house = build("hybrid")
    store = house.store
    campaign = store.campaigns.add("Otoño", "draft-1", "token", NOW)
    reels = [house.stored(title=f"Reel {n} ñ\u0000", campaign_id=campaign, duration_s=12.5) for n in range(5)]
    first = reels[0].id or 0
    store.notifications.switch(NOW, on=True)
    for n, reel in enumerate(reels[:3]):
        house.processor.apply(an_observation("failed" if n else "completed", video_id=reel.video_id))
        store.looks.note({reel.id or 0: "processing"}, Channel.POLL, NOW)
    store.notifications.tell([ended.id for ended in store.notifications.untold()], ["target"], NOW)
    store.notifications.tell_campaign(campaign or 0, ["target"], NOW)
    store.campaigns.ask_retries(campaign or 0, NOW)
    store.reels.note_past_video(replace(reels[4], video_id="v_old"))
    store.reels.add_token(first, b"\x00\xff" * 16)
    store.deliveries.record([a_delivery(a_body(video_id=f"v{n}"), reel_id=first) for n in range(7)])
    delivery = store.deliveries.get(1)
    assert delivery is not None
    store.deliveries.settle(delivery, Verdict.POISON, now=NOW, set_aside=True, note="words")
    store.facts.refuse("forged", 7, NOW)
    store.campaigns.keep_draft("draft-2", "{}", NOW)
    store.drafts.submit("draft-3", "ana", first, NOW)
    store.drafts.remember("ana", Choices(), NOW)
    store.favourites.mark("ana", "avatar", "a1", NOW, liked=True)
    store.presets.save(Preset(id=None, campaign="", name="uno", choices=Choices()), "ana", NOW)
    with store.transaction() as conn:
        columns = "reel_id, kind, name, bytes, sha256, kept_at"
        conn.execute(f"INSERT INTO kept_file ({columns}) VALUES (?, 'video', 'v.mp4', 1, 'x', 0)", (first,))
    Shelving(store).delete(reels[3].id or 0)
    Shelving(store).archive(reels[1].id or 0)
    return house


@pytest.fixture
def target(sides: tuple[str, str], tmp_path: Path) -> Iterator[Store]:
    with closing(a_store(sides[1], tmp_path / "other")) as opened:
        yield opened


def silent(_table: str, _rows: int) -> None:
    """Hear of nothing."""


def test_every_table_is_filled_by_these_tests_and_known_to_the_copy(house: House) -> None:
    read = house.store.reels._connections.read()
    empty = [table for table in KEYS if read.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None]
    assert empty == []
    if house.settings.database_url.startswith("sqlite"):
        names = {
            row[0]
            for row in read.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
                "AND name NOT LIKE '%\\_text%' ESCAPE '\\' AND name <> '_sqlite_migrations'"
            )
        }
        assert names - {"lease"} == set(KEYS) | set(COUNTED)


def test_everything_is_moved_and_proven(house: House, target: Store) -> None:
    proof = relocation.relocate(house.store, target, NOW, silent)
    assert {copied.table: copied.rows for copied in proof}["reel"] == 5
    assert all(copied.rows for copied in proof)
    store = house.store
    for shelf in Shelf:
        wanted = ReelFilter(shelf=shelf)
        assert [r.id for r in target.reels.page(wanted, 9)] == [r.id for r in store.reels.page(wanted, 9)]
    assert target.campaigns.get(1).counts == store.campaigns.get(1).counts
    assert target.campaigns.get(1).deleted == 1
    assert (target.reels.counts(), target.deliveries.counts()) == (store.reels.counts(), store.deliveries.counts())
    assert [entry.kind for entry in target.timeline.of(1)] == [entry.kind for entry in store.timeline.of(1)]
    assert target.reels.token_reel(b"\x00\xff" * 16) == 1


def test_the_moved_product_goes_on(house: House, target: Store) -> None:
    relocation.relocate(house.store, target, NOW, silent)
    [new] = target.reels.add([replace(house.again(house.stored("pending")), id=None, idempotency_key="new")])
    assert new.id == 6
    assert [reel.id for reel in target.reels.page(ReelFilter(text="reel 2"), 9)] == [3]
    target.deliveries.log.index(99)
    assert target.deliveries.log.unindexed() == 0
    assert len(target.deliveries.claim(now=NOW, lease_s=60.0, limit=99)) == 6


def test_an_interrupted_copy_goes_on_where_it_was(house: House, target: Store) -> None:
    def interrupt(table: str, _rows: int) -> None:
        if table == "delivery":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        relocation.relocate(house.store, target, NOW, interrupt)
    assert len(target.reels.page(ReelFilter(shelf=Shelf.LISTED), 9)) == 3
    again: dict[str, int] = {}
    relocation.relocate(house.store, target, NOW, again.__setitem__)
    assert (again["reel"], again["delivery"], again["refusal"]) == (0, 0, 1)


def test_a_target_with_anything_in_it_is_refused(house: House, target: Store) -> None:
    target.facts.put("theirs", 1, NOW)
    with pytest.raises(Refused, match="already holds data"):
        relocation.relocate(house.store, target, NOW, silent)
    relocated = target.facts.get("theirs")
    assert relocated == 1


def test_a_finished_copy_is_not_made_again(house: House, target: Store) -> None:
    relocation.relocate(house.store, target, NOW, silent)
    with pytest.raises(Refused, match="already holds data"):
        relocation.relocate(house.store, target, NOW, silent)


def test_a_product_that_runs_is_not_copied(house: House, target: Store) -> None:
    house.store.facts.put(HEARTBEAT, {}, NOW)
    with pytest.raises(Refused, match="stop it"):
        relocation.relocate(house.store, target, NOW + timedelta(seconds=14), silent)
    relocation.relocate(house.store, target, NOW + timedelta(seconds=16), silent)


def test_a_row_that_changed_meanwhile_is_found(house: House, target: Store, sides: tuple[str, str]) -> None:
    def meddle(table: str, _rows: int) -> None:
        if table == "telling":
            house.store.reels.save(house.store.reels.get(1), failure_message="changed")

    with pytest.raises(StoreError, match="copy of reel differs"):
        relocation.relocate(house.store, target, NOW, meddle)


def test_a_counter_that_is_wrong_is_found(house: House, target: Store, sides: tuple[str, str]) -> None:
    counted = "reel_count" if sides[0].startswith("sqlite") else "reel_count_slot"
    with somebody_elses(sides[0]) as conn:
        conn.execute(f"UPDATE {counted} SET n = n + 1 WHERE status = '{ReelStatus.FAILED}'")
    with pytest.raises(StoreError, match="figures in reel_count differ"):
        relocation.relocate(house.store, target, NOW, silent)


def test_the_word_copies_and_says_so_in_one_line_where_it_cannot(
    house: House, sides: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sides[0])
    words = ["copy", "--from", sides[0], "--to", sides[1]]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "the same on both sides" in said
    assert said.strip().splitlines()[-1].startswith("Kept files")
    assert main(words) == 1
    complained = capsys.readouterr().err
    assert complained.count("\n") == 1
    assert "already holds data" in complained
    with pytest.raises(SystemExit, match="2"):
        main(["copy", "--from", "mysql://x/y", "--to", sides[1]])
