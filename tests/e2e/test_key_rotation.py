"""The API key is rotated while reels are under way: none is lost, and the new key goes on with all of them."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.programs import Fake, Serve
from tests.support.waiting import wait_for

OLD, NEW = "the-old-key", "the-new-key"


def test_reels_go_on_with_the_new_key(fake: Fake, serve: Callable[..., Serve]) -> None:
    polling = {"mode": "polling", "HEYGEN_POLL_INTERVAL_S": "2"}
    before = serve(fake.url, key=OLD, **polling)
    rendering = before.submit("Hola [[sim: render=3s]]", "rendering")
    before.wait_until(rendering, "processing")
    fake.sim("POST", "keys", old=OLD, new=NEW)
    waiting = before.submit("Hola [[sim: render=1s]]", "waiting")
    wait_for(lambda: before.product.processor.submission.gate().state == "stopped", what="the queue to stop")
    assert before.reel(waiting).status == "pending"
    assert before.reel(waiting).failure_code == "unauthorized"
    assert before.reel(rendering).status == "processing"
    before.stop()
    after = serve(fake.url, key=NEW, **polling)
    for reel in (rendering, waiting):
        assert after.wait_until(reel, "completed", "failed", timeout_s=90)["status"] == "completed"
    rows = {row["title"]: row["charges"] for row in fake.ledger()}
    assert rows == {"rendering": 1, "waiting": 1}
