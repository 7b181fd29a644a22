"""What wakes Celery: bounded, in nobody's way, and with nothing of Celery where it is not wanted."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.broker import ENOUGH, Broker
from core.errors import BrokerGone
from core.models import ProcessingMode
from core.processor import HeyGenVideoProcessor
from core.waker import BROKER, FRESH_S, BrokerWatch, Waker, broker_state
from tests.conftest import Build
from tests.factories import NOW, a_reel
from tests.support.celery_programs import Redis, need
from tests.support.programs import ROOT, clean_environ, free_port
from tests.support.waiting import wait_for

CELERYS = {"celery", "kombu", "billiard", "amqp", "vine", "redis"}
LISTED = f"import json, sys; print(json.dumps(sorted({CELERYS!r} & {{name.split('.')[0] for name in sys.modules}})))"


def run(code: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environ = clean_environ(HEYGEN_API_KEY="test-key", **settings)
    return subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    need()
    broker = Redis(tmp_path_factory.mktemp("redis"))
    yield broker
    broker.kill()


@pytest.fixture
def gone() -> str:
    need()
    return f"redis://:hunter2@127.0.0.1:{free_port()}/0"


# Without the setting


def test_without_the_setting_nothing_of_celery_is_imported(tmp_path: Path) -> None:
    code = (
        "import core, core.__main__, pages.ui.server\n"
        "from core.config import Settings\n"
        "from core.models import Reel\n"
        "from core.runtime import Runtime\n"
        "runtime = Runtime(Settings.from_env())\n"
        "runtime.start()\n"
        "runtime.product.processor.enqueue(Reel(script='Hola'))\n"
        "runtime.stop()\n"
    )
    done = run(code + LISTED, DATABASE_URL=f"sqlite:///{tmp_path}/reels.db", HEYGEN_API_BASE_URL="http://127.0.0.1:9")
    assert json.loads(done.stdout.splitlines()[-1]) == [], done.stderr


def test_a_broker_without_celery_is_one_plain_sentence(tmp_path: Path) -> None:
    need()
    code = (
        "import sys; from core.__main__ import main\n"
        "for name in ('celery', 'redis'):\n"
        "    sys.modules[name] = None\n"
        "    print(main(['list']))\n"
        "    del sys.modules[name]\n"
    )
    url = "redis://127.0.0.1:6379/0"
    done = run(code, CELERY_BROKER_URL=url, DATABASE_URL=f"sqlite:///{tmp_path}/reels.db")
    told = "CELERY_BROKER_URL is set, but {} is not installed: pip install -r requirements-celery.txt.\n"
    assert (done.stdout, done.stderr) == ("1\n1\n", told.format("celery") + told.format("redis"))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "CELERY_BROKER_URL is not set: name the broker, for instance redis://localhost:6379/0."),
        ("http://x", "CELERY_BROKER_URL='***' cannot be used; allowed: redis://HOST:PORT/N, rediss://… or amqp://…."),
    ],
)
def test_celery_without_a_broker_says_one_line(url: str, told: str) -> None:
    need()
    code = "import sys; from celery.__main__ import main; sys.argv = ['celery', '-A', 'core.tasks', 'beat']; main()"
    done = run(code, CELERY_BROKER_URL=url)
    assert (done.returncode, done.stderr.splitlines()) == (1, [told])


# With it


def test_more_wake_ups_than_enough_are_not_sent(redis: Redis) -> None:
    broker = Broker(redis.url)
    for _ in range(ENOUGH + 5):
        broker.send("archive")
    assert redis.waiting("archive") == ENOUGH
    broker.send("notify")
    assert redis.waiting("notify") == 1
    broker.close()


def test_the_documents_task_is_sent_with_its_countdown_and_never_further_than_a_minute(redis: Redis) -> None:
    code = (
        "from core.tasks import check_reel_status, process_reel\n"
        "check_reel_status.apply_async(args=[7], countdown=60)\n"
        "check_reel_status.apply_async(args=[7], countdown=7200)\n"
        "process_reel.delay(7)\n"
        "from core.tasks import app; from datetime import datetime, timezone\n"
        "with app.connection_for_read() as broker:\n"
        "    for queue in ('sweep', 'sweep', 'submit'):\n"
        "        message = broker.SimpleQueue(app.amqp.queues[queue]).get(timeout=5)\n"
        "        eta = message.headers['eta']\n"
        "        ahead = eta and (datetime.fromisoformat(eta) - datetime.now(timezone.utc)).total_seconds()\n"
        "        print(message.headers['task'], message.payload[0], ahead and round(ahead / 60))\n"
        "        message.ack()\n"
    )
    done = run(code + LISTED, CELERY_BROKER_URL=redis.url)
    *told, found = done.stdout.splitlines()
    assert {"celery", "kombu"} <= set(json.loads(found))  # what is looked for elsewhere is found here
    assert told == [
        "core.tasks.check_reel_status [7] 1",
        "core.tasks.check_reel_status [7] 1",
        "core.tasks.process_reel [7] None",
    ], done.stderr


def test_many_wake_ups_that_come_together_are_few_messages(redis: Redis) -> None:
    waker = Waker(redis.url)
    for _ in range(500):
        waker.wake("inbox")
    assert waker.flush(20)
    assert 1 <= redis.waiting("inbox") <= ENOUGH


def test_storing_a_reel_wakes_the_submission(build: Build) -> None:
    house, woken = build(), []
    processor = HeyGenVideoProcessor(
        "k", ProcessingMode.POLLING, settings=house.settings, store=house.store, client=house.client, wake=woken.append
    )
    processor.enqueue(a_reel())
    assert woken == ["submit"]
    stopped = house.stored("failed")
    house.wire.finish(stopped.video_id or "", "failed")
    processor.retry(stopped)
    assert woken == ["submit", "submit"]


# The broker is gone


def test_a_broker_that_is_gone_costs_no_time_and_no_error(gone: str, caplog: pytest.LogCaptureFixture) -> None:
    waker, begun = Waker(gone), time.monotonic()
    for _ in range(100):
        waker.wake("inbox")
    assert time.monotonic() - begun < 1
    assert waker.flush(20)
    waker.wake("submit")
    assert waker.flush(20)
    assert caplog.text.count("does not answer") == 1  # of many failures the first is logged
    assert "hunter2" not in caplog.text


def test_a_broker_that_hangs_is_given_up_after_a_moment() -> None:
    need()
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        broker, begun = Broker(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"), time.monotonic()
        with pytest.raises(BrokerGone):
            broker.send("submit")
        assert time.monotonic() - begun < 15
        broker.close()


def test_what_was_seen_of_the_broker_is_kept_for_all_and_grows_old(build: Build, gone: str, redis: Redis) -> None:
    store = build().store
    assert broker_state(store, NOW) is None
    BrokerWatch(store, redis.url).turn(NOW)
    assert broker_state(store, NOW) == "ok"
    BrokerWatch(store, gone).turn(NOW)
    told = broker_state(store, NOW) or ""
    assert "does not answer" in told
    assert "hunter2" not in told
    assert broker_state(store, NOW + timedelta(seconds=61)) is None


def test_only_news_of_the_broker_and_old_facts_are_written(build: Build, redis: Redis) -> None:
    store = build().store
    watch = BrokerWatch(store, redis.url)
    for second in (0, 2, 4):
        watch.turn(NOW + timedelta(seconds=second))
    assert store.facts.set_at(BROKER) == NOW
    watch.turn(NOW + timedelta(seconds=FRESH_S))
    assert store.facts.set_at(BROKER) == NOW + timedelta(seconds=FRESH_S)
    watch.close()


def test_a_wake_up_that_fails_is_tried_no_second_time_but_the_next_one_is_sent(redis: Redis) -> None:
    lost = Redis(redis._folder)
    waker = Waker(lost.url)
    waker.wake("words")
    assert waker.flush(20)
    lost.kill()
    waker.wake("words")
    assert waker.flush(20)
    back = lost.again()
    assert back.waiting("inbox") == 0
    waker.wake("words")
    wait_for(lambda: waker.flush(20) and back.waiting("inbox") == 1, what="the next wake-up")
    back.kill()


def test_a_worker_that_begins_without_a_database_says_so_in_one_sentence(gone: str) -> None:
    url = f"postgresql://reels:hunter2@127.0.0.1:{free_port()}/reels"
    code = "from celery.signals import worker_ready; import core.tasks; worker_ready.send(sender=None)"
    told = run(code, CELERY_BROKER_URL=gone, DATABASE_URL=url)
    assert told.returncode == 0
    assert "begin: The database postgresql://reels:***@" in told.stderr
    assert "Traceback" not in told.stderr
    assert "hunter2" not in told.stderr
