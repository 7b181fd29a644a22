"""The pytest plugin, used from a scratch project that knows nothing of ours but its name."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import wait_for

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[4]

PROJECT = """
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest


def create(fake, words="render=1m", **fields):
    body = {"type": "avatar", "avatar_id": "lucia_studio_front", "script": f"Hola. [[sim: {words}]]"} | fields
    answer = httpx.post(f"{fake.url}/v3/videos", json=body, headers={"X-Api-Key": "k"})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["video_id"]


@pytest.fixture
def receiver():
    bodies = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", bodies
    server.shutdown()
    thread.join()
    server.server_close()


def test_render_and_delivery(fake_heygen, receiver):
    url, bodies = receiver
    fake_heygen.clock.freeze()
    video_id = create(fake_heygen, callback_url=url)
    before = fake_heygen.clock.now
    fake_heygen.clock.advance(60)
    assert fake_heygen.clock.now == before + 60
    attempt = fake_heygen.wait_for_delivery(video_id, "avatar_video.success")
    assert attempt["response"]["status"] == 200
    assert bodies[0]["event_data"]["video_id"] == video_id
    assert [row["outcome"] for row in fake_heygen.ledger] == ["completed"]
    assert [entry["kind"] for entry in fake_heygen.journal] == ["request", "attempt"]


def test_live_delivery_is_waited_for(fake_heygen, receiver):
    url, bodies = receiver
    fake_heygen.clock.run(speed=100)
    video_id = create(fake_heygen, "render=50s webhook=duplicate:2", callback_url=url)
    fake_heygen.wait_for_delivery(video_id, count=2)
    assert len(bodies) == len(fake_heygen.attempts(video_id)) == 2


def test_world_is_new(fake_heygen):
    assert fake_heygen.ledger == fake_heygen.journal == []
    assert fake_heygen.wait(idle=True) == {"due": 0}


def test_trigger_and_resend(fake_heygen, receiver):
    url, bodies = receiver
    video_id = create(fake_heygen, callback_url=url)
    (delivery,) = fake_heygen.trigger(video_id, "avatar_video.fail")
    assert fake_heygen.resend(delivery["delivery_id"])["attempts"] == 2
    assert [body["event_type"] for body in bodies] == ["avatar_video.fail"] * 2


def test_scenarios(fake_heygen, tmp_path):
    fake_heygen.scenario("out-of-credit")
    fake_heygen.wallet(0)
    answer = httpx.post(f"{fake_heygen.url}/v3/videos", json={}, headers={"X-Api-Key": "k"})
    assert answer.status_code in (400, 402)
    fake_heygen.scenario({"name": "mine", "rule": [{"match": {}, "fate": {"outcome": "failed", "render": "0s"}}]})
    file = tmp_path / "filed.toml"
    fake_heygen.wallet(100)
    video_id = create(fake_heygen, "header=both")
    fake_heygen.wait(state="failed", video_id=video_id)
    file.write_text("concurrency = 1")
    fake_heygen.scenario(file)


def test_check(fake_heygen):
    video_id = create(fake_heygen, "render=0s")
    fake_heygen.wait(state="completed")
    assert fake_heygen.check([{"job": "a", "status": "completed", "video_id": video_id}]).sound
    report = fake_heygen.check([{"job": "a", "status": "processing", "video_id": video_id}])
    assert [finding.kind for finding in report.findings] == ["stuck"]


def test_check_on_a_clock_that_was_moved(fake_heygen):
    fake_heygen.clock.freeze()
    video_id = create(fake_heygen, "render=5m webhook=drop")
    fake_heygen.clock.advance(300)
    unaware = {"job": "a", "status": "processing", "video_id": video_id}
    assert [finding.kind for finding in fake_heygen.check([unaware]).findings] == ["stuck"]
    aware = {"job": "a", "status": "completed", "video_id": video_id, "known_at": fake_heygen.clock.now + 61}
    assert fake_heygen.check([aware], late_s=60).sound
    report = fake_heygen.check([aware], clock="simulated", late_s=60)
    assert [finding.kind for finding in report.findings] == ["late"]


def test_that_fails(fake_heygen):
    fake_heygen.clock.freeze()
    create(fake_heygen)
    fake_heygen.wait(acknowledged=1, timeout_s=0)
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(PROJECT)
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = -p no:cacheprovider -p fake_heygen.pytest_plugin\n")
    return pytester


def test_plugin_serves_another_project(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("-q", timeout=60)
    result.assert_outcomes(passed=7, failed=1)
    result.stdout.fnmatch_lines(
        ["*after 0 s still not: acknowledged 1; seen: {'acknowledged': 0}; the clock stands still*"]
    )


def test_simulator_that_cannot_start_says_why(project: pytest.Pytester) -> None:
    project.makeconftest("import fake_heygen.pytest_plugin as plugin\n\nplugin.SCENARIO = 'nothing'\n")
    result = project.runpytest_subprocess("-q", "-k", "world", timeout=60)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the simulator did not start: *no scenario 'nothing'*"])


def test_simulator_ends_with_the_process_that_started_it() -> None:
    code = (
        "import os\nfrom fake_heygen.cli.process import Process\n"
        "print(Process('--port', '0').__enter__().url, flush=True)\nos._exit(1)\n"
    )
    started = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30)
    host, _, port = started.stdout.strip().removeprefix("http://").partition(":")
    wait_for(lambda: not _accepts(host, int(port)), timeout_s=10, what="the simulator to end")


def _accepts(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0
