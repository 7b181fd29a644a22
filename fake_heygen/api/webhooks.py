"""The routes of webhook endpoints: register, list, change, rotate, and the history of events."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import data
from fake_heygen.api.guard import account_of
from fake_heygen.api.paging import Listing, page
from fake_heygen.api.videos import shown_until
from fake_heygen.delivery import acknowledged
from fake_heygen.endpoint import Endpoint
from fake_heygen.errors import ApiError, invalid
from fake_heygen.event import DOCUMENTED, Event
from fake_heygen.fields import Fields
from fake_heygen.order import read_object
from fake_heygen.simulation import Simulation
from fake_heygen.world import World


class Webhooks:
    """Handle /v3/webhooks."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

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
        world, body = account_of(request).world, read_object(await request.body())
        fields = Fields(body)
        fields.required("url")
        url, _ = fields.url("url") or "", fields.text("entity_id")
        events = _read_events(fields)
        if world.scenario.strict:
            fields.refuse_unknown()
        await self._probe(world, url)
        endpoint = Endpoint(
            endpoint_id=world.name("endpoint")[:32],
            url=url,
            secret=_new_secret(world),
            created_at=self._simulation.clock.now(),
            events=events,
        )
        world.endpoints.put(endpoint.endpoint_id, endpoint)
        return data(endpoint.view(with_secret=True))

    async def list(self, request: Request) -> Response:
        """Answer GET /v3/webhooks/endpoints."""
        world = account_of(request).world
        until = shown_until(world, self._simulation.clock.now())
        chosen = [endpoint for endpoint in world.endpoints if endpoint.created_at < until]
        listing = Listing(items=chosen, key=_endpoint_id, rank=lambda one: world.endpoints.rank(one.endpoint_id))
        return page(request, listing, Endpoint.view)

    async def change(self, request: Request) -> Response:
        """Answer PATCH /v3/webhooks/endpoints/{endpoint_id}; events are replaced as a whole; it enables again."""
        world, endpoint, body = account_of(request).world, _find(request), read_object(await request.body())
        fields = Fields(body)
        url, events = fields.url("url"), _read_events(fields)
        if world.scenario.strict:
            fields.refuse_unknown()
        if url:
            await self._probe(world, url)
            endpoint = replace(endpoint, url=url)
        if "events" in body:
            endpoint = replace(endpoint, events=events)
        endpoint = replace(endpoint, enabled=True, failures=0)
        world.endpoints.put(endpoint.endpoint_id, endpoint)
        return data(endpoint.view())

    async def delete(self, request: Request) -> Response:
        """Answer DELETE /v3/webhooks/endpoints/{endpoint_id}."""
        account_of(request).world.endpoints.drop(_find(request).endpoint_id)
        return data({})

    async def rotate(self, request: Request) -> Response:
        """Answer POST …/rotate-secret; the old secret is dead at once."""
        world, endpoint = account_of(request).world, _find(request)
        endpoint = replace(endpoint, secret=_new_secret(world), old_secret=endpoint.secret)
        world.endpoints.put(endpoint.endpoint_id, endpoint)
        return data({"endpoint_id": endpoint.endpoint_id, "secret": endpoint.secret})

    async def event_types(self, _request: Request) -> Response:
        """Answer GET /v3/webhooks/event-types."""
        return data([{"event_type": name, "description": description} for name, description in DOCUMENTED.items()])

    async def events(self, request: Request) -> Response:
        """Answer GET /v3/webhooks/events, the newest first."""
        world, wanted = account_of(request).world, request.query_params.get("event_type")
        until = shown_until(world, self._simulation.clock.now())
        chosen = [
            event
            for event in world.events.newest()
            if event.listed and event.created_at < until and wanted in (None, event.event_type)
        ]
        listing = Listing(items=chosen, key=_event_id, rank=lambda event: -world.events.rank(event.event_id))
        return page(request, listing, Event.history)

    async def _probe(self, world: World, url: str) -> None:
        if not world.scenario.probe:
            return
        reply = await self._simulation.sender.probe(url)
        if not acknowledged(reply.status):
            outcome = reply.error or f"status {reply.status}"
            raise invalid("url", f"url did not answer OPTIONS with 2xx within 1 s: {outcome}")


def _find(request: Request) -> Endpoint:
    endpoint_id = request.path_params["endpoint_id"]
    endpoint = account_of(request).world.endpoints.get(endpoint_id)
    if endpoint is None:
        raise ApiError("webhook_not_found", f"Webhook endpoint {endpoint_id} not found")
    return endpoint


def _endpoint_id(endpoint: Endpoint) -> str:
    return endpoint.endpoint_id


def _event_id(event: Event) -> str:
    return event.event_id


def _new_secret(world: World) -> str:
    return "whsec_" + world.name("secret")[:48]


def _read_events(fields: Fields) -> tuple[str, ...] | None:
    events = fields.anything("events")
    if events is None:
        return None
    if not isinstance(events, list) or not events:
        raise invalid("events", "events must be a list of event types, or null for all")
    if unknown := [event for event in events if not isinstance(event, str) or event not in DOCUMENTED]:
        raise invalid("events", f"unknown event type {unknown[0]!r}; see GET /v3/webhooks/event-types")
    return tuple(dict.fromkeys(str(event) for event in events))
