"""Delete a reel at the worst moments and kill the product: the rest goes all the same, and nothing is paid again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.places import beside
from core.shelf import Shelving
from tests.e2e.test_crashes import ledger
from tests.support.programs import Fake, Serve
from tests.support.waiting import wait_for

POLLING = {"mode": "polling", "HEYGEN_POLL_INTERVAL_S": "2"}


def delete(server: Serve, reel_id: int) -> None:
    """Delete a reel as a page does, in a process that is not the worker's."""
    store = server.store
    Shelving(store).delete(reel_id)
    store.close()


def is_gone(server: Serve, reel_id: int) -> bool:
    store = server.store
    try:
        row = store.reels.get(reel_id)
        return store.removals.is_done(reel_id) and (row.title, row.script, row.video_url) == ("", "", None)
    finally:
        store.close()


def asked_to_delete(fake: Fake, video_id: object) -> int:
    path = f"/v3/videos/{video_id}"
    rows = fake.sim("GET", "journal")["data"]
    return sum(row.get("method") == "DELETE" and row.get("path") == path for row in rows)


@pytest.mark.long
def test_a_render_that_was_deleted_and_killed_goes_after_the_restart(fake: Fake, serve: Callable[..., Serve]) -> None:
    title = "deleted-while-rendering"
    first = serve(fake.url, **POLLING)
    reel_id = first.submit("Hola [[sim: render=4s]]", title)
    first.wait_until(reel_id, "processing")
    delete(first, reel_id)
    first.kill()
    second = serve(fake.url, port=first.port, **POLLING)
    wait_for(lambda: is_gone(second, reel_id), timeout_s=40, what="nothing to be left of the reel")
    [row] = ledger(fake, title)
    assert (row["outcome"], row["charges"]) == ("completed", 1)
    assert asked_to_delete(fake, row["video_id"]) == 1
    assert not beside(second.store.path).workbench(reel_id).exists()


def test_a_sending_that_was_deleted_and_killed_is_not_made_again(fake: Fake, serve: Callable[..., Serve]) -> None:
    title = "deleted-while-sending"
    first = serve(fake.url, **POLLING)
    reel_id = first.submit("Hola [[sim: render=2s answer=timeout:8s]]", title)
    wait_for(lambda: ledger(fake, title), what="HeyGen to have taken the video")
    delete(first, reel_id)
    first.kill()
    store = first.store
    with store.transaction() as conn:  # the lease of the dead worker runs out
        conn.execute("UPDATE reel SET lease_until = 1 WHERE id = ?", (reel_id,))
    store.close()
    second = serve(fake.url, port=first.port, **POLLING)
    wait_for(lambda: is_gone(second, reel_id), timeout_s=40, what="nothing to be left of the reel")
    [row] = ledger(fake, title)
    assert row["charges"] == 1
    assert asked_to_delete(fake, row["video_id"]) == 1
