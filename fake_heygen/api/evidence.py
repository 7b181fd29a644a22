"""The control routes that tell and repeat: the journal, the ledger, deliveries on demand."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import data, json_response
from fake_heygen.api.selection import selected
from fake_heygen.errors import ApiError, invalid, video_not_found
from fake_heygen.event import DESCRIPTIONS
from fake_heygen.faults import BY_NAME, Point
from fake_heygen.fields import Fields
from fake_heygen.magic import read_words
from fake_heygen.order import read_object
from fake_heygen.simulation import Simulation
from fake_heygen.vocabulary import Effect, VocabularyError
from fake_heygen.world import World

OF_AN_EVENT = frozenset(
    {Point.SCHEDULE, Point.PAYLOAD, Point.DOCUMENT, Point.BODY, Point.SIGN, Point.WIRE, Point.RETRY}
)


class Evidence:
    """Handle what /_sim knows of requests, videos and deliveries."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/_sim/journal", self.journal, methods=["GET"]),
            Route("/_sim/ledger", self.ledger, methods=["GET"]),
            Route("/_sim/trigger", self.trigger, methods=["POST"]),
            Route("/_sim/deliveries", self.deliveries, methods=["GET"]),
            Route("/_sim/deliveries/{delivery_id}/resend", self.resend, methods=["POST"]),
        ]

    async def journal(self, request: Request) -> Response:
        """List what was received and attempted."""
        return data(selected(self._simulation.journal, request.query_params))

    async def ledger(self, request: Request) -> Response:
        """List the truth of every video."""
        now = self._simulation.clock.now()
        return data([row.view(now) for world in self._worlds(request) for row in world.ledger])

    async def trigger(self, request: Request) -> Response:
        """Let an event of a video happen now, to every receiver; `words` of deliveries strike it."""
        fields = Fields(read_object(await request.body()))
        effects = _read_words(fields.text("words"))
        video_id = fields.required("video_id")
        event_type = fields.choice("event_type", tuple(DESCRIPTIONS)) or "avatar_video.success"
        owned = self._simulation.owner_of(video_id)
        if owned is None:
            raise video_not_found(video_id)
        account, video = owned
        deliveries = await account.trigger(event_type, video, effects)
        return data([_view(account.world, delivery.delivery_id) for delivery in deliveries])

    async def deliveries(self, request: Request) -> Response:
        """List deliveries, pending and past, the newest first."""
        video_id, state = request.query_params.get("video_id"), request.query_params.get("state")
        return data(
            [
                asdict(delivery)
                for world in self._worlds(request)
                for delivery in world.deliveries.newest()
                if video_id in (None, delivery.video_id) and state in (None, delivery.state)
            ]
        )

    async def resend(self, request: Request) -> Response:
        """Attempt a delivery now, with its own event id."""
        delivery_id = request.path_params["delivery_id"]
        for account in self._simulation.accounts():
            if delivery_id in account.world.deliveries:
                await account.deliverer.attempt(delivery_id)
                return json_response(_view(account.world, delivery_id))
        raise ApiError("resource_not_found", f"Delivery {delivery_id} not found")

    def _worlds(self, request: Request) -> list[World]:
        return [account.world for account in self._simulation.chosen(request.query_params.get("account"))]


def _read_words(words: str | None) -> tuple[Effect, ...]:
    """Read the faults of an event that is asked for."""
    try:
        effects = read_words(words or "")
    except VocabularyError as error:
        raise invalid("words", f"magic words: {error}") from error
    if strange := [effect for effect in effects if not OF_AN_EVENT.intersection(BY_NAME[effect.name].points)]:
        raise invalid("words", f"{strange[0].name} strikes no delivery; here stand words that strike deliveries")
    return effects


def _view(world: World, delivery_id: str) -> dict[str, Any]:
    return asdict(world.deliveries[delivery_id])
