"""Serve the kept files, with ranges: an address holds the file's hash, which nobody can guess.

What stands elsewhere is handed through, piece by piece: the reader's browser asks nobody but us.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from core.errors import PlaceError
from core.place import Found, Place
from core.store import Store
from core.store.archive import KeptFile

logger = logging.getLogger(__name__)

TYPES: Final = {"video": "video/mp4", "captioned": "video/mp4", "thumbnail": "image/jpeg", "subtitles": "text/plain"}
HEADERS: Final = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
RETRY_S: Final = "30"
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Hold which bytes of a file are wanted: from `start`, before `stop`."""

    start: int
    stop: int


def wanted_part(header: str, size: int) -> Part | None:
    """Return the part that a Range header asks for, None for the whole; raises ValueError where there is none such.

    Several parts at once, or what is no range of bytes, may be answered with the whole (RFC 9110, 14.2).
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, stop = max(0, size - int(found[2])), size
    else:
        start, stop = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= size:
        raise ValueError("there is no such part")
    return Part(start=start, stop=stop)


def file_path(reel_id: int, file: KeptFile, *, download: bool = False) -> str:
    """Return the path, on our own server, of a kept file; one for downloading is saved instead of shown."""
    return f"/files/{reel_id}/{file.sha256}/{file.name}{'?download=1' if download else ''}"


def file_routes(store: Store, place: Place) -> list[Route]:
    """Return the route of the kept files."""

    async def send(request: Request) -> Response:
        digits = request.path_params["reel_id"]  # as text, since a number of thousands of digits cannot even be read
        reel_id = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else 0
        kept = await run_sync(store.archive.files, reel_id)
        wanted = (request.path_params["sha256"], request.path_params["name"])
        file = next((file for file in kept.values() if (file.sha256, file.name) == wanted), None)
        try:
            found = None if file is None else await run_sync(place.find, reel_id, file.name)
        except PlaceError as error:
            logger.warning("A kept file cannot be read: %s", error, extra={"reel_id": reel_id})
            return PlainTextResponse("the file cannot be read now", 503, headers={"Retry-After": RETRY_S})
        if file is None or found is None:
            return PlainTextResponse("there is no such file", 404)
        name = f"reel-{reel_id}-{file.name}" if "download" in request.query_params else None
        if found.path is not None:
            return FileResponse(found.path, headers=HEADERS, media_type=TYPES[file.kind], filename=name)
        return _streamed(request, file, found, name)

    return [Route("/files/{reel_id}/{sha256}/{name}", send)]


def _streamed(request: Request, file: KeptFile, found: Found, name: str | None) -> Response:
    """Answer with the file, or the part that is asked for, as it is read."""
    headers = {**HEADERS, "Accept-Ranges": "bytes", "ETag": f'"{file.sha256}"'}
    if name is not None:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    try:
        part = _part(request.headers, headers["ETag"], found.size)
    except ValueError:
        return PlainTextResponse("", 416, headers={"Content-Range": f"bytes */{found.size}"})
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{found.size}"
    start, stop = (0, found.size) if part is None else (part.start, part.stop)
    headers["Content-Length"] = str(stop - start)
    content = iter(()) if request.method == "HEAD" else found.read(start, stop)
    status = 200 if part is None else 206
    return StreamingResponse(content, status, headers=headers, media_type=TYPES[file.kind])


def _part(headers: Mapping[str, str], etag: str, size: int) -> Part | None:
    """Return the part that is asked for, None for the whole: none is asked for, or another file's."""
    if "range" not in headers or headers.get("if-range", etag) != etag:
        return None
    return wanted_part(headers["range"], size)
