"""Run the whole product on Celery, whichever broker it has, so that each part may be lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from core.broker import make_app
from core.heartbeat import QUEUES
from core.models import ProcessingMode, Reel
from core.pace import NOT_BEFORE
from core.reconcile import CAUGHT_UP
from core.signature import sign
from tests.support.celery_programs import Celery, Redis
from tests.support.programs import Fake, Serve
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import wait_for

SECRET = "whsec_of_the_test"
BRAND, BRANDS_KEY = "globex", "key-of-globex"
NEWS = ("-Q", "submit,sweep,inbox")
Broker = Redis | RabbitMQ


class World:
    """Hold a receiver, a broker, two workers and beat over one store."""

    def __init__(self, folder: Path, fake: Fake, broker: Broker) -> None:
        self.folder = folder
        self.fake = fake
        self.broker = broker
        settings = {
            "CELERY_BROKER_URL": broker.url,
            "HEYGEN_WEBHOOK_SECRET": SECRET,
            "HEYGEN_ACCOUNTS": BRAND,
            "HEYGEN_API_KEY_GLOBEX": BRANDS_KEY,
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

    def submit(self, script: str, title: str, mode: str = "hybrid", account: str = "") -> int:
        """Store a reel as a page would, which wakes Celery."""
        reel = Reel(script=script, title=title, mode=ProcessingMode(mode), account=account)
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
        app = make_app(self.broker.url)
        with ThreadPoolExecutor(times) as hands:
            for _ in range(times):
                hands.submit(app.send_task, f"core.tasks.{task}", args, queue=queue, task_id=f"{task}-{args}")

    def settled(self) -> bool:
        return self.broker.waiting(*QUEUES) == 0

    def webhook(self, video_id: str) -> int:
        """Deliver signed news of a video; return the status of the answer."""
        event = {"event_type": "avatar_video.success", "event_data": {"video_id": video_id}}
        body = json.dumps(event).encode()
        headers = {"Heygen-Signature": sign(body, SECRET)}
        answer = httpx.post(f"{self.serve.url}/webhooks/heygen", content=body, headers=headers, trust_env=False)
        return answer.status_code

    def stop(self) -> None:
        for program in (self.beat, self.news, self.others, self.serve, self.broker):
            if program.process.poll() is None:
                program.kill()


@contextmanager
def celery_world(folder: Path, fake: Fake, broker: Broker) -> Iterator[World]:
    """Run everything until the block ends, the broker included."""
    made = World(folder, fake, broker)
    try:
        made.begin()
        yield made
    finally:
        made.stop()
