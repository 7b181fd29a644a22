"""The promises of test_celery.py over AMQP: a real RabbitMQ, which is lost and comes back.

Long, since RabbitMQ takes seconds to start.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.broker import make_app
from core.heartbeat import QUEUES
from tests.support import celery_programs, rabbitmq
from tests.support.celery_world import World, celery_world
from tests.support.programs import Fake
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def world(folder: Path, fake: Fake) -> Iterator[World]:
    celery_programs.need_celery()
    rabbitmq.need()
    broker = RabbitMQ(folder)
    try:
        with celery_world(folder, fake, broker) as made:
            yield made
    finally:
        broker.forget()


def test_reels_come_to_their_end_in_every_mode(world: World) -> None:
    fates = {
        "webhook": ("render=1s", "completed", "webhook"),
        "polling": ("render=1s outcome=failed code=rendering_failed", "failed", "poll"),
        "hybrid": ("render=1s webhook=drop", "completed", "poll"),
    }
    ids = {mode: world.submit(f"Hola [[sim: {words}]]", f"amqp-{mode}", mode) for mode, (words, *_) in fates.items()}
    for mode, (_, status, channel) in fates.items():
        reel = world.reached(ids[mode], "completed", "failed")
        truth = world.truth(f"amqp-{mode}")
        assert (reel.status, reel.detected_by) == (status, channel)
        assert (truth["outcome"], truth["video_id"], truth["charges"]) == (status, reel.video_id, 1)
    wait_for(lambda: None not in world.serve.figures().queues_s.values(), what="each queue to be served")
    assert world.health()["broker"] == "ok"


def test_messages_of_another_release_are_thrown_away_and_all_goes_on(world: World) -> None:
    for queue in QUEUES:
        make_app(world.broker.url).send_task("core.tasks.of_tomorrow", (1, 2, 3), queue=queue)
    wait_for(lambda: "core.tasks.of_tomorrow" in world.news.output, what="a worker to say that it does not know it")
    world.reached(world.submit("Hola [[sim: render=1s]]", "amqp-after"), "completed")
    wait_for(world.settled, what="the queues to be empty")


def test_while_rabbitmq_is_gone_news_are_taken_in_and_all_goes_on_when_it_is_back(world: World) -> None:
    first = world.submit("Hola [[sim: render=600s webhook=drop]]", "amqp-before-the-outage", "webhook")
    video_id = world.reached(first, "processing").video_id or ""
    world.broker.kill()
    wait_for(lambda: world.health()["broker"] != "ok", what="the outage to be noticed")
    begun = time.monotonic()
    assert world.webhook(video_id) == 200
    assert time.monotonic() - begun < 1
    second = world.serve.submit("Hola [[sim: render=1s]]", "amqp-during-the-outage")
    assert "does not answer" in world.serve.core("dashboard")["broker"]
    assert world.serve.store.deliveries.waiting()[0] == 1
    world.fake.sim("POST", "clock", advance_s=600)
    world.broker = world.broker.again()
    assert world.reached(first, "completed", timeout_s=90).detected_by == "webhook"
    world.reached(second, "completed", timeout_s=90)
    assert world.truth("amqp-during-the-outage")["charges"] == 1
    wait_for(lambda: world.health()["broker"] == "ok", what="the broker to be seen again")
