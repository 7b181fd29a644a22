"""The control routes under /_sim: the clock, the scenario, the journal, the ledger, deliveries on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen import scenario as scenarios
from fake_heygen.api.answers import data, json_response
from fake_heygen.errors import ApiError, invalid, video_not_found
from fake_heygen.event import DESCRIPTIONS
from fake_heygen.faults import FAULTS
from fake_heygen.fields import Fields
from fake_heygen.order import read_object
from fake_heygen.scenario_reader import load_scenario, read_scenario
from fake_heygen.simulation import Simulation

SHOWN_DUE = 20
LONGEST_ADVANCE_S = 10 * 366 * 86400.0
FASTEST = 1_000_000.0


class Control:
    """Handle /_sim."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._world = simulation.world

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/_sim/health", self.health, methods=["GET"]),
            Route("/_sim/reset", self.reset, methods=["POST"]),
            Route("/_sim/scenarios", self.scenarios, methods=["GET"]),
            Route("/_sim/scenario", self.scenario, methods=["GET"]),
            Route("/_sim/scenario", self.play, methods=["PUT"]),
            Route("/_sim/clock", self.clock, methods=["GET"]),
            Route("/_sim/clock", self.set_clock, methods=["POST"]),
            Route("/_sim/journal", self.journal, methods=["GET"]),
            Route("/_sim/ledger", self.ledger, methods=["GET"]),
            Route("/_sim/faults", self.faults, methods=["GET"]),
            Route("/_sim/wallet", self.top_up, methods=["POST"]),
            Route("/_sim/trigger", self.trigger, methods=["POST"]),
            Route("/_sim/deliveries", self.deliveries, methods=["GET"]),
            Route("/_sim/deliveries/{delivery_id}/resend", self.resend, methods=["POST"]),
        ]

    async def health(self, _request: Request) -> Response:
        """Say that the simulator runs, and what it plays."""
        return json_response(
            {
                "status": "ok",
                "simulated": True,
                "scenario": self._world.scenario.name,
                "now": self._simulation.clock.now(),
                "videos": len(self._world.videos),
                "rendering": len(self._world.rendering),
                "due": len(self._world.due),
            }
        )

    async def reset(self, _request: Request) -> Response:
        """Forget videos, endpoints, events, journal, ledger and keys."""
        self._simulation.reset()
        return json_response({"status": "ok"})

    async def scenarios(self, _request: Request) -> Response:
        """List the bundled scenarios."""
        rows = []
        for name in scenarios.names():
            scenario = load_scenario(name)
            row = {
                "name": name,
                "description": scenario.description,
                "sound_client": scenario.sound_client,
                "current": name == self._world.scenario.name,
            }
            rows.append(row)
        return data(rows)

    async def scenario(self, _request: Request) -> Response:
        """Show the scenario that plays."""
        return json_response(asdict(self._world.scenario))

    async def play(self, request: Request) -> Response:
        """Play a bundled scenario by name, or a whole one."""
        body = read_object(await request.body())
        try:
            scenario = _bundled(body["name"]) if set(body) == {"name"} else read_scenario(body)
        except scenarios.ScenarioError as error:
            raise invalid("scenario", str(error)) from error
        self._world.set_scenario(scenario)
        return json_response(asdict(scenario))

    async def clock(self, _request: Request) -> Response:
        """Tell the time and what will happen next."""
        return json_response(self._clock_view())

    async def set_clock(self, request: Request) -> Response:
        """Change the pace, or move time on and play what falls due."""
        body = read_object(await request.body())
        speed, frozen, seconds = _read_pace(body)
        if speed is not None:
            self._simulation.clock.set_speed(speed)
        if frozen is not None:
            self._simulation.clock.freeze(frozen)
        if seconds is not None:
            await self._simulation.player.advance(seconds)
        return json_response(self._clock_view())

    async def journal(self, request: Request) -> Response:
        """List what was received and attempted."""
        wanted = request.query_params
        since, limit = _number(wanted, "since"), _number(wanted, "limit")
        return data(
            self._simulation.journal.select(
                kind=wanted.get("kind"),
                video_id=wanted.get("video_id"),
                since=since,
                limit=None if limit is None else int(limit),
            )
        )

    async def ledger(self, _request: Request) -> Response:
        """List the truth of every video."""
        now = self._simulation.clock.now()
        return data([row.view(now) for row in self._world.ledger])

    async def faults(self, _request: Request) -> Response:
        """List the vocabulary of faults."""
        return data(
            [
                {
                    "name": fault.name,
                    "grammar": fault.grammar,
                    "points": list(fault.points),
                    "does": fault.does,
                    "sound_client": fault.sound_client,
                }
                for fault in FAULTS
            ]
        )

    async def top_up(self, request: Request) -> Response:
        """Set the balance of the wallet."""
        fields = Fields(read_object(await request.body()))
        if not fields.given("balance"):
            raise invalid("balance", "balance is required")
        self._world.set_balance(fields.number("balance", 0.0, 1e12, 0.0))
        return json_response({"balance": self._world.wallet.balance})

    async def trigger(self, request: Request) -> Response:
        """Let an event of a video happen now, to every receiver."""
        fields = Fields(read_object(await request.body()))
        video_id = fields.required("video_id")
        event_type = fields.choice("event_type", tuple(DESCRIPTIONS)) or "avatar_video.success"
        video = self._world.videos.get(video_id)
        if video is None:
            raise video_not_found(video_id)
        deliveries = self._simulation.deliverer.trigger(event_type, video)
        await self._simulation.send_now(deliveries)
        return data([self._delivery_view(delivery.delivery_id) for delivery in deliveries])

    async def deliveries(self, request: Request) -> Response:
        """List deliveries, pending and past, the newest first."""
        video_id, state = request.query_params.get("video_id"), request.query_params.get("state")
        return data(
            [
                asdict(delivery)
                for delivery in self._world.deliveries.newest()
                if video_id in (None, delivery.video_id) and state in (None, delivery.state)
            ]
        )

    async def resend(self, request: Request) -> Response:
        """Attempt a delivery now, with its own event id."""
        delivery_id = request.path_params["delivery_id"]
        if delivery_id not in self._world.deliveries:
            raise ApiError("resource_not_found", f"Delivery {delivery_id} not found")
        await self._simulation.deliverer.attempt(delivery_id)
        return json_response(self._delivery_view(delivery_id))

    def _delivery_view(self, delivery_id: str) -> dict[str, Any]:
        return asdict(self._world.deliveries[delivery_id])

    def _clock_view(self) -> dict[str, Any]:
        clock, due = self._simulation.clock, self._world.due.upcoming(SHOWN_DUE)
        rows = [{"at": item.at, "kind": item.kind, "subject": item.subject} for item in due]
        return {
            "now": clock.now(),
            "speed": clock.speed,
            "frozen": clock.frozen,
            "next": rows[0] if rows else None,
            "due": rows,
            "due_count": len(self._world.due),
        }


def _bundled(name: object) -> scenarios.Scenario:
    if name not in scenarios.names():
        raise scenarios.ScenarioError(f"no scenario {name!r}; known: {', '.join(scenarios.names())}")
    return load_scenario(str(name))


def _read_pace(body: dict[str, object]) -> tuple[float | None, bool | None, float | None]:
    known = ("advance_s", "speed", "frozen")
    if not body or set(body) - set(known):
        raise invalid("clock", f"give one or more of: {', '.join(known)}")
    fields, frozen = Fields(body), body.get("frozen")
    if frozen is not None and not isinstance(frozen, bool):
        raise invalid("frozen", "frozen must be true or false")
    speed = fields.number("speed", 0.001, FASTEST, 1.0) if fields.given("speed") else None
    seconds = fields.number("advance_s", 0.0, LONGEST_ADVANCE_S, 0.0) if fields.given("advance_s") else None
    return speed, frozen, seconds


def _number(wanted: Mapping[str, str], key: str) -> float | None:
    value = wanted.get(key)
    if value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not isfinite(number) or number < 0:
        raise invalid(key, f"{key} must be a number of 0 or more, got {value!r}")
    return number
