"""The file host: films, pictures, subtitles and sound samples; those of videos behind signed links."""

from __future__ import annotations

import asyncio
import hashlib
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from fake_heygen import avatars, voices
from fake_heygen.api.rough import RoughResponse
from fake_heygen.hooks.create_answer import HTML_PAGE
from fake_heygen.hooks.files import SOUND, file_state
from fake_heygen.manner import Manner
from fake_heygen.media.cabinet import Cabinet
from fake_heygen.media.film import make_film, make_thumbnail, script_of
from fake_heygen.media.portrait import draw_portrait
from fake_heygen.media.speech import sample_wav
from fake_heygen.media.subtitles import srt
from fake_heygen.simulation import Simulation
from fake_heygen.video import Video

EDITION = "1"
PORTRAIT_SIZE = (480, 640)
OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Content-Range, Content-Length"}
METHODS = ["GET", "HEAD"]


class Files:
    """Handle /files."""

    def __init__(self, simulation: Simulation, cabinet: Cabinet) -> None:
        self._simulation = simulation
        self._cabinet = cabinet

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/files/avatar/{look_id}.png", self.portrait, methods=METHODS),
            Route("/files/voice/{voice_id}.wav", self.sample, methods=METHODS),
            Route("/files/{kind}/{video_id}/{file_name}", self.of_video, methods=METHODS),
        ]

    async def portrait(self, request: Request) -> Response:
        """Answer the picture of a presenter."""
        look = avatars.BY_ID.get(request.path_params["look_id"])
        if look is None:
            return _no_file()
        name = _name("avatar", repr(look), "png")
        path = await self._cabinet.get(name, lambda draft: draw_portrait(look, *PORTRAIT_SIZE).save(draft, "PNG"))
        return _file(path, "image/png")

    async def sample(self, request: Request) -> Response:
        """Answer the sound sample of a voice."""
        voice = voices.BY_ID.get(request.path_params["voice_id"])
        if voice is None:
            return _no_file()
        name = _name("voice", repr(voice), "wav")
        path = await self._cabinet.get(name, lambda draft: _write(draft, sample_wav(voice)))
        return _file(path, "audio/wav")

    async def of_video(self, request: Request) -> Response:
        """Answer a film, its still picture or its subtitles: 403 when the link is wrong or has expired."""
        now = self._simulation.clock.now()
        if not self._simulation.links.allows(request.url.path, request.url.query, now):
            return _plain("AccessDenied", 403)
        owned = self._simulation.owner_of(request.path_params["video_id"])
        if owned is None:
            return _no_file()
        video = owned[1]
        state = file_state(video, now)
        if state not in (SOUND, "truncated"):
            return STATES[state]()
        response = await self._whole(request, video)
        return await _halved(response) if state == "truncated" else response

    async def _whole(self, request: Request, video: Video) -> Response:
        match request.path_params["kind"]:
            case "video":
                return await self._film(video, captioned=False)
            case "caption":
                return await self._film(video, captioned=True)
            case "thumbnail":
                return await self._thumbnail(video)
            case _:
                text = srt(script_of(video).words)
                return Response(text, headers=OPEN_TO_ALL, media_type="application/x-subrip")

    async def _film(self, video: Video, *, captioned: bool) -> Response:
        kind = video.request.output_format
        name = _name("film", _content(video, captioned), kind)
        path = await self._cabinet.get(name, partial(make_film, video, captioned=captioned))
        return _file(path, f"video/{kind}")

    async def _thumbnail(self, video: Video) -> Response:
        name = _name("thumbnail", _content(video, False), "jpg")
        return _file(await self._cabinet.get(name, partial(make_thumbnail, video)), "image/jpeg")


def _content(video: Video, captioned: bool) -> str:
    request = video.request
    return repr(
        (
            video.spoken,
            avatars.BY_ID[request.avatar_id],
            voices.BY_ID[video.voice_id],
            request.aspect_ratio,
            request.background,
            request.voice,
            captioned,
        )
    )


def _name(kind: str, content: str, suffix: str) -> str:
    return f"{kind}-{hashlib.sha256(f'{EDITION}:{content}'.encode()).hexdigest()[:40]}.{suffix}"


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _file(path: Path, media_type: str) -> Response:
    return FileResponse(path, media_type=media_type, headers=OPEN_TO_ALL)


async def _halved(response: Response) -> Response:
    if isinstance(response, FileResponse):
        content = await asyncio.to_thread(Path(response.path).read_bytes)
        response = Response(content, headers=OPEN_TO_ALL, media_type=response.media_type)
    return RoughResponse(response, Manner(word="truncated"))


def _page() -> Response:
    return Response(HTML_PAGE, headers=OPEN_TO_ALL, media_type="text/html")


def _empty() -> Response:
    return Response(b"", headers=OPEN_TO_ALL, media_type="video/mp4")


def _busy() -> Response:
    return _plain("SlowDown", 503)


def _no_file() -> Response:
    return _plain("NoSuchKey", 404)


def _plain(code: str, status: int) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code></Error>'
    return Response(text, status, OPEN_TO_ALL, media_type="application/xml")


STATES = {"notyet": _no_file, "page": _page, "empty": _empty, "503": _busy}
