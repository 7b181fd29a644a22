"""What HeyGen refuses: a sentence each, and the reel is kept and can be tried again."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.programs import Fake, Serve, free_port, kinds
from tests.support.waiting import wait_for


def test_no_credit_stops_the_queue_and_a_fuller_wallet_opens_it(fake: Fake, serve: Callable[..., Serve]) -> None:
    fake.sim("POST", "wallet", balance=0)
    server = serve(fake.url, mode="polling", HEYGEN_POLL_INTERVAL_S="2")
    ids = [server.submit("Hola [[sim: render=1s]]", f"broke-{n}") for n in range(3)]
    wait_for(lambda: server.figures().gate.state == "stopped", what="the queue to stop")
    assert {server.reel(reel_id).status for reel_id in ids} == {"pending"}
    reasons = [server.reel(reel_id).failure_code for reel_id in ids]
    assert "insufficient_credit" in reasons
    assert set(reasons) <= {"insufficient_credit", None}
    refused = server.core("check", str(ids[reasons.index("insufficient_credit")]), code=1)
    assert refused.count("\n") == 1
    wait_for(lambda: server.figures().wallet_balance == 0, what="a look at the empty wallet")
    fake.sim("POST", "wallet", balance=1000)
    server.core("retry", str(ids[0]))
    assert all(server.wait_until(reel_id, "completed")["detected_by"] == "poll" for reel_id in ids)


def test_a_wrong_key_keeps_the_reel_and_says_so(fake: Fake, serve: Callable[..., Serve]) -> None:
    server = serve(fake.url, mode="polling", key="invalid")
    reel_id = server.submit("Hola")
    wait_for(lambda: server.reel(reel_id).failure_code == "unauthorized", what="the refusal to be shown")
    assert server.reel(reel_id).status == "pending"
    assert "queue_stopped" in kinds(server.show(reel_id))
    checks = {check["name"]: check for check in server.core("doctor", code=1)}
    assert (checks["heygen"]["result"], "401" in checks["heygen"]["seen"]) == ("fail", True)


def test_an_unreachable_heygen_keeps_the_reel_until_it_is_back(
    fake: Fake, serve: Callable[..., Serve], tmp_path_factory
) -> None:
    port = free_port()
    server = serve(f"http://127.0.0.1:{port}", mode="polling", HEYGEN_POLL_INTERVAL_S="2")
    reel_id = server.submit("Hola [[sim: render=1s]]")
    wait_for(lambda: server.reel(reel_id).failure_code == "unreachable", what="the trouble to be shown")
    assert "cannot be reached" in server.reel(reel_id).failure_message
    late = Fake(tmp_path_factory.mktemp("late"), port=port)
    try:
        assert server.wait_until(reel_id, "completed", timeout_s=40)["failure_code"] is None
    finally:
        late.stop()


def test_a_refused_avatar_fails_the_reel_in_heygens_words_and_can_be_retried(
    fake: Fake, serve: Callable[..., Serve]
) -> None:
    server = serve(fake.url, mode="polling")
    reel_id = int(server.core("submit", "--script", "Hola", "--avatar", "nobody")["id"])
    reel = server.wait_until(reel_id, "failed")
    assert reel["failure_code"] == "avatar_not_found"
    assert reel["request_id"]
    server.core("retry", str(reel_id))
    wait_for(lambda: server.reel(reel_id).attempt == 2 and server.reel(reel_id).status == "failed")


def test_a_failed_render_is_rendered_and_paid_again_only_by_a_retry(fake: Fake, serve: Callable[..., Serve]) -> None:
    server = serve(fake.url, mode="hybrid")
    reel_id = server.submit("Hola [[sim: render=1s outcome=failed]]", "fails-twice")
    first = server.wait_until(reel_id, "failed")
    server.core("retry", str(reel_id))
    wait_for(lambda: server.reel(reel_id).video_id not in (None, first["video_id"]), what="a second video")
    server.wait_until(reel_id, "failed")
    assert len([row for row in fake.ledger() if row["title"] == "fails-twice"]) == 2
