"""The same seed and the same requests give the same journal to the byte, whatever is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fake_heygen.faults import FAULTS, Scope
from tests.support.programs import free_port
from tests.table.moments import own_words

REAL_SECONDS = ("half-open", "dribble", "slow-headers", "slow", "timeout")  # these only cost time
WORDS = [own_words(fault) for fault in FAULTS if fault.scope is Scope.VIDEO and fault.word not in REAL_SECONDS]


def journal(url: str, receiver_url: str, words: list[str]) -> str:
    """Order a video for each of the words, ask for it, let three days pass, and return the journal as it is served."""
    with httpx.Client(base_url=url, headers={"X-Api-Key": "k"}, timeout=20) as api:
        endpoint = {"url": f"{receiver_url}/account"}
        registered = api.post("/v3/webhooks/endpoints", json=endpoint).json()["data"]["endpoint_id"]
        api.post(f"/v3/webhooks/endpoints/{registered}/rotate-secret")
        for number, word in enumerate(words):
            order(api, number, word, receiver_url)
            api.post("/_sim/clock", json={"advance_s": 7})
            api.get("/v3/videos", params={"limit": 2})
        api.post("/_sim/clock", json={"advance_s": 3 * 86_400})
        return api.get("/_sim/journal.jsonl").text


def order(api: httpx.Client, number: int, words: str, receiver_url: str) -> None:
    """Order a video and ask for it, as often as it takes to be answered."""
    body = {
        "type": "avatar",
        "avatar_id": "lucia_studio_front",
        "script": f"Hola {number}. [[sim: {words}]]",
        "callback_url": f"{receiver_url}/reel/{number}",
        "callback_id": str(number),
    }
    for _ in range(3):
        try:
            answer = api.post("/v3/videos", json=body, headers={"Idempotency-Key": f"key-{number}"})
            made = answer.json()["data"]["video_id"]
            api.get(f"/v3/videos/{made}")
            return
        except (httpx.HTTPError, ValueError, KeyError):
            continue


@pytest.fixture
def played(started: Callable[..., Any], receiver: Any) -> Callable[[int, list[str]], str]:
    """Play words in a simulator of a seed; always on one port, since signed links stand in signed bodies."""
    port = str(free_port())

    def play(seed: int, words: list[str]) -> str:
        now = ("--start", "2026-12-01T09:00:00Z", "--frozen")
        running = started("--port", port, "--seed", str(seed), "--scenario", "everything", *now)
        text = journal(running.url, receiver.url, words)
        running.stop()
        return text

    return play


def test_every_fault_at_once_gives_the_same_journal_twice_to_the_byte(played: Callable[..., str]) -> None:
    one, two = played(11, WORDS), played(11, WORDS)
    assert len(one.splitlines()) > 5 * len(WORDS)
    for before, after in zip(one.splitlines(), two.splitlines(), strict=False):
        assert before == after
    assert one == two


def test_another_seed_gives_another_journal(played: Callable[..., str]) -> None:
    assert played(11, WORDS[:20]) != played(12, WORDS[:20])
