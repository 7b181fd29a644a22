"""Stop a receiver as an upgrade does: /healthz says so first, deliveries go on, and none is refused behind nginx."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from core.store import DeliveryFilter, open_store
from tests.deploy.front import Front, Host, a_receiver, hosts_environ
from tests.deploy.test_front import ACCOUNT, a_delivery
from tests.support.waiting import wait_for

SENDERS = 4


class Load:
    """Send deliveries through nginx without a pause, and keep what was answered."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._stopping = threading.Event()
        self.answers: Counter[int | str] = Counter()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(SENDERS)]

    def _send(self, sender: int) -> None:
        with self._front.client() as client:
            number = 0
            while not self._stopping.is_set():
                number += 1
                body, headers = a_delivery(f"{sender}-{number}")
                try:
                    answer: int | str = client.post(ACCOUNT, content=body, headers=headers).status_code
                except httpx.HTTPError as error:
                    answer = repr(error)
                self.answers[answer] += 1

    def more(self, n: int) -> None:
        """Let as many further deliveries be answered."""
        wanted = self.answers.total() + n
        wait_for(lambda: self.answers.total() >= wanted, timeout_s=30, what=f"{n} more answers")

    @contextmanager
    def running(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in self._threads:
                thread.join()


def test_both_receivers_are_replaced_under_load_and_no_delivery_is_refused(tmp_path: Path) -> None:
    environ = hosts_environ(tmp_path, DRAIN_S="1")
    hosts = [a_receiver(tmp_path, environ) for _ in range(2)]
    front = Front(tmp_path / "nginx", [host.port for host in hosts], [1, 2])
    load = Load(front)
    try:
        for host in hosts:
            host.await_health()
        with load.running():
            for place, old in enumerate(hosts):
                load.more(50)
                assert old.stop() == 0, old.output
                hosts[place] = a_receiver(tmp_path, environ, old.port)
                load.more(50)
                hosts[place].await_health()
    finally:
        for program in (front, *hosts):
            program.kill()
    assert set(load.answers) == {200}
    assert recorded(environ["DATABASE_URL"]) == load.answers[200]


def recorded(url: str) -> int:
    """Return how many deliveries stand in the store; what was sent twice counts once."""
    store = open_store(url)
    found = store.deliveries.page(DeliveryFilter(), 100_000)
    store.close()
    return len({delivery.body for delivery in found})


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Run one receiver that may drain for a minute."""
    started = a_receiver(tmp_path, hosts_environ(tmp_path, DRAIN_S="60"))
    try:
        started.await_health()
        yield started
    finally:
        started.kill()


def test_a_receiver_that_drains_says_so_and_goes_on_answering(host: Host) -> None:
    body, headers = a_delivery("draining")
    with httpx.Client(base_url=f"http://127.0.0.1:{host.port}", trust_env=False) as client:
        assert client.post(ACCOUNT, content=body, headers=headers).headers.get("connection") is None
        host.process.send_signal(signal.SIGTERM)
        answer = wait_for(lambda: found if (found := host.health()).status_code == 503 else None)
        assert answer.json() == {"draining": True}
        taken = client.post(ACCOUNT, content=body, headers=headers)
        assert (taken.status_code, taken.headers["connection"]) == (200, "close")
    assert host.stop() == 0, "a second signal ends it at once"


def test_an_interrupt_ends_a_receiver_at_once_however_long_it_may_drain(host: Host) -> None:
    host.process.send_signal(signal.SIGINT)
    assert host.process.wait(20) == 130
