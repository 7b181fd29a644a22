"""The same promises on Celery: with a real Redis, a real worker and beat, of which each may be lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.broker import make_app
from core.heartbeat import HEARTBEAT, QUEUES
from core.models import ProcessingMode, Reel
from core.pace import NOT_BEFORE
from core.reconcile import CAUGHT_UP
from core.signature import sign
from tests.support.celery_programs import Celery, Redis, need
from tests.support.programs import Fake, Serve
from tests.support.waiting import wait_for

SECRET = "whsec_of_the_test"
NEWS = ("-Q", "submit,sweep,inbox")


class World:
    """Hold a receiver, a broker, two workers and beat over one store."""

    def __init__(self, folder: Path, fake: Fake) -> None:
        self.folder = folder
        self.fake = fake
        self.redis = Redis(folder)
        settings = {
            "CELERY_BROKER_URL": self.redis.url,
            "HEYGEN_WEBHOOK_SECRET": SECRET,
            "HEYGEN_FALLBACK_AFTER_S": "3",
            "HEYGEN_POLL_INTERVAL_S": "1",
        }
        self.serve = Serve(folder, fake.url, mode="hybrid", works=False, **settings)
        self.environ = self.serve.environ
        self.news = self.worker("news", *NEWS, "-c", "2")
        self.others = self.worker("others", "-Q", "archive,notify", "-P", "solo")
        self.beat = Celery(folder, self.environ, "beat", "beat")

    def begin(self) -> None:
        """Wait until everything runs."""
        wait_for(lambda: self.health()["worker"]["alive"], timeout_s=60, what="the workers to show that they live")
        caught_up = NOT_BEFORE + CAUGHT_UP  # else a reel might be learned of from HeyGen's history
        wait_for(lambda: self.serve.store.facts.get(caught_up), timeout_s=60, what="the history to be looked through")

    def worker(self, name: str, *words: str) -> Celery:
        quiet = ("--without-gossip", "--without-mingle", "-l", "WARNING")
        return Celery(self.folder, self.environ, name, "worker", "-n", f"{name}@test", *quiet, *words)

    def health(self) -> dict[str, Any]:
        return dict(httpx.get(f"{self.serve.url}/healthz", trust_env=False).json())

    def submit(self, script: str, title: str, mode: str = "hybrid") -> int:
        """Store a reel as a page would, which wakes Celery."""
        reel = Reel(script=script, title=title, mode=ProcessingMode(mode))
        return self.serve.product.processor.enqueue(reel).id or 0

    def reached(self, reel_id: int, *statuses: str, timeout_s: float = 40) -> Reel:
        """Return the reel once it has one of these states."""
        wait_for(
            lambda: self.serve.reel(reel_id).status in statuses,
            timeout_s=timeout_s,
            what=f"reel {reel_id} to become {statuses}: {self.news.output[-2000:]}",
        )
        return self.serve.reel(reel_id)

    def story(self, reel_id: int) -> list[str]:
        return [entry.kind for entry in self.serve.store.timeline.of(reel_id)]

    def truth(self, title: str) -> dict[str, Any]:
        (row,) = [row for row in self.fake.ledger() if row["title"] == title]
        return row

    def send(self, task: str, *args: int, queue: str, times: int = 1) -> None:
        """Send the very same message several times, from threads."""
        app = make_app(self.redis.url)
        with ThreadPoolExecutor(times) as hands:
            for _ in range(times):
                hands.submit(app.send_task, f"core.tasks.{task}", args, queue=queue, task_id=f"{task}-{args}")

    def settled(self) -> bool:
        return self.redis.waiting(*QUEUES) == 0

    def webhook(self, video_id: str) -> int:
        """Deliver signed news of a video; return the status of the answer."""
        event = {"event_type": "avatar_video.success", "event_data": {"video_id": video_id}}
        body = json.dumps(event).encode()
        headers = {"Heygen-Signature": sign(body, SECRET)}
        answer = httpx.post(f"{self.serve.url}/webhooks/heygen", content=body, headers=headers, trust_env=False)
        return answer.status_code

    def stop(self) -> None:
        for program in (self.beat, self.news, self.others, self.serve, self.redis):
            if program.process.poll() is None:
                program.kill()


@pytest.fixture(scope="module")
def world(folder: Path, fake: Fake) -> Iterator[World]:
    need()
    made = World(folder, fake)
    try:
        made.begin()
        yield made
    finally:
        made.stop()


def test_reels_come_to_their_end_in_every_mode(world: World) -> None:
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


def test_the_turns_are_taken_by_celery_alone_and_every_queue_shows_that_it_is_served(world: World) -> None:
    assert world.serve.store.facts.get(HEARTBEAT) is None  # what a thread of this process would write
    told = world.health()
    assert told["broker"] == "ok"
    assert told["worker"]["age_s"] < 15
    wait_for(lambda: None not in world.serve.figures().queues_s.values(), what="each queue to be served")


def test_a_task_that_comes_five_times_at_once_and_another_time_late_changes_nothing(world: World) -> None:
    title = "five-times"
    reel_id = world.submit("Hola [[sim: render=2s webhook=drop]]", title, "polling")
    for task, queue in (("process_reel", "submit"), ("check_reel_status", "sweep")):
        world.send(task, reel_id, queue=queue, times=5)
    for task in ("submit", "sweep", "inbox"):
        world.send(task, queue=task, times=5)
    world.reached(reel_id, "completed")
    assert [world.story(reel_id).count(kind) for kind in ("sending", "processing", "completed")] == [1, 1, 1]
    assert world.truth(title)["charges"] == 1
    wait_for(lambda: "kept" in world.story(reel_id), what="the files to be kept")
    before = (world.serve.reel(reel_id), world.story(reel_id), world.truth(title))
    world.send("process_reel", reel_id, queue="submit", times=5)
    world.send("check_reel_status", reel_id, queue="sweep", times=5)
    wait_for(world.settled, what="the late tasks to be done")
    assert (world.serve.reel(reel_id), world.story(reel_id), world.truth(title)) == before


def test_while_the_broker_is_gone_news_are_taken_in_and_all_goes_on_when_it_is_back(world: World) -> None:
    first = world.submit("Hola [[sim: render=600s webhook=drop]]", "before-the-outage", "webhook")
    video_id = world.reached(first, "processing").video_id or ""
    world.redis.kill()
    wait_for(lambda: world.health()["broker"] != "ok", what="the outage to be noticed")
    begun = time.monotonic()
    assert world.webhook(video_id) == 200
    assert time.monotonic() - begun < 1
    second = world.serve.submit("Hola [[sim: render=1s]]", "during-the-outage")
    assert "does not answer" in world.serve.core("dashboard")["broker"]
    assert [row["video_id"] for row in world.fake.ledger() if row["title"] == "during-the-outage"] == []
    assert world.serve.store.deliveries.waiting()[0] == 1
    world.fake.sim("POST", "clock", advance_s=600)
    world.redis = world.redis.again()
    assert world.reached(first, "completed").detected_by == "webhook"
    world.reached(second, "completed")
    wait_for(lambda: world.health()["broker"] == "ok", what="the broker to be seen again")


def test_a_connection_lost_with_wake_ups_in_hand_is_let_go(tmp_path: Path) -> None:
    need()
    redis = Redis(tmp_path)
    app = make_app(redis.url)
    connection = app.connection_for_read()
    for _ in range(2):
        app.send_task("core.tasks.submit", queue="submit")
    queue = app.amqp.queues["submit"].bind(connection.default_channel)
    at_work = [wait_for(queue.get, what="the wake-up") for _ in range(2)]
    redis.kill()
    connection.transport.client = None  # so kombu leaves it once it has seen that the connection is lost
    connection.default_channel.close()  # an error in any of these would end the whole worker
    at_work[0].ack()
    at_work[1].reject(requeue=True)


def test_a_worker_that_is_killed_while_it_sends_pays_once(world: World) -> None:
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
