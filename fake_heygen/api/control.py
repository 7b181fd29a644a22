"""The control routes that steer: health, reset, the scenario, the clock, the wallet."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen import scenario as scenarios
from fake_heygen.account import Account
from fake_heygen.api.answers import data, json_response
from fake_heygen.errors import ApiError, invalid
from fake_heygen.fields import Fields
from fake_heygen.order import read_object
from fake_heygen.scenario_reader import load_scenario, read_rule, read_scenario
from fake_heygen.simulation import Simulation
from fake_heygen.spell import KINDS, Spell
from fake_heygen.written import rule

SHOWN_DUE = 20
LONGEST_ADVANCE_S = 10 * 366 * 86400.0
FASTEST = 1_000_000.0


class Control:
    """Handle /_sim."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/_sim/health", self.health, methods=["GET"]),
            Route("/_sim/reset", self.reset, methods=["POST"]),
            Route("/_sim/scenarios", self.scenarios, methods=["GET"]),
            Route("/_sim/scenarios/{name}", self.bundled, methods=["GET"]),
            Route("/_sim/scenario", self.scenario, methods=["GET"]),
            Route("/_sim/scenario", self.play, methods=["PUT"]),
            Route("/_sim/rules", self.add_rule, methods=["POST"]),
            Route("/_sim/rules", self.drop_rules, methods=["DELETE"]),
            Route("/_sim/spells", self.cast, methods=["POST"]),
            Route("/_sim/accounts", self.accounts, methods=["GET"]),
            Route("/_sim/clock", self.clock, methods=["GET"]),
            Route("/_sim/clock", self.set_clock, methods=["POST"]),
            Route("/_sim/wallet", self.top_up, methods=["POST"]),
        ]

    async def health(self, _request: Request) -> Response:
        """Say that the simulator runs, and what it plays."""
        worlds = [account.world for account in self._simulation.accounts()]
        return json_response(
            {
                "status": "ok",
                "simulated": True,
                "scenario": self._simulation.world.scenario.name,
                "now": self._simulation.clock.now(),
                "videos": sum(len(world.videos) for world in worlds),
                "rendering": sum(len(world.rendering) for world in worlds),
                "due": len(self._simulation.queue),
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
                "reels": scenario.reels,
                "troubles": scenario.troubles,
                "current": name == self._simulation.world.scenario.name,
            }
            rows.append(row)
        return data(rows)

    async def bundled(self, request: Request) -> Response:
        """Show a bundled scenario whole: with the keys that PUT takes, and as its TOML."""
        name = request.path_params["name"]
        if name not in scenarios.names():
            raise ApiError("not_found", f"no scenario {name!r}; known: {', '.join(scenarios.names())}")
        return json_response({"scenario": scenarios.load(name), "toml": scenarios.source(name)})

    async def scenario(self, request: Request) -> Response:
        """Show the scenario that plays."""
        return json_response(_told(self._chosen(request)[0].world.scenario))

    async def play(self, request: Request) -> Response:
        """Play a bundled scenario by name, or a whole one."""
        body = read_object(await request.body())
        try:
            scenario = _bundled(body["name"]) if set(body) == {"name"} else read_scenario(body)
        except scenarios.ScenarioError as error:
            raise invalid("scenario", str(error)) from error
        accounts = self._chosen(request) if "account" in request.query_params else None
        self._simulation.play(scenario, accounts)
        return json_response(_told(scenario))

    async def add_rule(self, request: Request) -> Response:
        """Put a rule before those of the scenario that plays."""
        try:
            rule = read_rule(read_object(await request.body()))
        except scenarios.ScenarioError as error:
            raise invalid("rule", str(error)) from error
        for account in self._chosen(request):
            scenario = account.world.scenario
            account.world.revise(replace(scenario, rules=(rule, *scenario.rules)))
        return await self.scenario(request)

    async def drop_rules(self, request: Request) -> Response:
        """Take all rules away from the scenario that plays."""
        for account in self._chosen(request):
            account.world.revise(replace(account.world.scenario, rules=()))
        return await self.scenario(request)

    async def cast(self, request: Request) -> Response:
        """Begin a spell now: `kind`, `for_s`."""
        fields = Fields(read_object(await request.body()))
        kind, for_s = fields.choice("kind", KINDS), fields.number("for_s", 0.0, LONGEST_ADVANCE_S, 60.0)
        if kind is None:
            raise invalid("kind", f"kind must be one of: {', '.join(KINDS)}")
        now = self._simulation.clock.now()
        spell = Spell(kind=kind, starts_at=now, ends_at=now + for_s)
        for account in self._chosen(request):
            account.world.cast([spell])
        return json_response(asdict(spell))

    async def accounts(self, request: Request) -> Response:
        """List the accounts: which key opened each, by its name, and what it has."""
        rows = []
        for account in self._chosen(request):
            world = account.world
            row = {"account": world.account, "scenario": world.scenario.name, "videos": len(world.videos)}
            rows.append(row | {"rendering": len(world.rendering), "balance": world.wallet.balance})
        return data(rows)

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

    async def top_up(self, request: Request) -> Response:
        """Set the balance of the wallet."""
        fields = Fields(read_object(await request.body()))
        if not fields.given("balance"):
            raise invalid("balance", "balance is required")
        balance = fields.number("balance", 0.0, 1e12, 0.0)
        for account in self._chosen(request):
            account.world.set_balance(balance)
        return json_response({"balance": balance})

    def _chosen(self, request: Request) -> list[Account]:
        return self._simulation.chosen(request.query_params.get("account"))

    def _clock_view(self) -> dict[str, Any]:
        clock = self._simulation.clock
        due, count = self._simulation.queue.upcoming(SHOWN_DUE, self._simulation.awaits)
        rows = [{"at": item.at, "kind": item.kind, "subject": item.subject} for item in due]
        return {
            "now": clock.now(),
            "speed": clock.speed,
            "frozen": clock.frozen,
            "next": rows[0] if rows else None,
            "due": rows,
            "due_count": count,
        }


def _told(scenario: scenarios.Scenario) -> dict[str, Any]:
    """Return a scenario as it was read, and its rules as they are written."""
    return asdict(scenario) | {"written": [rule(one.fate, one.match) for one in scenario.rules]}


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
