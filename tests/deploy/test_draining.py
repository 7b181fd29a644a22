"""A receiver that is stopped says so first and goes on for a while; one that is interrupted ends at once."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest
import uvicorn

from core.draining import Draining, DrainingServer
from tests.deploy.front import a_receiver, hosts_environ
from tests.deploy.load import ACCOUNT, a_delivery
from tests.support.waiting import wait_for


def test_a_receiver_that_drains_says_so_and_goes_on_answering(tmp_path: Path) -> None:
    host = a_receiver(tmp_path, hosts_environ(tmp_path, DRAIN_S="60"))
    body, headers = a_delivery("draining")
    try:
        host.await_health()
        with httpx.Client(base_url=f"http://127.0.0.1:{host.port}", trust_env=False) as client:
            assert client.post(ACCOUNT, content=body, headers=headers).headers.get("connection") is None
            host.process.send_signal(signal.SIGTERM)
            answer = wait_for(lambda: found if (found := host.health()).status_code == 503 else None)
            assert answer.json() == {"draining": True}
            taken = client.post(ACCOUNT, content=body, headers=headers)
            assert (taken.status_code, taken.headers["connection"]) == (200, "close")
        assert host.stop() == 0, "a second signal ends it at once"
    finally:
        host.kill()


@pytest.mark.parametrize(
    ("drain_s", "signals", "ends"),
    [
        (60.0, [signal.SIGTERM], False),
        (60.0, [signal.SIGTERM, signal.SIGTERM], True),
        (60.0, [signal.SIGTERM, signal.SIGINT], True),
        (60.0, [signal.SIGINT], True),
        (0.0, [signal.SIGTERM], True),
    ],
)
def test_only_a_first_sigterm_drains(drain_s: float, signals: list[signal.Signals], ends: bool) -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError("nobody asks")

    draining = Draining(app)
    server = DrainingServer(uvicorn.Config(draining), draining, drain_s)
    for sent in signals:
        server.handle_exit(sent, None)
    assert server.should_exit is ends
    assert draining.begun is (signals[0] is signal.SIGTERM and drain_s > 0)


def test_it_ends_when_its_time_is_over() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError("nobody asks")

    draining = Draining(app)
    server = DrainingServer(uvicorn.Config(draining), draining, 0.05)
    server.handle_exit(signal.SIGTERM, None)
    wait_for(lambda: server.should_exit, what="the end of the drain")
