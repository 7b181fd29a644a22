"""Serve the kept files, with ranges: an address holds the file's hash, which nobody can guess."""

from __future__ import annotations

from typing import Final

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.archive import folder
from core.store import Store
from core.store.archive import KeptFile

TYPES: Final = {"video": "video/mp4", "captioned": "video/mp4", "thumbnail": "image/jpeg", "subtitles": "text/plain"}


def file_path(reel_id: int, file: KeptFile, *, download: bool = False) -> str:
    """Return the path, on our own server, of a kept file; one for downloading is saved instead of shown."""
    return f"/files/{reel_id}/{file.sha256}/{file.name}{'?download=1' if download else ''}"


def file_routes(store: Store) -> list[Route]:
    """Return the route of the kept files."""

    async def send(request: Request) -> Response:
        digits = request.path_params["reel_id"]  # as text, since a number of thousands of digits cannot even be read
        reel_id = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else 0
        kept = await run_sync(store.archive.files, reel_id)
        wanted = (request.path_params["sha256"], request.path_params["name"])
        file = next((file for file in kept.values() if (file.sha256, file.name) == wanted), None)
        path = None if file is None else folder(store.path, reel_id) / file.name
        if file is None or path is None or not path.exists():
            return PlainTextResponse("there is no such file", 404)
        headers = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        name = f"reel-{reel_id}-{file.name}" if "download" in request.query_params else None
        return FileResponse(path, headers=headers, media_type=TYPES[file.kind], filename=name)

    return [Route("/files/{reel_id}/{sha256}/{name}", send)]
