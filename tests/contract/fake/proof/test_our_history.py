"""The checker on our own product: its history is sound, and what it cannot know is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fake_heygen.cli.command import run_word
from tests.support.programs import Fake, Serve, run_core


@pytest.mark.long
def test_our_history_is_sound_and_a_foreign_video_is_found(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    fake = Fake(tmp_path)
    server = Serve(tmp_path, fake.url, mode="webhook")
    history = tmp_path / "history.json"

    def checked(*words: str) -> tuple[int, dict[str, int]]:
        history.write_text(run_core(*words, environ=server.environ).stdout)
        code = run_word(["check", "--at", fake.url, "--history", str(history), "--late", "30s", "--json"])
        return code, json.loads(capsysbinary.readouterr().out)["counts"]

    try:
        words = ("", "outcome=failed", "forge=success render=2s")
        reels = [server.submit(f"Hola. [[sim: render=1s {word}]]", word) for word in words]
        for reel in reels:
            server.wait_until(reel, "completed", "failed")
        code, counts = checked("list")
        assert (code, set(counts.values())) == (0, {0})
        body = {"type": "avatar", "avatar_id": "lucia_studio_front", "script": "Hola.", "title": "foreign"}
        assert fake.http.post("/v3/videos", json=body).status_code == 200
        code, counts = checked("show", str(reels[0]))
        assert (code, counts["lost"]) == (1, len(words))
    finally:
        server.stop()
        fake.stop()
