"""Two products over one PostgreSQL, one of them killed: nothing is lost, and nothing paid twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.models import ReelStatus
from tests.support.postgres import TEMPLATE, PostgresServer
from tests.support.programs import Fake, Serve
from tests.support.waiting import wait_for

REELS = 8


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    server = Fake(tmp_path)
    yield server
    server.stop()


@pytest.mark.long
def test_what_a_killed_process_had_in_hand_another_one_ends(
    postgres: PostgresServer, fake: Fake, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": postgres.url(TEMPLATE), "DATA_FOLDER": str(tmp_path), "HEYGEN_POLL_INTERVAL_S": "1"}
    first, second = (Serve(tmp_path, fake.url, mode="hybrid", HEYGEN_FALLBACK_AFTER_S="4", **settings) for _ in "12")
    try:
        rows = "\n".join(f'Reel {n},"Hola [[sim: render=2s]]"' for n in range(REELS))
        (tmp_path / "many.csv").write_text(f"title,script\n{rows}\n")
        first.core("submit", "--csv", str(tmp_path / "many.csv"))
        wait_for(lambda: first.store.reels.counts()[ReelStatus.PROCESSING], what="some to be sent")
        first.kill()
        with second.store.transaction() as conn:  # the leases of the dead worker run out
            conn.execute("UPDATE reel SET lease_until = 1 WHERE lease_until IS NOT NULL")
            conn.execute("UPDATE delivery SET lease_until = 1 WHERE lease_until IS NOT NULL")
        wait_for(
            lambda: second.store.reels.counts()[ReelStatus.COMPLETED] == REELS,
            timeout_s=40,
            what="all to be completed",
        )
        assert [row["charges"] for row in fake.ledger()] == [1] * REELS
        assert "not-asked-for" not in first.output + second.output
    finally:
        second.stop()
        postgres.empty(TEMPLATE)
