"""The control route that judges: a client's history against the ledger, as the word `check` does."""

from __future__ import annotations

import time

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import json_response
from fake_heygen.errors import invalid
from fake_heygen.proof.checker import Rules, check
from fake_heygen.proof.finding import KINDS
from fake_heygen.proof.history import HistoryError, read_history
from fake_heygen.proof.truth import Ledger, read_ledger
from fake_heygen.simulation import Simulation
from fake_heygen.vocabulary import VocabularyError, read_duration

SAME_WITHIN_S = 5.0


class Judging:
    """Handle /_sim/check."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        """Return the route."""
        return [Route("/_sim/check", self.check, methods=["POST"])]

    async def check(self, request: Request) -> Response:
        """Return the report; `clock=simulated` says that the history's times are those of the simulated clock."""
        query = request.query_params
        late_s = _duration(query, "late")
        rules = Rules(grace_s=_duration(query, "grace") or 0.0, late_s=late_s)
        try:
            jobs = read_history((await request.body()).decode())
        except (HistoryError, UnicodeDecodeError) as error:
            raise invalid("history", str(error)) from error
        report = check(self._ledger(request, simulated=query.get("clock") == "simulated"), jobs, rules)
        return json_response(report.to_json() | {"kinds": KINDS})

    def _ledger(self, request: Request, *, simulated: bool) -> Ledger:
        clock = self._simulation.clock
        now = clock.now()
        accounts = self._simulation.chosen(request.query_params.get("account"))
        rows = [row.view(now) for account in accounts for row in account.world.ledger]
        together = abs(now - time.time()) < SAME_WITHIN_S and clock.speed == 1 and not clock.frozen
        return read_ledger({"data": rows, "same_clock": simulated or together}, now)


def _duration(query: QueryParams, key: str) -> float | None:
    value = query.get(key)
    try:
        return None if value is None else read_duration(value)
    except VocabularyError as error:
        raise invalid(key, str(error)) from error
