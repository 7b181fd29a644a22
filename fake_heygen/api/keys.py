"""The control route of API keys: one is rotated away, another opens its account."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import json_response
from fake_heygen.api.guard import REFUSED_KEYS
from fake_heygen.errors import invalid
from fake_heygen.fields import Fields
from fake_heygen.order import read_object
from fake_heygen.simulation import Simulation, name_of


class Keys:
    """Handle /_sim/keys."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/_sim/keys", self.rotate, methods=["POST"])]

    async def rotate(self, request: Request) -> Response:
        """Let the account of the key `old` be opened by `new`; `old` gets 401 from now on."""
        fields = Fields(read_object(await request.body()))
        old, new = fields.required("old"), fields.required("new").strip()
        if new in REFUSED_KEYS:
            raise invalid("new", "new must be a key that this simulator accepts")
        self._simulation.rotate_key(old.strip(), new)
        return json_response({"account": name_of(new)})
