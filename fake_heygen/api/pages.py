"""The page of a video, to which answers and events lead; it says what it is, and plays the film."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from fake_heygen.hooks.status import NOT_FOUND, told_status
from fake_heygen.simulation import Simulation
from fake_heygen.views import video_view

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="generator" content="fake_heygen (simulated)"><title>{title} · simulated</title>
<style>:root{{color-scheme:light dark}}body{{font:16px system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem}}
video{{max-width:100%;max-height:70vh}}</style></head>
<body><p><strong>Simulated.</strong> This is no page of HeyGen: fake_heygen made this video.</p>
<h1>{title}</h1><p>{status}</p>{film}</body></html>"""


class Pages:
    """Handle /pages."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        """Return the route."""
        return [Route("/pages/{video_id}", self.of_video, methods=["GET"])]

    async def of_video(self, request: Request) -> Response:
        """Answer the page of a video, 404 when there is none."""
        owned, now = self._simulation.owner_of(request.path_params["video_id"]), self._simulation.clock.now()
        if owned is None or told_status(owned[1], now) == NOT_FOUND:
            return HTMLResponse(PAGE.format(title="No such video", status="not found", film=""), 404)
        view = video_view(owned[1], now, self._simulation.links)
        source = view["captioned_video_url"] or view["video_url"]
        film = f'<video controls src="{escape(source)}"></video>' if source else ""
        return HTMLResponse(PAGE.format(title=escape(view["title"] or "Untitled"), status=view["status"], film=film))
