"""People outside are told: the product and the fake as processes of their own, and a real target on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from core.targets import open_targets
from tests.support.programs import Fake, Serve
from tests.support.targets import HttpTarget
from tests.support.waiting import wait_for


@pytest.fixture
def target() -> Iterator[HttpTarget]:
    server = HttpTarget()
    yield server
    server.close()


def test_a_reel_that_completes_and_one_that_fails_are_told_within_seconds(
    fake: Fake, serve: Callable[..., Serve], target: HttpTarget
) -> None:
    server = serve(fake.url, mode="hybrid", NOTIFY_URLS=target.url("geheim99"), NOTIFY_LANGUAGE="en")
    good = server.submit("Hola [[sim: render=1s]]", "Verano")
    bad = server.submit("Hola [[sim: render=1s outcome=failed]]", "Invierno")
    server.wait_until(good, "completed")
    server.wait_until(bad, "failed")
    wait_for(lambda: len(target.got) == 2, timeout_s=6, what="both messages")
    assert sorted(target.titles) == ["Failed: Invierno", "Ready: Verano"]
    assert {got["message"].splitlines()[-1] for got in target.got} == {
        f"Open: {server.url}/reel?id={reel_id}" for reel_id in (good, bad)
    }
    assert server.stop() == 0
    assert len(target.got) == 2
    files = [server.log, *server.store.path.parent.glob("reels.db*")]
    assert all(b"geheim99" not in file.read_bytes() for file in files)


@pytest.mark.long
def test_a_message_of_a_killed_product_is_sent_by_the_next(
    fake: Fake, serve: Callable[..., Serve], target: HttpTarget
) -> None:
    settings = {"mode": "hybrid", "NOTIFY_URLS": target.url(), "NOTIFY_LANGUAGE": "en"}
    target.answering.clear()
    first = serve(fake.url, **settings)
    reel_id = first.submit("Hola [[sim: render=1s]]", "Verano")
    first.wait_until(reel_id, "completed")
    wait_for(lambda: target.got, what="the message that is not answered")
    first.kill()
    target.answering.set()
    store = first.store
    with store.transaction() as conn:  # the dead worker's leases of message and target run out
        assert conn.execute("UPDATE telling SET lease_until = 1 WHERE sent_at IS NULL").rowcount == 1
        assert conn.execute("UPDATE lease SET until = 1 WHERE name LIKE 'telling:%'").rowcount == 1
    store.close()
    second = serve(fake.url, port=first.port, **settings)
    [key] = [known.key for known in open_targets((target.url(),))]
    wait_for(lambda: second.store.notifications.waiting() == 0, what="the message to be sent")
    assert target.titles == ["Ready: Verano"] * 2  # the one without an answer, and the one that counts
    assert key not in second.output


@pytest.mark.long
def test_a_target_that_never_answers_does_not_keep_the_product_from_ending(
    fake: Fake, serve: Callable[..., Serve], target: HttpTarget
) -> None:
    target.answering.clear()
    server = serve(fake.url, mode="hybrid", NOTIFY_URLS=target.url())
    server.submit("Hola [[sim: render=1s]]")
    wait_for(lambda: target.got, what="the message that is not answered")
    assert server.stop() == 0
    assert "Traceback" not in server.output
