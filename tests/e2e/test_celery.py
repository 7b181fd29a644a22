"""The same promises on Celery: with a real Redis, a real worker and beat, of which each may be lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.broker import make_app
from core.heartbeat import HEARTBEAT
from tests.e2e.celery_promises import (
    a_worker_that_is_killed_while_it_sends_pays_once,
    an_account_without_credit_holds_up_no_other,
    reels_come_to_their_end_in_every_mode,
    while_the_broker_is_gone_news_are_taken_in_and_all_goes_on_when_it_is_back,
)
from tests.support.celery_programs import Redis, need
from tests.support.celery_world import World, celery_world
from tests.support.programs import Fake
from tests.support.waiting import wait_for


@pytest.fixture(scope="module")
def world(folder: Path, fake: Fake) -> Iterator[World]:
    need()
    with celery_world(folder, fake, Redis(folder)) as made:
        yield made


def test_reels_come_to_their_end_in_every_mode(world: World) -> None:
    reels_come_to_their_end_in_every_mode(world)


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


def test_an_account_without_credit_holds_up_no_other(world: World) -> None:
    an_account_without_credit_holds_up_no_other(world)


def test_while_the_broker_is_gone_news_are_taken_in_and_all_goes_on_when_it_is_back(world: World) -> None:
    while_the_broker_is_gone_news_are_taken_in_and_all_goes_on_when_it_is_back(world)


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
    a_worker_that_is_killed_while_it_sends_pays_once(world)
