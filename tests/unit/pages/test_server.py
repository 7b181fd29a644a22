"""What stands around the pages: the language of the answer, and what is said when a page fails."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from pages.ui.server import SpokenLanguage, spoken
from tests.unit.pages.conftest import ROOT

PAGE = '<!DOCTYPE html><html lang="en"><head></head><body lang="en">ñ</body></html>'


def get(path: str, **headers: str) -> httpx.Response:
    """Ask a small application, behind the middleware, for a page (`/`) or for another answer (`/text`)."""
    routes = [
        Route("/", lambda _request: HTMLResponse(PAGE)),
        Route("/text", lambda _request: PlainTextResponse(PAGE)),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(SpokenLanguage)])

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("es-ES,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9", "en"),
        ("fr-FR,es;q=0.5", "es"),
        ("fr", "en"),
        ("", "en"),
        (";;;,,", "en"),
    ],
)
def test_the_first_language_that_is_spoken_is_chosen(asked: str, answer: str) -> None:
    assert spoken(asked) == answer


def test_the_page_names_the_language_and_forbids_translation() -> None:
    answer = get("/", accept="text/html", accept_language="es")
    assert '<html lang="es" translate="no">' in answer.text
    assert '<body lang="en">' in answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_other_answers_pass_as_they_are() -> None:
    assert get("/text", accept="text/html", accept_language="es").text == PAGE
    assert get("/", accept="*/*", accept_language="es").text == PAGE


def test_the_products_own_errors_are_said_in_the_viewers_words() -> None:
    def page() -> None:
        from core.errors import Refused
        from pages.ui.server import apologise

        assert apologise(Refused("Reel {id} already waits for its turn.", id=7))

    app = AppTest.from_function(page)
    app.context = {"locale": "es-ES", "timezone": "Europe/Madrid"}
    assert [error.value for error in app.run(timeout=20).error] == ["El reel 7 ya espera su turno."]


def test_a_failing_page_says_one_sentence_and_logs_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    def page() -> None:
        from pages.ui.server import apologise

        assert apologise(ValueError("the secret of the trace"))

    with caplog.at_level(logging.ERROR):
        app = AppTest.from_function(page)
        app.context = {"locale": "es-ES", "timezone": "Europe/Madrid"}
        app.run(timeout=20)
    shown = [error.value for error in app.error]
    number = shown[0].rstrip(".").split()[-1]
    assert len(shown) == 1
    assert "secret" not in shown[0]
    assert f"Page error {number}" in caplog.text
    assert "the secret of the trace" in caplog.text


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (
            "HEYGEN_MAX_CONCURRENT",
            "zero",
            "HEYGEN_MAX_CONCURRENT='zero' cannot be used; allowed: a whole number from 1 to 999999999.",
        ),
        ("DATABASE_URL", "sqlite:////dev/null/reels.db", "The database /dev/null/reels.db cannot be used"),
    ],
)
def test_a_start_that_cannot_be_ends_with_one_line(tmp_path: Path, name: str, value: str, line: str) -> None:
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"), "--server.port", "0"]
    env = os.environ | {name: value}
    ended = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith(line)
