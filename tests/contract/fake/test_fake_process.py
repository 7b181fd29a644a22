"""The process: its command line, its start and end, and what survives a kill."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[3]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fake_heygen", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def client(running: Any) -> httpx.Client:
    return httpx.Client(base_url=running.url, headers={"X-Api-Key": "k"}, timeout=20, verify=False)


def create(api: httpx.Client, words: str, key: str = "k", **fields: Any) -> dict[str, Any]:
    body = {"type": "avatar", "avatar_id": "mateo_casual_front", "script": f"Hola. [[sim: {words}]]"} | fields
    data: dict[str, Any] = api.post("/v3/videos", json=body, headers={"Idempotency-Key": key}).json()["data"]
    return data


@pytest.mark.parametrize(
    "arguments",
    [
        ("--port", "x"),
        ("--port", "70000"),
        ("--speed", "0"),
        ("--seed", "-1"),
        ("--nothing",),
        ("--scenario", "nothing"),
    ],
)
def test_wrong_argument_ends_with_one_sentence_and_2(arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.strip().splitlines()) == 1


def test_taken_port_ends_with_one_sentence_and_1() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run("--port", str(port))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"fake HeyGen: cannot listen on 127.0.0.1:{port}")
    assert len(ended.stderr.strip().splitlines()) == 1


def test_signal_ends_it_cleanly_within_a_second_even_while_an_answer_is_held(started: Any) -> None:
    running = started()
    with client(running) as api, pytest.raises(httpx.ReadTimeout):
        api.post(
            "/v3/videos",
            json={"type": "avatar", "avatar_id": "mateo_casual_front", "script": "x [[sim: answer=timeout:60s]]"},
            timeout=0.2,
        )
    began = time.monotonic()
    running.process.terminate()
    assert running.process.wait(5) == 0
    assert time.monotonic() - began < 1.0
    assert running.process.stderr.read() == b""


def test_film_that_is_being_drawn_does_not_hold_the_end_up(started: Any) -> None:
    running = started()
    with client(running) as api:
        created = create(api, "render=0s", script="Una frase larga de verdad. " * 40 + "[[sim: render=0s]]")
        url = api.get(f"/v3/videos/{created['video_id']}").json()["data"]["video_url"]
        with pytest.raises(httpx.ReadTimeout):
            api.get(url, timeout=0.1)
    began = time.monotonic()
    running.process.terminate()
    assert running.process.wait(5) == 0
    assert time.monotonic() - began < 1.0


def test_it_ends_when_its_parent_has_gone(started: Any) -> None:
    running = started("--exit-with-parent")
    assert httpx.get(f"{running.url}/_sim/health").status_code == 200
    running.process.stdin.close()
    assert running.process.wait(5) == 0


def test_same_seed_gives_the_same_ids_secrets_and_fates(started: Any) -> None:
    worlds = []
    for _ in range(2):
        with client(started("--seed", "42")) as api:
            api.post("/_sim/clock", json={"frozen": True})
            api.put("/_sim/scenario", json={"name": "x", "probe": False})
            videos = [create(api, "header=both", key=f"k{number}")["video_id"] for number in range(3)]
            secret = api.post("/v3/webhooks/endpoints", json={"url": "https://x.test/"}).json()["data"]["secret"]
            now = api.get("/_sim/clock").json()
            worlds.append((videos, secret, [round(due["at"] - now["now"], 3) for due in now["due"]][:3]))
    assert worlds[0] == worlds[1]


def test_speed_of_the_command_line_holds(started: Any) -> None:
    with client(started("--speed", "50")) as api:
        assert api.get("/_sim/clock").json()["speed"] == 50


def test_killed_simulator_goes_on_where_it_was(started: Any, tmp_path: Path, receiver: Any, eventually: Any) -> None:
    state = str(tmp_path / "fake.db")
    first = started("--state", state, "--scenario", "healthy", "--seed", "3")
    with client(first) as api:
        endpoint = api.post("/v3/webhooks/endpoints", json={"url": receiver.url + "/account"}).json()["data"]
        api.post("/_sim/clock", json={"frozen": True})
        done = create(api, "render=1s", key="done")
        running = create(api, "render=50s outcome=failed code=late", key="running", callback_url=receiver.url + "/reel")
        api.post("/_sim/clock", json={"advance_s": 1})
        balance = api.get("/v3/users/me").json()["data"]["wallet"]["remaining_balance"]
        api.post("/_sim/clock", json={"speed": 2})
    first.process.kill()
    first.process.wait(5)

    second = started("--state", state, "--scenario", "healthy")
    with client(second) as api:
        assert api.get(f"/v3/videos/{done['video_id']}").json()["data"]["status"] == "completed"
        assert create(api, "render=1s", key="running") == running
        assert api.get("/v3/users/me").json()["data"]["wallet"]["remaining_balance"] == balance
        clock = api.get("/_sim/clock").json()
        assert (clock["frozen"], clock["speed"], clock["next"]["subject"]) == (True, 2, running["video_id"])
        api.post("/_sim/clock", json={"advance_s": 60})
        assert api.get(f"/v3/videos/{running['video_id']}").json()["data"]["failure_code"] == "late"
        assert eventually(lambda: len(receiver.events("/reel")) == 1)
        assert receiver.events("/account")[-1]["event_type"] == "avatar_video.fail"
        assert [row["endpoint_id"] for row in api.get("/v3/webhooks/endpoints").json()["data"]] == [
            endpoint["endpoint_id"]
        ]
        charges = [row["charges"] for row in api.get("/_sim/ledger").json()["data"]]
        assert charges == [1, 1]


def test_what_was_answered_survives_a_kill_at_once(started: Any, tmp_path: Path) -> None:
    state = str(tmp_path / "fake.db")
    first = started("--state", state)
    with client(first) as api:
        created = create(api, "render=9s")
        first.process.kill()
    first.process.wait(5)
    with client(started("--state", state)) as api:
        assert [row["video_id"] for row in api.get("/_sim/ledger").json()["data"]] == [created["video_id"]]


def test_state_file_that_is_none_ends_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"no database" * 1000)
    ended = run("--port", "0", "--state", str(tmp_path / "s.db"))
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
