"""What is promised on Celery, whichever broker it has."""

from __future__ import annotations

import time

from tests.support.celery_world import BRAND, BRANDS_KEY, NEWS, World
from tests.support.waiting import wait_for


def reels_come_to_their_end_in_every_mode(world: World) -> None:
    fates = {
        ("webhook", "success"): ("render=1s", "completed", "webhook"),
        ("polling", "failure"): ("render=1s outcome=failed code=rendering_failed", "failed", "poll"),
        ("hybrid", "lost"): ("render=1s webhook=drop", "completed", "poll"),
    }
    ids = {
        case: world.submit(f"Hola [[sim: {words}]]", "-".join(case), case[0]) for case, (words, _, _) in fates.items()
    }
    for case, (_, status, channel) in fates.items():
        reel = world.reached(ids[case], "completed", "failed")
        truth = world.truth("-".join(case))
        assert (reel.status, reel.detected_by) == (status, channel)
        assert (truth["outcome"], truth["video_id"], truth["charges"]) == (status, reel.video_id, 1)
    wait_for(lambda: "kept" in world.story(ids["webhook", "success"]), what="the files to be kept")


def an_account_without_credit_holds_up_no_other(world: World) -> None:
    assert world.fake.http.get("/v3/users/me", headers={"X-Api-Key": BRANDS_KEY}).is_success  # it opens the account
    world.fake.sim("POST", f"wallet?account={BRANDS_KEY}", balance=0.0)
    poor, rich = (world.submit("Hola [[sim: render=1s]]", f"of-{account}", account=account) for account in (BRAND, ""))
    world.reached(rich, "completed")
    gate = world.serve.product.processor.submission_of(BRAND).gate
    wait_for(lambda: gate().reason == "insufficient_credit", what="the brand's queue to stop")
    assert world.serve.reel(poor).status == "pending"
    world.fake.sim("POST", f"wallet?account={BRANDS_KEY}", balance=100.0)
    world.serve.product.processor.retry(poor)
    assert world.reached(poor, "completed").account == BRAND
    assert world.truth(f"of-{BRAND}")["charges"] == 1


def while_the_broker_is_gone_news_are_taken_in_and_all_goes_on_when_it_is_back(world: World) -> None:
    first = world.submit("Hola [[sim: render=600s webhook=drop]]", "before-the-outage", "webhook")
    video_id = world.reached(first, "processing").video_id or ""
    world.broker.kill()
    wait_for(lambda: world.health()["broker"] != "ok", what="the outage to be noticed")
    begun = time.monotonic()
    assert world.webhook(video_id) == 200
    assert time.monotonic() - begun < 1
    second = world.serve.submit("Hola [[sim: render=1s]]", "during-the-outage")
    assert "does not answer" in world.serve.core("dashboard")["broker"]
    assert [row["video_id"] for row in world.fake.ledger() if row["title"] == "during-the-outage"] == []
    assert world.serve.store.deliveries.waiting()[0] == 1
    world.fake.sim("POST", "clock", advance_s=600)
    world.broker = world.broker.again()
    assert world.reached(first, "completed", timeout_s=90).detected_by == "webhook"
    world.reached(second, "completed", timeout_s=90)
    wait_for(lambda: world.health()["broker"] == "ok", what="the broker to be seen again")


def a_worker_that_is_killed_while_it_sends_pays_once(world: World) -> None:
    title = "worker-killed"
    reel_id = world.submit("Hola [[sim: render=1s answer=timeout:60s]]", title)
    wait_for(lambda: [row for row in world.fake.ledger() if row["title"] == title], what="HeyGen to have the video")
    world.news.kill()
    assert world.serve.reel(reel_id).send_state == "sending"
    with world.serve.store.transaction() as conn:  # the lease of the dead worker runs out
        conn.execute("UPDATE reel SET lease_until = 1 WHERE id = ?", (reel_id,))
    world.news = world.worker("news", *NEWS, "-c", "2")
    reel = world.reached(reel_id, "completed")
    assert (world.truth(title)["video_id"], world.truth(title)["charges"]) == (reel.video_id, 1)
