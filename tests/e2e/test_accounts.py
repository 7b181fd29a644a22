"""Two brands in one installation, as processes: one without credit or with a wrong key holds up no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.models import Reel
from tests.support.programs import Fake, Serve
from tests.support.waiting import wait_for

SCRIPT = "Hola [[sim: render=1s]]"
ACME, GLOBEX = "key-of-acme", "key-of-globex"
SETTINGS = {
    "mode": "hybrid",
    "key": "",
    "HEYGEN_ACCOUNTS": "acme,globex",
    "HEYGEN_API_KEY_ACME": ACME,
    "HEYGEN_API_KEY_GLOBEX": GLOBEX,
    "HEYGEN_FALLBACK_AFTER_S": "60",
}


def submit(server: Serve, account: str) -> int:
    return server.product.processor.enqueue(Reel(script=SCRIPT, title=f"of {account}", account=account)).id or 0


def wait(server: Serve, reel_id: int, status: str) -> None:
    wait_for(lambda: server.reel(reel_id).status == status, timeout_s=90, what=f"reel {reel_id} to be {status}")


def test_an_account_without_credit_holds_up_no_other(fake: Fake, serve: Callable[..., Serve]) -> None:
    assert fake.http.get("/v3/users/me", headers={"X-Api-Key": ACME}).is_success  # it opens the account
    fake.sim("POST", f"wallet?account={ACME}", balance=0.0)
    server = serve(fake.url, **SETTINGS)
    poor = int(server.core("submit", "--script", SCRIPT, "--account", "acme")["id"])
    rich = submit(server, "globex")
    wait(server, rich, "completed")
    assert server.reel(rich).detected_by == "webhook"
    gate = server.product.processor.submission_of("acme").gate
    wait_for(lambda: gate().reason == "insufficient_credit", what="the queue of acme to stop")
    assert server.reel(poor).status == "pending"
    assert server.product.processor.submission_of("globex").gate().state == "open"
    fake.sim("POST", f"wallet?account={ACME}", balance=100.0)
    server.product.processor.retry(poor)
    wait(server, poor, "completed")


@pytest.mark.long
def test_a_wrong_key_and_an_account_that_is_gone_hold_up_no_other(fake: Fake, serve: Callable[..., Serve]) -> None:
    fake.sim("POST", "reset")
    wrong = serve(fake.url, **SETTINGS | {"HEYGEN_API_KEY_ACME": "invalid"})
    refused, made = submit(wrong, "acme"), submit(wrong, "globex")
    wait(wrong, made, "completed")
    wait_for(lambda: wrong.reel(refused).failure_code == "unauthorized", what="acme's reel to be refused")
    wrong.stop()
    gone = serve(fake.url, **SETTINGS | {"HEYGEN_ACCOUNTS": "globex"})
    wait_for(lambda: dict(gone.figures().forsaken) == {"acme": 1}, what="the reel of acme to be told of")
    assert gone.reel(refused).status == "pending"
    gone.stop()
    again = serve(fake.url, **SETTINGS)
    wait(again, refused, "completed")
    assert [row["charges"] for row in fake.ledger()] == [1, 1]
