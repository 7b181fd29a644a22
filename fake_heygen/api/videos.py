"""The routes of videos: create, get, list, bulk status, delete, batches."""

from __future__ import annotations

import asyncio
import re
from math import inf

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import data
from fake_heygen.api.guard import account_of
from fake_heygen.api.paging import Listing, page
from fake_heygen.api.rough import RoughResponse, cut_off
from fake_heygen.creation import Answer
from fake_heygen.errors import ApiError, invalid, video_not_found
from fake_heygen.hooks.create_answer import HTML_PAGE
from fake_heygen.hooks.reading import Spoilt, spoilt_read
from fake_heygen.hooks.status import NOT_FOUND, told_status
from fake_heygen.idempotency import HEADER
from fake_heygen.simulation import Simulation
from fake_heygen.video import Video
from fake_heygen.views import status_row, video_view
from fake_heygen.world import World

MOST_IDS = 100
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Videos:
    """Handle /v3/videos."""

    def __init__(self, simulation: Simulation, closing: asyncio.Event) -> None:
        self._simulation = simulation
        self._closing = closing

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/v3/videos", self.create, methods=["POST"]),
            Route("/v3/videos", self.list, methods=["GET"]),
            Route("/v3/videos/statuses", self.statuses, methods=["GET"]),
            Route("/v3/videos/batches", self.create_batch, methods=["POST"]),
            Route("/v3/videos/batches/{batch_id}", self.batch, methods=["GET"]),
            Route("/v3/videos/{video_id}", self.get, methods=["GET"]),
            Route("/v3/videos/{video_id}", self.delete, methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """Answer POST /v3/videos."""
        creation = account_of(request).creation
        return await self._sent(await creation.create(await request.body(), request.headers.get(HEADER)))

    async def create_batch(self, request: Request) -> Response:
        """Answer POST /v3/videos/batches."""
        batches = account_of(request).batches
        return await self._sent(await batches.create(await request.body(), request.headers.get(HEADER)))

    async def batch(self, request: Request) -> Response:
        """Answer GET /v3/videos/batches/{batch_id}."""
        account, batch_id = account_of(request), request.path_params["batch_id"]
        found = account.world.batches.get(batch_id)
        if found is None:
            raise ApiError("resource_not_found", f"Batch {batch_id} not found")
        return data(account.batches.view(found))

    async def get(self, request: Request) -> Response:
        """Answer GET /v3/videos/{video_id}."""
        world, video_id, now = account_of(request).world, request.path_params["video_id"], self._simulation.clock.now()
        world.count(video_id, status_calls=1)
        video = world.videos.get(video_id)
        spoilt = _spoilt(world, video) if video else None
        if video is None or (spoilt is None and told_status(video, now) == NOT_FOUND):
            raise video_not_found(video_id)
        return _spoil(data(video_view(video, now, self._simulation.links)), spoilt)

    async def list(self, request: Request) -> Response:
        """Answer GET /v3/videos, the newest first."""
        world, now = account_of(request).world, self._simulation.clock.now()
        needle, until = request.query_params.get("title", "").casefold(), shown_until(world, now)
        chosen = [video for video in world.videos.newest() if video.created_at < until and _listed(video, needle, now)]
        listing = Listing(items=chosen, key=_video_id, rank=lambda video: -world.videos.rank(video.video_id))
        return page(request, listing, lambda video: video_view(video, now, self._simulation.links))

    async def statuses(self, request: Request) -> Response:
        """Answer GET /v3/videos/statuses."""
        world, now, ids = account_of(request).world, self._simulation.clock.now(), _read_ids(request)
        rows, spoilt = [], None
        for video_id in ids:
            world.count(video_id, status_calls=1)
            video = world.videos.get(video_id)
            spoilt = spoilt or (_spoilt(world, video) if video else None)
            row = status_row(video_id, video, now)
            if row is not None:
                rows.append(row)
        return _spoil(data(rows), spoilt)

    async def delete(self, request: Request) -> Response:
        """Answer DELETE /v3/videos/{video_id}."""
        world, video_id = account_of(request).world, request.path_params["video_id"]
        video = world.videos.get(video_id)
        if video is None or told_status(video, self._simulation.clock.now()) == NOT_FOUND:
            raise video_not_found(video_id)
        world.videos.drop(video_id)
        return data({"id": video_id, "deleted": True})

    async def _sent(self, answer: Answer) -> Response:
        if answer.hold_s:
            await self._hold(answer.hold_s)
        response = Response(answer.body, answer.status, answer.headers, media_type=answer.media_type)
        return RoughResponse(response, answer.manner) if answer.manner.word else response

    async def _hold(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return


def shown_until(world: World, now: float) -> float:
    """Return from which moment on lists show nothing, inf when they do not lag."""
    lag = world.spell("lists", now)
    return lag.starts_at if lag else inf


def _spoilt(world: World, video: Video) -> Spoilt | None:
    row = world.ledger.get(video.video_id)
    return spoilt_read(video, row.status_calls) if row else None


def _spoil(response: Response, spoilt: Spoilt | None) -> Response:
    if spoilt is None:
        return response
    if spoilt.error:
        raise spoilt.error
    if spoilt.reset:
        return cut_off()
    if spoilt.html:
        return Response(HTML_PAGE, media_type="text/html")
    return Response(bytes(response.body)[: len(response.body) // 2], media_type="application/json")


def _listed(video: Video, needle: str, now: float) -> bool:
    return needle in (video.request.title or "").casefold() and told_status(video, now) != NOT_FOUND


def _video_id(video: Video) -> str:
    return video.video_id


def _read_ids(request: Request) -> list[str]:
    text = ",".join(request.query_params.getlist("video_ids"))
    ids = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not ids:
        raise invalid("video_ids", "video_ids is required")
    if strange := [video_id for video_id in ids if not ID.fullmatch(video_id)]:
        raise invalid("video_ids", f"{strange[0]!r} cannot be the id of a video")
    if len(ids) > MOST_IDS:
        raise invalid("video_ids", f"video_ids takes at most {MOST_IDS} ids, got {len(ids)}")
    return ids
