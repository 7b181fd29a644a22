"""Two brands in one installation, as processes: one without credit or with a wrong key holds up no other."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.programs import Fake, Serve
from tests.support.waiting import wait_for

ACME, GLOBEX = "key-of-acme", "key-of-globex"
SETTINGS = {
    "mode": "hybrid",
    "key": "",
    "HEYGEN_ACCOUNTS": "acme,globex",
    "HEYGEN_API_KEY_ACME": ACME,
    "HEYGEN_API_KEY_GLOBEX": GLOBEX,
    "HEYGEN_FALLBACK_AFTER_S": "60",
}


def submit(server: Serve, account: str, script: str = "Hola [[sim: render=1s]]") -> int:
    return int(server.core("submit", "--script", script, "--title", f"of {account}", "--account", account)["id"])


def test_an_account_without_credit_or_with_a_wrong_key_holds_up_no_other(
    fake: Fake, serve: Callable[..., Serve]
) -> None:
    for key in (ACME, GLOBEX):
        assert fake.http.get("/v3/users/me", headers={"X-Api-Key": key}).is_success
    fake.sim("POST", f"wallet?account={ACME}", balance=0.0)
    server = serve(fake.url, **SETTINGS)
    poor, rich = submit(server, "acme"), submit(server, "globex")
    assert server.wait_until(rich, "completed", timeout_s=60)["detected_by"] == "webhook"
    gate = server.product.processor.submission_of("acme").gate
    wait_for(lambda: gate().reason == "insufficient_credit", what="the queue of acme to stop")
    assert server.reel(poor).status == "pending"
    assert server.product.processor.submission_of("globex").gate().state == "open"
    fake.sim("POST", f"wallet?account={ACME}", balance=100.0)
    server.core("retry", str(poor))
    server.wait_until(poor, "completed", timeout_s=60)
    server.stop()
    wrong = serve(fake.url, **SETTINGS | {"HEYGEN_API_KEY_ACME": "invalid"})
    refused, made = submit(wrong, "acme"), submit(wrong, "globex")
    wrong.wait_until(made, "completed", timeout_s=60)
    wait_for(lambda: wrong.reel(refused).failure_code == "unauthorized", what="acme's reel to be refused")
    wrong.stop()
    gone = serve(fake.url, **SETTINGS | {"HEYGEN_ACCOUNTS": "globex"})
    wait_for(lambda: dict(gone.figures().forsaken) == {"acme": 1}, what="the reel of acme to be told of")
    assert gone.reel(refused).status == "pending"
    gone.stop()
    again = serve(fake.url, **SETTINGS)
    again.wait_until(refused, "completed", timeout_s=90)
    charged = {row["video_id"]: row["charges"] for row in fake.ledger()}
    assert len(charged) == 4
    assert set(charged.values()) == {1}
