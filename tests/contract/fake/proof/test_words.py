"""The command line's words: what they do to a running simulator, what they print, and their exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from fake_heygen.cli.command import run_word
from fake_heygen.cli.remote import Remote
from fake_heygen.cli.words import WORDS
from tests.contract.fake.proof.hosting import Hosted
from tests.contract.fake.proof.receivers.sound import SECRET, TOKEN

ROOT = Path(__file__).parents[4]
Say = Callable[..., Any]


@pytest.fixture
def say(fake: Any, capsysbinary: pytest.CaptureFixture[bytes]) -> Say:
    """Run a word against the simulator and return its JSON."""

    def run(*words: str, code: int = 0) -> Any:
        assert run_word([*words, "--at", str(fake.api.base_url), "--json"]) == code
        return json.loads(capsysbinary.readouterr().out)

    return run


@pytest.fixture
def tell(fake: Any, capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., str]:
    """Run a word against the simulator and return its text."""

    def run(*words: str, code: int = 0) -> str:
        assert run_word([*words, "--at", str(fake.api.base_url)]) == code
        return capsysbinary.readouterr().out.decode()

    return run


def test_events_are_triggered_and_deliveries_resent(fake: Any, receiver: Any, say: Say, tell: Say) -> None:
    video_id = fake.video("render=1h", callback_url=receiver.url + "/hook")
    (delivery,) = say("trigger", video_id, "--event", "avatar_video.fail")["data"]
    assert (delivery["state"], delivery["last_status"]) == ("delivered", 200)
    assert say("resend", delivery["delivery_id"])["attempts"] == 2
    assert "delivered  attempt 3: 200" in tell("resend", delivery["delivery_id"])
    assert [event["event_type"] for event in receiver.events("/hook")] == ["avatar_video.fail"] * 3
    assert "nobody wants this event" in tell("trigger", fake.video())


def test_clock_is_shown_frozen_sped_up_and_advanced(fake: Any, say: Say, tell: Say) -> None:
    video_id = fake.video("render=5m")
    before = say("clock")
    assert (before["frozen"], before["next"]["subject"]) == (True, video_id)
    assert say("advance", "2m")["now"] == before["now"] + 120
    shown = tell("clock")
    assert "frozen" in shown
    assert f"180.0 s  render_end    {video_id}" in shown
    running = say("clock", "--run", "--speed", "3")
    assert (running["frozen"], running["speed"]) == (False, 3)
    assert say("clock", "--freeze", "--speed", "1")["frozen"] is True


def test_scenario_is_shown_and_played_by_name_or_from_a_file(say: Say, tell: Say, tmp_path: Path) -> None:
    assert say("scenario")["name"] == "healthy"
    assert say("scenario", "webhooks-down")["name"] == "webhooks-down"
    assert [row["name"] for row in say("scenarios")["data"] if row["current"]] == ["webhooks-down"]
    assert "* webhooks-down" in tell("scenarios")
    file = tmp_path / "mine.toml"
    file.write_text('concurrency = 3\ndescription = "Mine"\n')
    assert say("scenario", str(file))["concurrency"] == 3
    assert tell("scenario") == "mine: Mine\n"


def test_wallet_and_reset(fake: Any, say: Say) -> None:
    fake.video()
    assert say("wallet", "12.5") == {"balance": 12.5}
    assert len(say("ledger")["data"]) == 1
    say("reset")
    assert say("ledger")["data"] == []


def test_journal_is_listed_searched_and_exported(fake: Any, receiver: Any, say: Say, tell: Say) -> None:
    receiver.statuses = [503]
    video_id = fake.video("render=1s webhook=duplicate:2", callback_url=receiver.url)
    fake.api.get("/v3/voices")
    fake.advance(1)
    assert len(say("journal", "--video", video_id)["data"]) == 3
    assert [entry["path"] for entry in say("journal", "--search", "VOICES")["data"]] == ["/v3/voices"]
    text = tell("journal", "--limit", "3").splitlines()
    assert text[0].endswith("-> 200  GET /v3/voices")
    assert f"<- 503  avatar_video.success {video_id} attempt 1  [" in "".join(text)
    lines = tell("journal", "--jsonl", "--kind", "attempt").splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["attempt"] * 2
    assert json.loads(tell("journal", "--har", "--kind", "request"))["log"]["version"] == "1.2"


def test_wait_has_an_exit_code(fake: Any, receiver: Any, say: Say, tell: Say) -> None:
    video_id = fake.video("render=1s", callback_url=receiver.url)
    assert say("wait", "--acknowledged", "1", "--timeout", "0s", code=1)["met"] is False
    assert "not met after" in tell("wait", "--state", "ended", "--timeout", "0.05s", code=1)
    fake.advance(1)
    waited = say("wait", "--deliveries", "1", "--state", "completed", "--video", video_id, "--idle")
    assert waited["seen"] == {"deliveries": 1, "states": {"completed": 1}, "due": 0}
    assert tell("wait", "--acknowledged", "1", "--event", "avatar_video.success").startswith("met after")


def test_an_account_is_chosen_by_its_key(fake: Any, say: Say) -> None:
    fake.video(title="one")
    fake.api.headers["X-Api-Key"] = "other"
    other = fake.video(title="other")
    assert len(say("ledger")["data"]) == 2
    assert [row["video_id"] for row in say("ledger", "--account", "other")["data"]] == [other]
    assert [json.loads(entry["body"])["title"] for entry in say("journal", "--account", "any")["data"]] == ["one"]
    assert len(say("journal", "--account", "other", "--limit", "5")["data"]) == 1
    assert say("wait", "--state", "processing", "--account", "other")["seen"] == {"states": {"processing": 1}}


def test_a_key_is_rotated(fake: Any, say: Say, tell: Say) -> None:
    fake.video()
    assert "the old one is refused" in tell("key", "any", "fresh")
    assert fake.create().status_code == 401


def test_check_finds_what_the_client_does_not_know(fake: Any, say: Say, tell: Say, tmp_path: Path) -> None:
    known, lost = fake.video("render=1s", title="known"), fake.video("render=1s", title="lost")
    fake.advance(1)
    history = tmp_path / "history.jsonl"
    history.write_text(json.dumps({"job": "1", "status": "completed", "video_id": known}))
    report = say("check", "--history", str(history), code=1)
    assert [(finding["kind"], finding["video_id"]) for finding in report["findings"]] == [("lost", lost)]
    history.write_text(history.read_text() + "\n" + json.dumps({"job": "2", "status": "completed", "video_id": lost}))
    assert "2 jobs, 0 of them never sent, 2 videos: sound" in tell("check", "--history", str(history))
    ledger = tmp_path / "ledger.json"
    ledger.write_text(tell("ledger", "--json"))
    assert say("check", "--history", str(history), "--ledger", str(ledger))["videos"] == 2
    url = f"{fake.api.base_url}/_sim/ledger"
    assert say("check", "--history", str(history), "--ledger", url)["sound"] is True


def test_times_of_the_simulated_clock_are_compared_at_any_pace(fake: Any, say: Say, tmp_path: Path) -> None:
    video_id = fake.video("render=1s")
    fake.advance(500)
    late = fake.clock(frozen=True)["now"]
    history = tmp_path / "history.jsonl"
    history.write_text(json.dumps({"job": "1", "status": "completed", "video_id": video_id, "known_at": late}))
    words = ("check", "--history", str(history), "--late", "60s")
    assert say(*words)["sound"] is True
    report = say(*words, "--clock", "simulated", code=1)
    assert [finding["kind"] for finding in report["findings"]] == ["late"]


def test_times_are_compared_only_while_the_clocks_agree(
    started: Any, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    at = started("--scenario", "healthy").url
    with Remote(at) as remote:
        body = {"type": "avatar", "avatar_id": "lucia_studio_front", "script": "Hola. [[sim: render=0s]]"}
        answer = httpx.post(f"{at}/v3/videos", json=body, headers={"X-Api-Key": "k"}).json()
        early = {"job": "1", "status": "completed", "video_id": answer["data"]["video_id"], "known_at": 5.0}
        history = tmp_path / "history.jsonl"
        history.write_text(json.dumps(early))
        assert run_word(["check", "--history", str(history), "--at", at]) == 1
        assert b"forged accepted" in capsysbinary.readouterr().out
        assert remote.ledger()["same_clock"] is True
        for change in ({"frozen": True}, {"frozen": False, "speed": 2}, {"speed": 1, "advance_s": 60}):
            remote.post("clock", change)
            assert remote.ledger()["same_clock"] is False
        assert run_word(["check", "--history", str(history), "--at", at]) == 0
        assert b"times were not compared" in capsysbinary.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("trigger", "nobody"), "Video nobody not found"),
        (("resend", "nothing"), "Delivery nothing not found"),
        (("scenario", "nothing"), "no scenario 'nothing'"),
        (("clock", "--speed", "0"), "speed must be a number"),
        (("wait",), "give one or more of"),
        (("check", "--history", "/nowhere.jsonl"), "cannot read /nowhere.jsonl"),
        (("check", "--history", "/dev/null", "--ledger", "/nowhere.json"), "cannot read /nowhere.json"),
        (("check", "--history", "/dev/null", "--ledger", str(ROOT / "LICENSE")), "is no JSON"),
        (("check", "--history", str(ROOT / "LICENSE")), "line 1 of the history is no JSON"),
    ],
)
def test_refusal_is_one_sentence_and_1(
    fake: Any, words: tuple[str, ...], sentence: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run_word([*words, "--at", str(fake.api.base_url)]) == 1
    printed = capsysbinary.readouterr()
    assert sentence in printed.err.decode()
    assert (printed.out, printed.err.count(b"\n")) == (b"", 1)


@pytest.mark.parametrize("at", ["http://127.0.0.1:9", "nowhere", "http://[", "http://127.0.0.1:99999"])
def test_no_simulator_is_one_sentence_and_1(at: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run_word(["ledger", "--at", at]) == 1
    assert capsysbinary.readouterr().err.count(b"\n") == 1


@pytest.mark.parametrize(
    "words",
    [("trigger",), ("advance", "soon"), ("wait", "--state", "done"), ("clock", "--freeze", "--run"), ("check",)],
)
def test_wrong_usage_is_one_sentence_and_2(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_word(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def module(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fake_heygen", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, **more)


def test_module_runs_a_word_and_names_them_all(fake: Any) -> None:
    done = module("clock", "--at", str(fake.api.base_url), "--json")
    assert (done.returncode, json.loads(done.stdout)["frozen"]) == (0, True)
    told = module("--help").stdout
    assert all(word in told for word in WORDS)


def test_certify_writes_text_json_and_junit(tmp_path: Path) -> None:
    hosted = Hosted("post_only", tmp_path)
    counted = f"{sys.executable} -c \"print(len(open('{hosted.kept}').readlines()))\""
    junit = tmp_path / "junit.xml"
    words = ["certify", hosted.url, "--token-url", f"{hosted.url}/{TOKEN}", "--junit", str(junit), "--slow", "3s"]
    words += ["--confirm-restart", f"{sys.executable} -c pass", "--count-command", counted, "--json"]
    done = module(*words, env={"HEYGEN_WEBHOOK_SECRET": f"{SECRET}, whsec_next", "PATH": ""})
    hosted.stop()
    document = json.loads(done.stdout)
    failed = [check["name"] for check in document["checks"] if check["result"] == "fail"]
    assert (done.returncode, failed, document["counts"]["skip"]) == (1, ["options-answered"], 0)
    assert ElementTree.parse(junit).getroot().get("failures") == "1"
    assert SECRET not in done.stdout + done.stderr + junit.read_text()


def test_certify_tells_each_rule_and_asks_the_operator(tmp_path: Path) -> None:
    hosted = Hosted("redirects", tmp_path)
    done = module("certify", hosted.url, "--secret", SECRET, "--confirm-restart", input="\n")
    hosted.stop()
    assert done.returncode == 1
    assert "FAIL  no-redirect " in done.stdout
    assert done.stdout.splitlines()[-1].endswith("unsound")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("http://127.0.0.1:9/hook",), "nobody accepts connections at http://127.0.0.1:9/hook"),
        (("https://hooks.example.com/",), "hooks.example.com is not this machine; say --mine"),
        (("http://127.0.0.1:9/", "--token-url", "https://example.com/t"), "example.com is not this machine"),
        (("ftp://127.0.0.1/",), "is no address of a receiver"),
        (("http://[",), "is no address of a receiver"),
    ],
)
def test_certificate_that_cannot_be_made_is_one_sentence_and_1(
    words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_word(["certify", *words]) == 1
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert printed.err.count("\n") == 1
