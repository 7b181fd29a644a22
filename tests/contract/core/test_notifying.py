"""Messages to real servers on loopback: sent once, target by target, and never in anybody's way."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from core import doctor
from core.check import Result
from core.clock import utcnow
from core.gathering import AT_MOST, WINDOW_S
from core.messages import Message, Mood
from core.models import Reel
from core.notify import LEASE_S, TRIES, Teller, send_test
from core.product import Product
from core.recorder import Recorder
from core.status import ProductCollector
from core.targets import HUNG, Post, open_targets
from core.worker import Worker
from tests.conftest import Build
from tests.factories import House, an_observation, refusal, wait_until
from tests.support.programs import ROOT, clean_environ
from tests.support.targets import HttpTarget, MailTarget

MESSAGE = Message(
    title="Listo: Otoño", body="El reel está listo.\nAbrir: https://reels.test/reel?id=7", mood=Mood.SUCCESS
)


@pytest.fixture
def http() -> Iterator[HttpTarget]:
    server = HttpTarget()
    yield server
    server.close()


@pytest.fixture
def other() -> Iterator[HttpTarget]:
    server = HttpTarget()
    yield server
    server.close()


# Sending


def test_a_message_arrives_over_http(http: HttpTarget) -> None:
    assert Post(10).send(open_targets((http.url(),))[0], MESSAGE) is None
    (got,) = http.got
    assert (got["title"], got["message"], got["type"]) == (MESSAGE.title, MESSAGE.body, "success")


def test_a_message_arrives_by_mail() -> None:
    server = MailTarget()
    try:
        assert Post(10).send(open_targets((server.url(),))[0], MESSAGE) is None
    finally:
        server.close()
    (mail,) = server.got
    assert (mail["Subject"], mail["To"]) == (MESSAGE.title, "ana@example.com")
    text = mail.get_body(("plain", "html"))
    assert text is not None
    assert "https://reels.test/reel?id=7" in text.get_content()


def test_a_refused_message_says_why_and_shows_no_secret(http: HttpTarget, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    http.status = 500
    target = open_targets((f"json://ana:geheim99@127.0.0.1:{http.port}/geheim99",))[0]
    assert "500" in (Post(10).send(target, MESSAGE) or "")
    assert "geheim99" not in caplog.text


def test_nobody_at_home_says_so_and_shows_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    problem = Post(10).send(open_targets(("json://ana:geheim99@127.0.0.1:1/geheim99",))[0], MESSAGE)
    assert "127.0.0.1" in (problem or "")
    assert "geheim99" not in (problem or "") + caplog.text


def test_a_target_that_hangs_is_given_up_and_costs_a_few_threads(http: HttpTarget) -> None:
    http.answering.clear()
    post, (target,) = Post(0.3), open_targets((http.url(),))
    assert [post.send(target, MESSAGE) for _ in range(HUNG)] == ["no answer within 0.3 s"] * HUNG
    assert post.send(target, MESSAGE) == "earlier messages still hang there"
    assert len(http.got) == HUNG
    http.answering.set()
    wait_until(lambda: post.send(target, MESSAGE) is None)


# Telling


def telling(build: Build, *targets: HttpTarget, **settings: Any) -> tuple[House, Teller]:
    """Return a product that tells these targets, switched on."""
    house = build(notify_urls=tuple(target.url() for target in targets), notify_language="en", **settings)
    teller = Teller(house.processor, limit_s=5)
    teller.claim(utcnow())
    return house, teller


def turn(teller: Teller, now: datetime | None = None) -> None:
    """Send whatever is due at a moment; what fails is tried once or twice more, since its waiting begins now."""
    at, tried = now or utcnow(), set[tuple[int, str]]()
    while claimed := teller.claim(at):
        for each in claimed:
            teller.tell(each)
        here = {(each.message_id, each.target) for each in claimed}
        if here <= tried:
            return
        tried |= here


def end(house: House, reel: Reel, status: str = "completed", **fields: Any) -> None:
    """Let HeyGen's news of a reel come in."""
    house.processor.apply(an_observation(status, video_id=reel.video_id, at=utcnow(), **fields))


def ended(house: House, status: str = "completed", n: int = 1, **fields: Any) -> list[Reel]:
    reels = [house.stored(**{"title": f"Reel number {i}"} | fields) for i in range(n)]
    for reel in reels:
        end(house, reel, status)
    return reels


def test_a_completed_reel_is_told_once_with_a_link_and_without_its_script(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    (reel,) = ended(house, title="Verano", script="Das ist geheim")
    turn(teller)
    turn(teller, utcnow() + timedelta(hours=3))
    (got,) = http.got
    assert (got["title"], got["type"]) == ("Ready: Verano", "success")
    assert got["message"] == f"The reel is ready.\nOpen: https://reels.test/reel?id={reel.id}"
    assert "geheim" not in str(got)


def test_a_failure_is_told_with_its_reason(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    reel = house.stored(title="Verano")
    end(house, reel, "failed", failure_code="avatar_not_found")
    turn(teller)
    (got,) = http.got
    assert (got["title"], got["type"]) == ("Failed: Verano", "failure")
    assert got["message"].startswith("HeyGen cannot use this avatar.")


def test_a_refused_submission_is_told_too(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    house.wire.script("POST /v3/videos", refusal(400, "voice_not_found"))
    house.processor.process_reel(house.stored("pending", title="Verano", at=utcnow()))
    turn(teller)
    assert http.titles == ["Failed: Verano"]


def test_late_news_after_a_deadline_is_told_again(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    reel = house.stored(title="Verano")
    house.processor.time_out(reel, utcnow())
    turn(teller)
    end(house, reel)
    turn(teller)
    assert http.titles == ["No news: Verano", "Ready: Verano"]


def test_the_same_end_is_told_once_whatever_happens_in_between(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    (reel,) = ended(house, "failed")
    turn(teller)
    end(house, reel, "failed")
    for status in ("processing", "failed"):  # no path of the product goes this way; the row itself holds it
        house.store.reels.save(reel, status=status, updated_at=utcnow())
    turn(teller)
    assert len(http.got) == 1


def test_a_retry_that_ends_is_told_again(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    (reel,) = ended(house, "failed", title="Verano")
    house.wire.videos[reel.video_id or ""]["status"] = "failed"
    turn(teller)
    house.processor.retry(reel)
    house.processor.process_reel(reel)
    end(house, house.again(reel), "failed")
    turn(teller)
    assert http.titles == ["Failed: Verano"] * 2


def test_nothing_is_noted_while_nobody_is_to_be_told_and_nothing_of_it_is_told_later(
    build: Build, http: HttpTarget
) -> None:
    house, teller = telling(build)
    ended(house)
    turn(teller)
    later, told = telling(build, http)
    turn(told)
    assert http.got == []
    ended(later)
    turn(told)
    assert len(http.got) == 1


def test_what_waits_when_telling_is_turned_off_is_set_aside(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    ended(house)
    http.status = 500
    turn(teller)
    ended(house)
    telling(build)
    turn(telling(build, http)[1], utcnow() + timedelta(hours=1))
    assert len(http.got) == 1
    (aside,) = house.store.notifications.aside(10)
    assert aside.problem == "turned off"


def test_a_deleted_reel_is_not_told(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    for reel in ended(house, n=2)[:1]:
        house.store.reels.save(reel, deleted_at=utcnow())
    turn(teller)
    assert http.titles == ["Ready: Reel number 1"]


def test_a_reel_that_is_deleted_while_its_message_waits_is_not_told(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    (reel,) = ended(house)
    (claimed,) = teller.claim(utcnow())
    house.store.reels.save(reel, deleted_at=utcnow())
    teller.tell(claimed)
    assert http.got == []
    assert house.store.notifications.waiting() == 0


# Campaigns and storms


def a_campaign(house: House, name: str = "Otoño") -> int:
    campaign = house.store.campaigns.add(name, f"draft-{name}", "token", utcnow())
    assert campaign is not None
    return campaign


def test_a_campaign_is_told_in_one_digest_when_it_has_come_to_rest(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    campaign = a_campaign(house)
    reels = [house.stored(title=f"Reel number {n}", campaign_id=campaign) for n in range(50)]
    for n, reel in enumerate(reels[:-1]):
        end(house, reel, "failed" if n < 3 else "completed")
    turn(teller)
    assert http.got == []
    end(house, reels[-1])
    turn(teller)
    turn(teller, utcnow() + timedelta(hours=1))
    (got,) = http.got
    assert (got["title"], got["type"]) == ("Campaign Otoño: 47 done, 3 failed", "failure")
    assert [line.split(":")[0] for line in got["message"].splitlines()[:3]] == [f"– Reel number {n}" for n in (2, 1, 0)]
    assert got["message"].endswith(f"Open: https://reels.test/campaign?id={campaign}")


def test_a_retry_in_a_campaign_brings_another_digest(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    campaign = a_campaign(house)
    (reel,) = ended(house, "failed", campaign_id=campaign)
    turn(teller)
    house.wire.videos[reel.video_id or ""]["status"] = "failed"
    house.store.campaigns.ask_retries(campaign, utcnow())
    turn(teller)
    assert len(http.got) == 1
    house.processor.retry(reel)
    house.store.campaigns.end_retries(house.store.campaigns.due_retries(utcnow(), 10))
    house.processor.process_reel(reel)
    end(house, house.again(reel))
    turn(teller)
    assert http.titles == ["Campaign Otoño: 1 failed", "Campaign Otoño: 1 done"]


def test_a_campaign_in_which_somebody_must_decide_is_told(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    campaign = a_campaign(house)
    house.stored("pending", send_state="doubt", campaign_id=campaign)
    ended(house, campaign_id=campaign)
    turn(teller)
    assert http.titles == ["Campaign Otoño: 1 done, 1 to be decided"]


def test_campaigns_are_told_each_by_itself(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    for name in ("A", "B", "C"):
        ended(house, campaign_id=a_campaign(house, name))
    house.stored(campaign_id=a_campaign(house, "open"))
    turn(teller)
    assert http.titles == ["Campaign A: 1 done", "Campaign B: 1 done", "Campaign C: 1 done"]


def test_a_storm_becomes_a_digest(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    for _ in range(10):
        ended(house, "failed", n=10)
        turn(teller)
    assert len(http.got) <= AT_MOST
    turn(teller, utcnow() + timedelta(seconds=WINDOW_S + 1))
    assert len(http.got) <= AT_MOST + 1
    assert sum(int(title.split()[0]) if title[0].isdigit() else 1 for title in http.titles) == 100


# Once, and never lost


def test_a_dead_target_is_retried_alone(build: Build, http: HttpTarget, other: HttpTarget) -> None:
    house, teller = telling(build, http, other)
    other.status = 503
    ended(house)
    turn(teller)
    turn(teller, utcnow() + timedelta(minutes=1))
    tries = len(other.got)
    assert (len(http.got), tries > 1) == (1, True)
    other.status = 200
    for minutes in (5, 10, 200):
        turn(teller, utcnow() + timedelta(minutes=minutes))
    assert (len(http.got), len(other.got)) == (1, tries + 1)
    assert house.store.facts.tallies("told") == {"sent": 2, "failed": tries}


def test_a_message_of_a_killed_worker_is_sent_when_its_lease_has_run_out(build: Build, http: HttpTarget) -> None:
    house, killed = telling(build, http)
    ended(house)
    now = utcnow()
    assert len(killed.claim(now)) == 1
    after = Teller(house.processor, limit_s=5)
    turn(after, now + timedelta(seconds=LEASE_S - 1))
    assert http.got == []
    turn(after, now + timedelta(seconds=LEASE_S + 1))
    turn(after, now + timedelta(hours=1))
    assert len(http.got) == 1


def test_two_workers_send_a_message_once(build: Build, http: HttpTarget) -> None:
    house, first = telling(build, http)
    second = Teller(build(notify_urls=(http.url(),)).processor, limit_s=5)
    ended(house)
    now = utcnow()
    assert sorted(len(claimed) for claimed in (first.claim(now), second.claim(now))) == [0, 1]


def test_two_workers_send_to_a_target_one_after_the_other(build: Build, http: HttpTarget) -> None:
    house, first = telling(build, http)
    second = Teller(build(notify_urls=(http.url(),)).processor, limit_s=5)
    now = utcnow()
    for _ in range(2):
        ended(house)
        first._gather(now)
    [one] = first.claim(now)
    assert second.claim(now) == []
    first.tell(one)
    [other] = second.claim(now)
    assert first.claim(now) == []
    second.tell(other)
    assert one.message_id < other.message_id
    assert len(http.got) == 2


def test_a_worker_that_died_while_it_sent_holds_the_target_up_for_no_more_than_its_lease(
    build: Build, http: HttpTarget
) -> None:
    house, first = telling(build, http)
    ended(house)
    now = utcnow()
    assert len(first.claim(now)) == 1
    second = Teller(build(notify_urls=(http.url(),)).processor, limit_s=5)
    assert len(second.claim(now + timedelta(seconds=LEASE_S))) == 1


def given_up(build: Build, http: HttpTarget, *others: HttpTarget) -> tuple[House, Teller, datetime]:
    """Return a product of which the first target has refused a message until it was set aside."""
    house, teller = telling(build, http, *others)
    http.status = 410
    ended(house)
    now = utcnow()
    for _ in range(TRIES + 3):
        turn(teller, now)
        now += timedelta(hours=1)
    return house, teller, now


def test_a_message_that_is_never_taken_is_set_aside_and_sent_again_on_demand(
    build: Build, http: HttpTarget, other: HttpTarget
) -> None:
    house, teller, now = given_up(build, http, other)
    told = house.store.notifications
    assert (len(http.got), len(other.got), told.waiting()) == (TRIES, 1, 0)
    (aside,) = told.aside(10)
    assert "410" in aside.problem or "Gone" in aside.problem
    http.status = 200
    told.send_again([target.key for target in teller.targets], utcnow())
    turn(teller, now)
    assert (len(http.got), len(other.got), told.set_aside()) == (TRIES + 1, 1, 0)


def test_what_was_meant_for_a_former_target_goes_to_the_present_ones_on_demand(
    build: Build, http: HttpTarget, other: HttpTarget
) -> None:
    house, teller = telling(build, http)
    http.status = 500
    ended(house)
    turn(teller)
    _, moved = telling(build, other)
    later = utcnow() + timedelta(hours=1)
    Teller(moved._processor).claim(later)
    (aside,) = house.store.notifications.aside(10)
    assert aside.problem == "no longer a target"
    house.store.notifications.send_again([target.key for target in moved.targets], later)
    turn(moved, later)
    assert (len(other.got), house.store.notifications.set_aside()) == (1, 0)


def test_old_messages_are_dropped_and_waiting_ends_stay(build: Build, http: HttpTarget) -> None:
    house, teller = telling(build, http)
    ended(house)
    turn(teller)
    house.stored(campaign_id=(campaign := a_campaign(house)))
    ended(house, campaign_id=campaign)
    house.store.notifications.prune(utcnow() + timedelta(days=1))
    read = house.store._connections.read()
    assert [read.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("message", "telling", "ending")] == [
        0,
        0,
        1,
    ]


# In nobody's way


@pytest.fixture
def work() -> Iterator[Callable[[House], Worker]]:
    workers: list[Worker] = []

    def start(house: House) -> Worker:
        workers.append(Worker(house.processor))
        workers[-1].start()
        return workers[-1]

    yield start
    for worker in workers:
        worker.stop()


def test_a_hanging_target_delays_neither_the_others_nor_the_work(
    build: Build, http: HttpTarget, other: HttpTarget, work: Callable[[House], Worker]
) -> None:
    house, _ = telling(build, http, other, poll_interval_s=0.2)
    http.answering.clear()
    work(house)
    ended(house, n=2)
    wait_until(lambda: len(http.got) == 1 and len(other.got) == 2)
    reel = house.stored(mode="polling", at=utcnow())
    house.wire.finish(reel.video_id or "")
    wait_until(lambda: house.again(reel).status == "completed" and len(other.got) == 3)
    assert len(http.got) == 1
    http.answering.set()
    wait_until(lambda: len(http.got) == 3)


# The test message, and secrets


def test_the_test_message_tells_for_each_target_how_it_went(build: Build, http: HttpTarget, other: HttpTarget) -> None:
    other.status = 403
    house, _ = telling(build, http, other)
    good, bad = send_test(house.settings)
    assert (good.arrived, good.problem, good.target) == (True, "", f"1. JSON (json://127.0.0.1:{http.port})")
    assert (bad.arrived, "403" in bad.problem or "orbidden" in bad.problem) == (False, True)
    assert http.titles == ["Test message"]
    assert house.store.notifications.waiting() == 0


def test_secrets_are_in_no_log_and_not_in_the_database(
    build: Build, http: HttpTarget, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "geheim99"
    url = f"json://ana:{secret}@127.0.0.1:{http.port}/{secret}?+X-Token={secret}"
    house = build(notify_urls=(url,))
    teller = Teller(house.processor, limit_s=5)
    teller.claim(utcnow())
    http.status = 500
    ended(house)
    turn(teller)
    assert http.got[0]["path"] == f"/{secret}"
    assert house.store.notifications.waiting() == 1
    house.store.close()
    files = list(house.store.path.parent.glob("reels.db*"))
    assert files
    assert all(secret.encode() not in file.read_bytes() for file in files)
    assert "did not take message" in caplog.text
    assert secret not in caplog.text
    assert secret not in repr(house.settings)


# What operators see


def a_word(*argv: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a word of the command line with these settings."""
    argv = (sys.executable, "-m", "core", *argv)
    return subprocess.run(argv, cwd=ROOT, env=clean_environ(**settings), capture_output=True, text=True, check=False)


def test_the_word_notify_test_says_who_was_reached(tmp_path: Path, http: HttpTarget, other: HttpTarget) -> None:
    other.status = 500
    urls = f"{http.url('geheim99')} {other.url('geheim99')}"
    said = a_word("notify-test", DATABASE_URL=f"sqlite:///{tmp_path}/reels.db", NOTIFY_URLS=urls)
    good, bad = said.stdout.splitlines()
    assert good == f"pass  1. JSON (json://127.0.0.1:{http.port})"
    assert bad.startswith(f"fail  2. JSON (json://127.0.0.1:{other.port})  ")
    assert (said.returncode, said.stderr) == (1, "1 of 2 targets did not take the test message.\n")
    assert "geheim99" not in said.stdout + said.stderr
    assert http.titles == ["Mensaje de prueba"]


@pytest.mark.parametrize("word", ["serve", "worker"])
def test_an_address_that_apprise_does_not_accept_ends_the_start_with_one_line(tmp_path: Path, word: str) -> None:
    urls = "json://127.0.0.1:9 slak://geheim99"
    said = a_word(word, DATABASE_URL=f"sqlite:///{tmp_path}/reels.db", NOTIFY_URLS=urls)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("NOTIFY_URLS: entry 2 (slak://…) cannot be used;")
    assert said.stderr.count("\n") == 1
    assert "geheim99" not in said.stderr


def test_the_test_without_targets_is_refused(tmp_path: Path) -> None:
    said = a_word("notify-test", DATABASE_URL=f"sqlite:///{tmp_path}/reels.db")
    assert (said.returncode, said.stderr) == (1, "NOTIFY_URLS is not set: nobody is told anything.\n")


def checked(house: House) -> tuple[Result, str]:
    """Return how the doctor finds the telling."""
    product = Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)
    [check] = doctor._notifications(product)
    return check.result, str(check.seen)


def test_the_doctor_tells_of_targets_and_of_what_was_set_aside(build: Build, http: HttpTarget) -> None:
    assert checked(build()) == (Result.PASS, "nobody is told")
    assert checked(build(notify_urls=("slak://geheim99",)))[0] is Result.FAIL
    house, _, _ = given_up(build, http)
    result, seen = checked(house)
    assert (result, seen) == (Result.WARN, "targets: 1, last message: –, waiting: 0, set aside: 1")
    house.store.notifications.forget()
    http.status = 200
    ended(house)
    turn(Teller(house.processor))
    assert checked(house)[0] is Result.PASS
    assert "last message: 20" in checked(house)[1]


def test_the_metrics_count_what_was_sent_and_what_was_not(build: Build, http: HttpTarget, other: HttpTarget) -> None:
    house, teller = telling(build, http, other)
    other.status = 500
    ended(house)
    turn(teller)
    product = Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)
    registry = CollectorRegistry()
    registry.register(ProductCollector(product, Recorder(house.store, lambda: None)))
    assert registry.get_sample_value("notifications_total", {"outcome": "sent"}) == 1
    assert registry.get_sample_value("notifications_total", {"outcome": "failed"}) == 1
    assert registry.get_sample_value("notifications_waiting") == 1
    assert registry.get_sample_value("notifications_set_aside") == 0
