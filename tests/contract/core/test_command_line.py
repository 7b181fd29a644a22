from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.__main__ import main
from core.models import Reel, ReelStatus
from core.store import open_store
from tests.conftest import Build
from tests.factories import a_delivery, an_observation

ROOT = Path(__file__).resolve().parents[3]
NOBODY = "http://127.0.0.1:9"
WORDS = [
    "submit",
    "list",
    "show",
    "check",
    "retry",
    "archive",
    "delete",
    "campaigns",
    "serve",
    "receiver",
    "worker",
    "dashboard",
    "doctor",
]
REEL_KEYS = {
    "id",
    "title",
    "status",
    "mode",
    "video_id",
    "video_url",
    "duration_s",
    "failure_code",
    "failure_message",
    "detected_by",
    "created_at",
    "submitted_at",
    "completed_at",
    "detected_at",
}
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True, kw_only=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def err_lines(self) -> list[str]:
        return self.err.splitlines()


Run = Callable[..., Said]


@pytest.fixture
def run(bare_environment: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a word with a key, polling, a fresh database and nobody at HeyGen's address."""
    monkeypatch.setenv("HEYGEN_API_KEY", "key-that-is-secret")
    monkeypatch.setenv("HEYGEN_API_BASE_URL", NOBODY)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{bare_environment}/reels.db")

    def run_word(*argv: str) -> Said:
        capfd.readouterr()
        try:
            code = main(argv)
        except SystemExit as ended:
            code = int(str(ended.code))
        said = capfd.readouterr()
        return Said(code=code, out=said.out, err=said.err)

    return run_word


@pytest.fixture
def reels(build: Build, bare_environment: Path) -> list[Reel]:
    """Store one reel of each status in the command line's database, newest last."""
    house = build("hybrid", path=bare_environment / "reels.db")
    stored = [house.stored(status, title=f"Título {status} 🎬") for status in ReelStatus]
    house.store.deliveries.record([a_delivery(reel_id=2)])
    house.processor.apply(an_observation("processing", video_id=stored[1].video_id))
    house.store.close()
    return stored


# submit


def test_submit_stores_a_reel_and_returns_at_once(run: Run) -> None:
    said = run("submit", "--script", "Hola ñ 🎬", "--title", "Launch", "--avatar", "a1", "--voice", "v1", "--json")
    assert (said.code, said.err) == (0, "")
    reel = said.json
    assert set(reel) >= REEL_KEYS
    assert (reel["id"], reel["title"], reel["status"], reel["mode"]) == (1, "Launch", "pending", "polling")
    assert (reel["script"], reel["aspect_ratio"], reel["video_id"]) == ("Hola ñ 🎬", "9:16", None)
    assert ISO.fullmatch(reel["created_at"])
    assert reel["submitted_at"] is None


def test_submit_takes_every_option(run: Run) -> None:
    reel = run("submit", "--script", "Hola", "--aspect-ratio", "16:9", "--mode", "polling", "--json").json
    assert (reel["aspect_ratio"], reel["mode"]) == ("16:9", "polling")


def test_submit_says_in_words_what_it_stored(run: Run) -> None:
    said = run("submit", "--script", "Hola", "--title", "Launch")
    assert said.code == 0
    assert "1  pending" in said.out
    assert "Launch" in said.out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--script", "  "], "script is empty"),
        (["--script", "x" * 5001], "5001 characters"),
        (["--script", "Hola", "--mode", "webhook"], "webhook_base_url requerido para modo webhook"),
        (["--script", "Hola", "--title", "x" * 201], "title"),
        (["--csv", "none.csv"], "cannot be read"),
    ],
)
def test_a_reel_that_cannot_be_sent_is_refused_with_one_line(run: Run, argv: list[str], words: str) -> None:
    said = run("submit", *argv, "--json")
    assert (said.code, said.out, len(said.err_lines)) == (1, "", 1)
    assert words in said.err
    assert run("list", "--json").json == []


def test_submit_csv_with_a_campaign_keeps_the_reels_together(run: Run, bare_environment: Path) -> None:
    (bare_environment / "reels.csv").write_text("title,script\nUno,Hola\nDos,Hola\n")
    said = run("submit", "--csv", "reels.csv", "--campaign", "Otoño", "--json")
    assert [(reel["title"], reel["campaign_id"]) for reel in said.json] == [("Uno", 1), ("Dos", 1)]
    run("submit", "--csv", "reels.csv", "--campaign", "Invierno")
    [winter, autumn] = run("campaigns", "--json").json
    assert ISO.fullmatch(autumn.pop("created_at"))
    assert autumn == {"id": 1, "name": "Otoño", "state": "open", "reels": 2, "counts": {"pending": 2}}
    assert winter["name"] == "Invierno"
    assert run("campaigns").out.splitlines()[1].split() == ["1", "open", "0", "of", "2", "Otoño"]


@pytest.mark.parametrize(("rows", "name"), [('script\nHola\n""\n,x\n', "Otoño"), ("script\nHola\n", "  ")])
def test_a_campaign_that_cannot_be_is_refused_whole(run: Run, bare_environment: Path, rows: str, name: str) -> None:
    (bare_environment / "reels.csv").write_text(rows)
    said = run("submit", "--csv", "reels.csv", "--campaign", name, "--json")
    assert (said.code, said.out, len(said.err_lines)) == (1, "", 1)
    assert run("campaigns", "--json").json == run("list", "--json").json == []


def test_submit_csv_stores_all_and_prints_an_array(run: Run, bare_environment: Path) -> None:
    rows = 'title,script,avatar,voice,aspect_ratio,mode\nA,Hola,,,,\nB,"Hola\na todos",,,1:1,polling\n'
    (bare_environment / "reels.csv").write_text(rows)
    said = run("submit", "--csv", "reels.csv", "--json")
    assert said.code == 0
    assert [(reel["id"], reel["title"]) for reel in said.json] == [(1, "A"), (2, "B")]
    assert said.json[1]["script"] == "Hola\na todos"


def test_a_file_with_wrong_rows_is_refused_whole(run: Run, bare_environment: Path) -> None:
    rows = 'script,aspect_ratio\nHola,9:16\n"two\nlines",3:2\n,9:16\nHola,1:1\n'
    (bare_environment / "reels.csv").write_text(rows)
    said = run("submit", "--csv", "reels.csv", "--json")
    assert (said.code, said.out) == (1, "")
    assert [line.split(":")[0] for line in said.err_lines] == ["row 3", "row 5"]
    assert run("list", "--json").json == []


def test_a_file_whose_mode_cannot_be_used_is_refused_whole(run: Run, bare_environment: Path) -> None:
    (bare_environment / "reels.csv").write_text("script,mode\nHola,polling\nHola,webhook\n")
    said = run("submit", "--csv", "reels.csv", "--json")
    assert (said.code, said.out) == (1, "")
    assert said.err
    assert run("list", "--json").json == []


# list, show


def test_list_shows_every_reel_newest_first(run: Run, reels: list[Reel]) -> None:
    listed = run("list", "--json").json
    assert [reel["id"] for reel in listed] == [5, 4, 3, 2, 1]
    assert all(set(reel) >= REEL_KEYS for reel in listed)
    assert "Título completed 🎬" in run("list").out


@pytest.mark.parametrize("status", list(ReelStatus))
def test_list_shows_the_reels_of_one_status(run: Run, reels: list[Reel], status: str) -> None:
    assert [reel["status"] for reel in run("list", "--status", status, "--json").json] == [status]


def test_list_shows_more_than_a_page(run: Run, build: Build, bare_environment: Path) -> None:
    house = build(path=bare_environment / "reels.db")
    house.processor.enqueue_many([Reel(script="Hola") for _ in range(2100)])
    listed = run("list", "--json").json
    assert [reel["id"] for reel in listed] == list(range(2100, 0, -1))


def test_show_adds_the_timeline_in_order_of_time(run: Run, reels: list[Reel]) -> None:
    shown = run("show", "2", "--json").json
    assert set(shown) >= REEL_KEYS
    assert [set(entry) for entry in shown["timeline"]] == [{"at", "kind", "detail"}] * 2
    assert {entry["kind"] for entry in shown["timeline"]} == {"check", "webhook"}
    assert all(ISO.fullmatch(entry["at"]) for entry in shown["timeline"])
    [webhook] = [entry for entry in shown["timeline"] if entry["kind"] == "webhook"]
    assert webhook["detail"]["event_type"] == "avatar_video.success"
    assert "webhook" in run("show", "2").out


# check, retry, archive, delete


@pytest.mark.parametrize("word", ["show", "check", "retry", "archive", "delete"])
@pytest.mark.parametrize("reel_id", ["7", "0", "-1", "99999999999999999999999"])
def test_an_unknown_id_is_refused_with_one_line(run: Run, word: str, reel_id: str) -> None:
    said = run(word, reel_id, "--json")
    if reel_id == "-1" and said.code == 2:
        return  # taken for an option
    assert (said.code, said.out, len(said.err_lines)) == (1, "", 1)
    assert reel_id in said.err


@pytest.mark.parametrize("word", ["check", "retry"])
def test_while_heygen_cannot_be_reached_nothing_changes(run: Run, reels: list[Reel], word: str) -> None:
    before = run("show", "4", "--json").json
    said = run(word, "4", "--json")
    assert (said.code, said.out, len(said.err_lines)) == (1, "", 1)
    assert NOBODY in said.err
    assert "secret" not in said.err
    assert run("show", "4", "--json").json == before


@pytest.mark.parametrize(
    ("word", "reel_id", "words"),
    [
        ("check", "1", "not reached HeyGen"),
        ("retry", "1", "already waits"),
        ("retry", "2", "pay for it twice"),
        ("retry", "3", "is completed"),
        ("archive", "2", "is not finished"),
    ],
)
def test_what_makes_no_sense_now_is_refused_with_one_line(
    run: Run, reels: list[Reel], word: str, reel_id: str, words: str
) -> None:
    said = run(word, reel_id)
    assert (said.code, said.out, len(said.err_lines)) == (1, "", 1)
    assert words in said.err


def listed(run: Run, *options: str) -> list[int]:
    return [reel["id"] for reel in run("list", "--json", *options).json]


def test_a_reel_is_put_away_and_brought_back(run: Run, reels: list[Reel]) -> None:
    assert run("archive", "3", "--json").json["archived_at"] is not None
    assert (listed(run), listed(run, "--archived")) == ([5, 4, 2, 1], [3])
    assert run("archive", "3", "--back", "--json").json["archived_at"] is None
    assert (listed(run), listed(run, "--archived")) == ([5, 4, 3, 2, 1], [])


def test_a_deleted_reel_is_gone_from_the_list_and_refuses_everything(run: Run, reels: list[Reel]) -> None:
    assert run("delete", "3", "--json").json["deleted_at"] is not None
    assert listed(run) == [5, 4, 2, 1]
    assert run("delete", "4", "--keep-at-heygen").out == "Reel 4 is deleted; a worker takes away what is left of it.\n"
    assert [entry["detail"] for entry in run("show", "4", "--json").json["timeline"] if entry["kind"] == "deleted"] == [
        {"at_heygen": False, "status": "failed"}
    ]
    for word in ("check", "retry", "archive"):
        said = run(word, "4")
        assert (said.code, said.err) == (1, "Reel 4 was deleted.\n")


# dashboard, doctor


def test_the_dashboard_is_a_json_object(run: Run, reels: list[Reel]) -> None:
    shown = run("dashboard", "--json").json
    assert {"active_reels", "processing_mode", "webhook_enabled", "last_webhook_received"} <= set(shown)
    assert (shown["active_reels"], shown["processing_mode"], shown["webhook_enabled"]) == (2, "polling", False)
    assert ISO.fullmatch(shown["last_webhook_received"])
    assert "active_reels" in run("dashboard").out


def test_the_doctor_fails_while_heygen_cannot_be_reached(run: Run) -> None:
    said = run("doctor", "--json")
    assert (said.code, len(said.err_lines)) == (1, 1)
    results = {check["name"]: check["result"] for check in said.json}
    assert results["heygen"] == "fail"
    assert results["store"] == "pass"
    assert "secret" not in said.out + said.err
    assert run("doctor").code == 1


def test_the_doctor_warns_of_hybrid_without_an_address(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEYGEN_PROCESSING_MODE", "hybrid")
    checks = {check["name"]: check for check in run("doctor", "--json").json}
    assert checks["mode"]["result"] == "warn"
    assert "HEYGEN_WEBHOOK_BASE_URL" in checks["mode"]["advice"]


def test_the_doctor_fails_while_the_receiver_cannot_be_reached(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEYGEN_PROCESSING_MODE", "webhook")
    monkeypatch.setenv("HEYGEN_WEBHOOK_BASE_URL", NOBODY)
    said = run("doctor", "--json")
    assert said.code == 1
    assert "fail" in {
        check["result"] for check in said.json if check["seen"].startswith(NOBODY) or NOBODY in check["seen"]
    }


# Wrong settings, wrong usage, broken stores


@pytest.mark.parametrize(
    ("argv", "name", "value"),
    [
        (["list"], "HEYGEN_DEADLINE_S", "nan"),
        (["show", "1"], "HEYGEN_PROCESSING_MODE", "push"),
        (["submit", "--script", "x"], "DATABASE_URL", "mysql://x"),
        (["check", "1"], "HEYGEN_MAX_CONCURRENT", "0"),
        (["retry", "1"], "APP_ENV", "prod"),
        (["dashboard"], "HEYGEN_FALLBACK_AFTER_S", "-1"),
        (["doctor"], "HEYGEN_POLL_INTERVAL_S", "inf"),
        (["serve"], "HEYGEN_WEBHOOK_BASE_URL", "http://public.test"),
        (["receiver"], "PORT", "70000"),
        (["worker"], "HEYGEN_API_BASE_URL", "x"),
    ],
)
def test_a_wrong_setting_stops_every_word_with_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, argv: list[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    said = run(*argv, "--json")
    assert (said.code, said.out, len(said.err_lines)) == (1, "", 1)
    assert name in said.err
    assert value in said.err


def test_a_file_of_settings_that_is_no_text_is_one_line(run: Run, bare_environment: Path) -> None:
    (bare_environment / ".env").write_bytes(b"APP_ENV=\xff\xfe\n")
    said = run("list", "--json")
    assert (said.code, said.out, len(said.err_lines)) == (1, "", 1)


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["nonsense"],
        ["submit"],
        ["submit", "--script", "x", "--csv", "y"],
        ["submit", "--script", "x", "--aspect-ratio", "3:2"],
        ["submit", "--script", "x", "--mode", "push"],
        ["show"],
        ["show", "one"],
        ["list", "--status", "lost"],
        ["check", "1", "2"],
        ["serve", "--port", "web"],
    ],
)
def test_wrong_usage_ends_with_2(run: Run, argv: list[str]) -> None:
    said = run(*argv)
    assert (said.code, said.out) == (2, "")
    assert "usage:" in said.err


@pytest.mark.parametrize("word", WORDS)
def test_every_word_explains_itself_and_knows_json(run: Run, word: str) -> None:
    said = run(word, "--help")
    assert said.code == 0
    assert "--json" in said.out


@pytest.mark.parametrize("argv", [["list"], ["show", "1"], ["submit", "--script", "x"], ["dashboard"]])
def test_a_database_that_cannot_be_used_is_one_line(
    run: Run, bare_environment: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str]
) -> None:
    (bare_environment / "no.db").write_bytes(b"this is no database, " * 100)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///no.db")
    said = run(*argv, "--json")
    assert (said.code, said.out, len(said.err_lines)) == (1, "", 1)
    assert "no.db" in said.err


def test_a_database_that_breaks_midway_is_one_line(run: Run, reels: list[Reel], bare_environment: Path) -> None:
    with closing(sqlite3.connect(bare_environment / "reels.db", isolation_level=None)) as conn:
        conn.execute("ALTER TABLE timeline RENAME TO gone")
    said = run("show", "1", "--json")
    assert (said.code, said.out, len(said.err_lines)) == (1, "", 1)


# As a program of its own


@pytest.fixture
def program(run: Run) -> Callable[..., subprocess.Popen[bytes]]:
    """Start a word as a process, in an environment like that of `run`."""

    def start(*argv: str, **environ: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "core", *argv]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "", **environ}
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)

    return start


Program = Callable[..., subprocess.Popen[bytes]]


def test_a_port_that_is_taken_is_one_line(program: Program) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = program("serve", "--port", str(taken.getsockname()[1]))
        out, err = server.communicate(timeout=30)
    assert (server.returncode, out, len(err.splitlines())) == (1, b"", 1)
    assert b"--port" in err


def test_a_warning_of_the_log_does_not_mix_with_the_one_line(program: Program) -> None:
    word = program("show", "7", "--json", HEYGEN_PROCESSING_MODE="hybrid")
    out, err = word.communicate(timeout=30)
    assert (word.returncode, out, len(err.splitlines())) == (1, b"", 1)


def test_it_prints_utf_8_whatever_the_locale(program: Program, reels: list[Reel]) -> None:
    word = program("list", "--json", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    out, err = word.communicate(timeout=30)
    assert (word.returncode, err) == (0, b"")
    assert json.loads(out.decode())[0]["title"] == "Título timed_out 🎬"


def test_a_reader_that_has_seen_enough_is_no_error(program: Program, build: Build, bare_environment: Path) -> None:
    house = build(path=bare_environment / "reels.db")
    house.processor.enqueue_many([Reel(script="Hola " * 100) for _ in range(500)])
    word = program("list", "--json")
    assert word.stdout is not None
    assert word.stderr is not None
    with word.stdout, word.stderr:
        assert word.stdout.read(1) == b"["
        word.stdout.close()
        assert word.stderr.read() == b""
    assert word.wait(30) == 0


def test_words_that_only_read_leave_the_database_readable_by_others(
    run: Run, reels: list[Reel], bare_environment: Path
) -> None:
    for argv in (["list"], ["show", "1"], ["dashboard"]):
        assert run(*argv).code == 0
    store = open_store(f"sqlite:///{bare_environment}/reels.db")
    assert store.reels.get(1) == reels[0]
    store.close()
