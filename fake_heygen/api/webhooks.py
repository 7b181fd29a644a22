"""The routes of webhook endpoints: register, list, change, rotate, and the history of events."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import data
from fake_heygen.api.paging import page
from fake_heygen.delivery import acknowledged
from fake_heygen.endpoint import Endpoint
from fake_heygen.errors import ApiError, invalid
from fake_heygen.event import DESCRIPTIONS, Event
from fake_heygen.fields import Fields
from fake_heygen.order import read_object
from fake_heygen.simulation import Simulation


class Webhooks:
    """Handle /v3/webhooks."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._world = simulation.world

    def routes(self) -> list[Route]:
        """Return the routes."""
        endpoints = "/v3/webhooks/endpoints"
        return [
            Route(endpoints, self.register, methods=["POST"]),
            Route(endpoints, self.list, methods=["GET"]),
            Route(endpoints + "/{endpoint_id}", self.change, methods=["PATCH"]),
            Route(endpoints + "/{endpoint_id}", self.delete, methods=["DELETE"]),
            Route(endpoints + "/{endpoint_id}/rotate-secret", self.rotate, methods=["POST"]),
            Route("/v3/webhooks/event-types", self.event_types, methods=["GET"]),
            Route("/v3/webhooks/events", self.events, methods=["GET"]),
        ]

    async def register(self, request: Request) -> Response:
        """Answer POST /v3/webhooks/endpoints; the secret is shown here and never again."""
        body = read_object(await request.body())
        fields = Fields(body)
        fields.required("url")
        url = fields.url("url") or ""
        events = _read_events(body)
        await self._probe(url)
        endpoint = Endpoint(
            endpoint_id=self._world.name("endpoint")[:32],
            url=url,
            secret=self._new_secret(),
            created_at=self._simulation.clock.now(),
            events=events,
        )
        self._world.endpoints.put(endpoint.endpoint_id, endpoint)
        return data(endpoint.view(with_secret=True))

    async def list(self, request: Request) -> Response:
        """Answer GET /v3/webhooks/endpoints."""
        return page(request, list(self._world.endpoints), Endpoint.view)

    async def change(self, request: Request) -> Response:
        """Answer PATCH /v3/webhooks/endpoints/{endpoint_id}; events are replaced as a whole."""
        endpoint = self._find(request)
        body = read_object(await request.body())
        if url := Fields(body).url("url"):
            await self._probe(url)
            endpoint = replace(endpoint, url=url)
        if "events" in body:
            endpoint = replace(endpoint, events=_read_events(body))
        self._world.endpoints.put(endpoint.endpoint_id, endpoint)
        return data(endpoint.view())

    async def delete(self, request: Request) -> Response:
        """Answer DELETE /v3/webhooks/endpoints/{endpoint_id}."""
        self._world.endpoints.drop(self._find(request).endpoint_id)
        return data({})

    async def rotate(self, request: Request) -> Response:
        """Answer POST …/rotate-secret; the old secret is dead at once."""
        endpoint = self._find(request)
        endpoint = replace(endpoint, secret=self._new_secret(), old_secret=endpoint.secret)
        self._world.endpoints.put(endpoint.endpoint_id, endpoint)
        return data({"endpoint_id": endpoint.endpoint_id, "secret": endpoint.secret})

    async def event_types(self, _request: Request) -> Response:
        """Answer GET /v3/webhooks/event-types."""
        return data([{"event_type": name, "description": description} for name, description in DESCRIPTIONS.items()])

    async def events(self, request: Request) -> Response:
        """Answer GET /v3/webhooks/events, the newest first."""
        wanted = request.query_params.get("event_type")
        chosen = [event for event in self._world.events.newest() if event.listed and wanted in (None, event.event_type)]
        return page(request, chosen, Event.history)

    def _find(self, request: Request) -> Endpoint:
        endpoint_id = request.path_params["endpoint_id"]
        endpoint = self._world.endpoints.get(endpoint_id)
        if endpoint is None:
            raise ApiError("webhook_not_found", f"Webhook endpoint {endpoint_id} not found")
        return endpoint

    def _new_secret(self) -> str:
        return "whsec_" + self._world.name("secret")[:48]

    async def _probe(self, url: str) -> None:
        if not self._world.scenario.probe:
            return
        reply = await self._simulation.sender.probe(url)
        if not acknowledged(reply.status):
            outcome = reply.error or f"status {reply.status}"
            raise invalid("url", f"url did not answer OPTIONS with 2xx within 1 s: {outcome}")


def _read_events(body: dict[str, object]) -> tuple[str, ...] | None:
    events = body.get("events")
    if events is None:
        return None
    if not isinstance(events, list) or not events:
        raise invalid("events", "events must be a list of event types, or null for all")
    if unknown := [event for event in events if event not in DESCRIPTIONS]:
        raise invalid("events", f"unknown event type {unknown[0]!r}; see GET /v3/webhooks/event-types")
    return tuple(dict.fromkeys(str(event) for event in events))
