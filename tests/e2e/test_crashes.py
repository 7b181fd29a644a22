"""Kill the product without warning: it starts and goes on, and nothing is lost or paid twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.programs import Fake, Serve
from tests.support.waiting import wait_for


def ledger(fake: Fake, title: str) -> list[dict[str, object]]:
    return [row for row in fake.ledger() if row["title"] == title]


@pytest.mark.parametrize(
    "mode", [pytest.param("webhook", marks=pytest.mark.long), pytest.param("polling", marks=pytest.mark.long), "hybrid"]
)
def test_a_render_that_outlives_a_kill_is_learned_after_the_restart(
    fake: Fake, serve: Callable[..., Serve], mode: str
) -> None:
    title = f"killed-{mode}"
    settings = {"mode": mode, "HEYGEN_FALLBACK_AFTER_S": "4", "HEYGEN_POLL_INTERVAL_S": "2"}
    first = serve(fake.url, **settings)
    reel_id = first.submit("Hola [[sim: render=3s]]", title)
    first.wait_until(reel_id, "processing")
    first.kill()
    wait_for(lambda: ledger(fake, title)[0]["outcome"] == "completed", what="the render to end meanwhile")
    second = serve(fake.url, port=first.port, **settings)
    fake.sim("POST", "clock", advance_s=120)  # the next try of a delivery that met a dead receiver falls due
    reel = second.wait_until(reel_id, "completed", timeout_s=30)
    assert reel["detected_by"] == ("poll" if mode == "polling" else reel["detected_by"])
    assert [row["charges"] for row in ledger(fake, title)] == [1]


def test_a_kill_while_the_submission_is_unanswered_pays_once(fake: Fake, serve: Callable[..., Serve]) -> None:
    title = "killed-while-sending"
    first = serve(fake.url, mode="polling", HEYGEN_POLL_INTERVAL_S="2")
    reel_id = first.submit("Hola [[sim: render=2s answer=timeout:8s]]", title)
    wait_for(lambda: ledger(fake, title), what="HeyGen to have taken the video")
    first.kill()
    store = first.store
    with store.transaction() as conn:  # the lease of the dead worker runs out
        conn.execute("UPDATE reel SET lease_until = 1 WHERE id = ?", (reel_id,))
    store.close()
    second = serve(fake.url, port=first.port, mode="polling", HEYGEN_POLL_INTERVAL_S="2")
    reel = second.wait_until(reel_id, "completed", timeout_s=30)
    (row,) = ledger(fake, title)
    assert (row["video_id"], row["charges"]) == (reel["video_id"], 1)


def test_a_reel_stored_while_nothing_runs_is_sent_at_the_next_start(fake: Fake, serve: Callable[..., Serve]) -> None:
    first = serve(fake.url, mode="polling")
    first.kill()
    reel_id = first.submit("Hola [[sim: render=1s]]", "stored-while-down")
    second = serve(fake.url, port=first.port, mode="polling", HEYGEN_POLL_INTERVAL_S="2")
    assert second.wait_until(reel_id, "completed")["detected_by"] == "poll"


def test_serve_stops_cleanly_on_sigterm(fake: Fake, serve: Callable[..., Serve]) -> None:
    server = serve(fake.url, mode="hybrid")
    assert server.stop() == 0
    assert "Traceback" not in server.output
