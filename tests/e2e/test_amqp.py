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
from tests.e2e.celery_promises import (
    a_worker_that_is_killed_while_it_sends_pays_once,
    an_account_without_credit_holds_up_no_other,
    reels_come_to_their_end_in_every_mode,
    while_the_broker_is_gone_news_are_taken_in_and_all_goes_on_when_it_is_back,
)
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
    reels_come_to_their_end_in_every_mode(world)


def test_messages_of_another_release_are_thrown_away_and_all_goes_on(world: World) -> None:
    for queue in QUEUES:
        make_app(world.broker.url).send_task("core.tasks.of_tomorrow", (1, 2, 3), queue=queue)
    wait_for(lambda: "core.tasks.of_tomorrow" in world.news.output, what="a worker to say that it does not know it")
    world.reached(world.submit("Hola [[sim: render=1s]]", "after-the-unknown"), "completed")
    wait_for(world.settled, what="the queues to be empty")


def test_an_account_without_credit_holds_up_no_other(world: World) -> None:
    an_account_without_credit_holds_up_no_other(world)


def test_while_rabbitmq_is_gone_news_are_taken_in_and_all_goes_on_when_it_is_back(world: World) -> None:
    while_the_broker_is_gone_news_are_taken_in_and_all_goes_on_when_it_is_back(world)


def test_a_worker_that_is_killed_while_it_sends_pays_once(world: World) -> None:
    a_worker_that_is_killed_while_it_sends_pays_once(world)


def test_a_rabbitmq_that_hangs_is_noticed_and_holds_nobody_up(world: World) -> None:
    world.broker.pause()
    try:
        wait_for(lambda: world.health()["broker"] != "ok", what="the broker to be missed")
        begun = time.monotonic()
        assert world.webhook("somebody-elses") == 200
        reel_id = world.submit("Hola [[sim: render=1s]]", "while-it-hangs")
        assert time.monotonic() - begun < 1
    finally:
        world.broker.resume()
    world.reached(reel_id, "completed", timeout_s=90)
    assert world.truth("while-it-hangs")["charges"] == 1
    wait_for(lambda: world.health()["broker"] == "ok", what="the broker to be seen again")
