"""The routes of videos: create, get, list, bulk status, delete."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import data
from fake_heygen.api.paging import page
from fake_heygen.creation import Answer
from fake_heygen.errors import invalid, video_not_found
from fake_heygen.hooks.read_answer import is_told
from fake_heygen.hooks.status import NOT_FOUND, told_status
from fake_heygen.idempotency import HEADER
from fake_heygen.simulation import Simulation
from fake_heygen.video import Video
from fake_heygen.views import status_row, video_view

MOST_IDS = 100


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
            Route("/v3/videos/{video_id}", self.get, methods=["GET"]),
            Route("/v3/videos/{video_id}", self.delete, methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """Answer POST /v3/videos."""
        answer = await self._simulation.creation.create(await request.body(), request.headers.get(HEADER))
        await self._hold(answer)
        return Response(answer.body, answer.status, answer.headers, media_type=answer.media_type)

    async def get(self, request: Request) -> Response:
        """Answer GET /v3/videos/{video_id}."""
        video_id = request.path_params["video_id"]
        self._simulation.world.count(video_id, status_calls=1)
        video, now = self._find(video_id), self._simulation.clock.now()
        return data(video_view(video, now, self._simulation.links))

    async def list(self, request: Request) -> Response:
        """Answer GET /v3/videos, the newest first."""
        needle = request.query_params.get("title", "").casefold()
        now = self._simulation.clock.now()
        chosen = [video for video in self._simulation.world.videos.newest() if _listed(video, needle, now)]
        return page(request, chosen, lambda video: video_view(video, now, self._simulation.links))

    async def statuses(self, request: Request) -> Response:
        """Answer GET /v3/videos/statuses."""
        ids = _read_ids(request)
        now, world = self._simulation.clock.now(), self._simulation.world
        rows = []
        for video_id in ids:
            world.count(video_id, status_calls=1)
            video = world.videos.get(video_id)
            if video is None or is_told(video):
                rows.append(status_row(video_id, video, now))
        return data(rows)

    async def delete(self, request: Request) -> Response:
        """Answer DELETE /v3/videos/{video_id}."""
        video = self._find(request.path_params["video_id"])
        self._simulation.world.videos.drop(video.video_id)
        return data({"id": video.video_id, "deleted": True})

    def _find(self, video_id: str) -> Video:
        video = self._simulation.world.videos.get(video_id)
        if video is None or told_status(video, self._simulation.clock.now()) == NOT_FOUND:
            raise video_not_found(video_id)
        return video

    async def _hold(self, answer: Answer) -> None:
        if not answer.hold_s:
            return
        try:
            async with asyncio.timeout(answer.hold_s):
                await self._closing.wait()
        except TimeoutError:
            return


def _listed(video: Video, needle: str, now: float) -> bool:
    return needle in (video.request.title or "").casefold() and told_status(video, now) != NOT_FOUND


def _read_ids(request: Request) -> list[str]:
    text = ",".join(request.query_params.getlist("video_ids"))
    ids = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not ids:
        raise invalid("video_ids", "video_ids is required")
    if len(ids) > MOST_IDS:
        raise invalid("video_ids", f"video_ids takes at most {MOST_IDS} ids, got {len(ids)}")
    return ids
