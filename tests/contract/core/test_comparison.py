"""The comparison of the three modes: a program of its own, in a world of its own, that leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import comparison
from core.clock import utcnow
from core.errors import Refused
from core.store import ReelFilter, Store, open_store
from tests.support.programs import ROOT, clean_environ, run_core
from tests.support.waiting import wait_for

PATIENCE_S = 60


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/reels.db")
    yield opened
    opened.close()


def processes() -> set[str]:
    """Return the command lines of the simulators that comparisons have started."""
    listed = subprocess.run(["ps", "-axwwo", "pid,command"], capture_output=True, text=True, check=True).stdout
    return {line for line in listed.splitlines() if "fake_heygen --scenario healthy --exit-with-parent" in line}


@pytest.mark.long
def test_lost_webhooks_part_the_modes(tmp_path: Path, store: Store) -> None:
    before = processes()
    environ = clean_environ(DATABASE_URL=f"sqlite:///{tmp_path}/reels.db", TMPDIR=str(tmp_path))
    done = run_core("compare", "--scenario", "webhooks-down", "--reels", "3", environ=environ)
    assert done.returncode == 0, done.stderr
    told = comparison.latest(store)
    assert told is not None
    sides: dict[str, dict[str, Any]] = {side["mode"]: side for side in told["sides"]}
    assert (told["state"], set(sides)) == ("done", {"webhook", "polling", "hybrid"})
    assert sides["webhook"]["states"] == {"processing": 3}
    assert (sides["webhook"]["findings"], sides["webhook"]["asked"]) == ({"stuck": 3}, 0)
    for mode in ("polling", "hybrid"):
        assert sides[mode]["states"] == {"completed": 3}
        assert sides[mode]["sound"]
        assert sides[mode]["channels"] == {"poll": 3}
        assert sides[mode]["known_s"] == sorted(sides[mode]["known_s"])
    assert sides["polling"]["p50_s"] < sides["hybrid"]["p50_s"]  # hybrid waits for the webhook first
    assert {side["spent"] for side in sides.values()} == {sides["hybrid"]["spent"]}  # the same fates everywhere
    assert sides["hybrid"]["spent"] > 0
    assert all(side["webhooks"] == 0 for side in sides.values())
    assert store.reels.page(ReelFilter(), 9) == []
    assert processes() == before
    assert list(tmp_path.glob("compare-*")) == []


def test_what_cannot_be_compared_is_one_sentence_here_and_on_the_page(tmp_path: Path, store: Store) -> None:
    environ = clean_environ(DATABASE_URL=f"sqlite:///{tmp_path}/reels.db")
    done = run_core("compare", "--scenario", "no-such", "--reels", "3", environ=environ)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    told = comparison.latest(store)
    assert told is not None
    assert (told["state"], told["problem"]["message"]) == ("failed", "The fake HeyGen refused this: {text}")
    assert not comparison.running(store, utcnow())
    done = run_core("compare", "--scenario", "healthy", "--reels", "31", environ=environ)
    assert "31 reels cannot be compared: choose 1 to 30." in done.stderr


def test_only_one_comparison_runs_at_a_time(store: Store) -> None:
    store.facts.put(comparison.FACT, {"state": "running"}, utcnow())
    with pytest.raises(Refused, match="Another comparison runs"):
        comparison.start(store, "healthy", 1)


def test_a_comparison_ends_when_what_started_it_is_killed(tmp_path: Path, store: Store) -> None:
    before = processes()
    script = (
        "import time; from core import comparison; from core.store import open_store;"
        f"comparison.start(open_store('sqlite:///{tmp_path}/reels.db'), 'endless-night', 2); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=clean_environ())
    try:
        wait_for(lambda: bool(_done(store)), timeout_s=PATIENCE_S, what="the comparison to run")
        assert len(processes() - before) == 1
    finally:
        starter.kill()
        starter.wait()

    def given_up() -> bool:
        return (comparison.latest(store) or {}).get("state") == "failed"

    wait_for(given_up, timeout_s=PATIENCE_S, what="the comparison to be given up")
    wait_for(lambda: processes() <= before, timeout_s=PATIENCE_S, what="its simulator to end")


def _done(store: Store) -> Any:
    return (comparison.latest(store) or {}).get("done")
