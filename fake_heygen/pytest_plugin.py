"""A pytest plugin for any project: `pytest -p fake_heygen.pytest_plugin` offers the fixture `fake_heygen`.

One simulator is started for the session; every test begins in a new world, with a clock that runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from fake_heygen.cli.process import Process
from fake_heygen.cli.remote import Remote
from fake_heygen.proof.checker import Rules, check
from fake_heygen.proof.finding import Report
from fake_heygen.proof.history import read_history
from fake_heygen.proof.truth import read_ledger
from fake_heygen.scenario import load

SCENARIO = "healthy"


class Clock:
    """The simulated clock."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    @property
    def now(self) -> float:
        """Return simulated unix seconds."""
        return float(self._remote.get("clock")["now"])

    def advance(self, seconds: float) -> None:
        """Move time on, and play what falls due in order, deliveries included."""
        self._remote.post("clock", {"advance_s": seconds})

    def freeze(self) -> None:
        """Stop time; what lies ahead happens only by `advance`."""
        self._remote.post("clock", {"frozen": True})

    def run(self, speed: float = 1.0) -> None:
        """Let time run, at so many simulated seconds per real one."""
        self._remote.post("clock", {"frozen": False, "speed": speed})


class FakeHeyGen:
    """A running simulator; `url` is what a client takes for `https://api.heygen.com`, with any API key."""

    def __init__(self, url: str, remote: Remote) -> None:
        self.url = url
        self.clock = Clock(remote)
        self._remote = remote

    def scenario(self, scenario: str | Path | Mapping[str, Any]) -> None:
        """Play a bundled scenario by name, one in a TOML file, or one that is given whole."""
        if isinstance(scenario, str):
            self._remote.put("scenario", {"name": scenario})
        else:
            self._remote.put("scenario", dict(load(str(scenario)) if isinstance(scenario, Path) else scenario))

    def wallet(self, balance: float) -> None:
        """Set the balance."""
        self._remote.post("wallet", {"balance": balance})

    def rotate_key(self, old: str, new: str) -> None:
        """Let another API key open an account; the old one is refused from now on."""
        self._remote.post("keys", {"old": old, "new": new})

    def trigger(
        self, video_id: str, event_type: str = "avatar_video.success", *, words: str | None = None
    ) -> list[dict[str, Any]]:
        """Let an event of a video happen now, struck by `words` such as `sign=bad`; return the deliveries sent."""
        body = {"video_id": video_id, "event_type": event_type, "words": words}
        return list(self._remote.post("trigger", body)["data"])

    def resend(self, delivery_id: str) -> dict[str, Any]:
        """Attempt a delivery again, with its own event id."""
        return dict(self._remote.post(f"deliveries/{delivery_id}/resend"))

    def wait(self, *, timeout_s: float = 10.0, **condition: Any) -> dict[str, Any]:
        """Wait until `deliveries`, `acknowledged`, `state` or `idle` hold; fail the test when the time is over."""
        answer = self._remote.post("wait", {**condition, "timeout_s": timeout_s}, accepted=(408,))
        if not answer["met"]:
            wanted = ", ".join(f"{key} {value}" for key, value in condition.items())
            hint = f"; {answer['hint']}" if "hint" in answer else ""
            pytest.fail(f"after {timeout_s:g} s still not: {wanted}; seen: {answer['seen']}{hint}", pytrace=False)
        return dict(answer["seen"])

    def wait_for_delivery(
        self,
        video_id: str | None = None,
        event_type: str | None = None,
        *,
        count: int = 1,
        timeout_s: float = 10.0,
    ) -> dict[str, Any]:
        """Wait until so many attempts were made; return the latest of them, with both of its sides."""
        about = {"video_id": video_id, "event_type": event_type}
        given = {key: value for key, value in about.items() if value is not None}
        self.wait(deliveries=count, timeout_s=timeout_s, **given)
        attempts = [entry for entry in self.attempts(video_id) if event_type in (None, entry["event_type"])]
        return attempts[-1]

    @property
    def journal(self) -> list[dict[str, Any]]:
        """Return every request received and every delivery attempted, in order."""
        return list(self._remote.get("journal")["data"])

    def attempts(self, video_id: str | None = None) -> list[dict[str, Any]]:
        """Return the delivery attempts, of one video or of all."""
        return list(self._remote.get("journal", kind="attempt", video_id=video_id)["data"])

    @property
    def ledger(self) -> list[dict[str, Any]]:
        """Return the truth, one row a video."""
        return list(self._remote.get("ledger")["data"])

    def check(self, history: str | Sequence[Mapping[str, Any]], *, clock: str = "real", **rules: Any) -> Report:
        """Compare a client's history with the truth; `report.sound` says whether every promise was kept.

        With `clock="simulated"` the history's times are those of the simulated clock, whatever its pace.
        """
        text = history if isinstance(history, str) else json.dumps([dict(line) for line in history])
        ledger = self._remote.ledger() | ({"same_clock": True} if clock == "simulated" else {})
        return check(read_ledger(ledger, 0.0), read_history(text), Rules(**rules))


@pytest.fixture(scope="session")
def fake_heygen_process() -> Iterator[Process]:
    """Run one simulator for the session."""
    with Process("--port", "0", "--scenario", SCENARIO) as process:
        yield process


@pytest.fixture
def fake_heygen(fake_heygen_process: Process) -> Iterator[FakeHeyGen]:
    """Offer the simulator in a new world: nothing made, nothing due, the clock running at its usual pace."""
    with Remote(fake_heygen_process.url) as remote:
        remote.post("clock", {"frozen": False, "speed": 1})
        remote.put("scenario", {"name": SCENARIO})
        remote.post("reset")
        yield FakeHeyGen(fake_heygen_process.url, remote)
