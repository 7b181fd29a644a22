"""A handler that fails, and what the journal makes of it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from fake_heygen.api.recorder import Recorder
from fake_heygen.clock import SimClock
from fake_heygen.scenario_reader import load_scenario
from fake_heygen.sender import Sender
from fake_heygen.simulation import Simulation

ROOT = Path(__file__).parents[3]


async def failing(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("a fault of ours")


def test_failing_handler_answers_heygens_500_and_the_log_gets_the_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async def call() -> tuple[httpx.Response, Simulation]:
        simulation = Simulation(load_scenario("demo"), 1, SimClock(), Sender(), "http://127.0.0.1:1")
        transport = httpx.ASGITransport(Recorder(failing, simulation, lambda: None))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as client:
            return await client.get("/v3/videos"), simulation

    with caplog.at_level(logging.ERROR):
        response, simulation = asyncio.run(call())
    assert (response.status_code, response.json()["error"]["code"]) == (500, "internal_error")
    assert response.headers["X-Request-Id"]
    assert "a fault of ours" in caplog.text
    (entry,) = simulation.journal.select()
    assert entry["status"] == 500


def test_simulator_imports_nothing_of_the_product() -> None:
    for path in (ROOT / "fake_heygen").rglob("*.py"):
        words = [
            line.split()[1].partition(".")[0]
            for line in path.read_text().splitlines()
            if line.startswith(("import ", "from "))
        ]
        assert not {"core", "pages", "streamlit", "streamlit_app"} & set(words), path
