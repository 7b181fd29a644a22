"""Kept files are served, in parts too, to whoever has their address, and to nobody else."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from core.clock import utcnow
from core.files import file_path, file_routes
from core.models import ProcessingMode, Reel
from core.places import beside
from core.store import open_store
from core.store.archive import KeptFile

BODY = bytes(range(256)) * 40


class Client:
    """Ask an application in this process."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, address: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                return await http.get(address, headers=headers)

        return asyncio.run(ask())


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Client, str]:
    store = open_store(f"sqlite:///{tmp_path}/reels.db")
    now = utcnow()
    mode = ProcessingMode.POLLING
    (reel,) = store.reels.add(
        [Reel(script="Hola", mode=mode, requested_mode=mode, created_at=now, updated_at=now, send_after=now)]
    )
    assert reel.id is not None
    file = KeptFile(kind="video", name="video.mp4", bytes=len(BODY), sha256=hashlib.sha256(BODY).hexdigest())
    store.archive.add(reel.id, file, now)
    path = beside(store.path).workbench(reel.id) / file.name
    path.parent.mkdir(parents=True)
    path.write_bytes(BODY)
    return Client(Starlette(routes=file_routes(store, beside(store.path)))), file_path(reel.id, file)


def test_a_kept_file_is_served_whole_and_in_parts(kept: tuple[Client, str]) -> None:
    client, address = kept
    assert client.get(address).content == BODY
    part = client.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, BODY[100:200])
    assert part.headers["content-type"] == "video/mp4"


@pytest.mark.parametrize("change", [("/1/", "/2/"), ("video.mp4", "thumbnail.jpg"), ("/files/1/", "/files/1/0")])
def test_without_the_whole_address_nothing_is_served(kept: tuple[Client, str], change: tuple[str, str]) -> None:
    client, address = kept
    assert client.get(address.replace(*change)).status_code == 404


def test_an_id_that_no_store_could_hold_is_no_error(kept: tuple[Client, str]) -> None:
    client, address = kept
    assert client.get(address.replace("/1/", f"/{10**30}/")).status_code == 404


@pytest.mark.parametrize("reel_id", ["9" * 5000, "9" * 19, "-1", "0", "one", "%D9%A1", "%00"])
def test_a_reel_that_cannot_be_has_no_files(kept: tuple[Client, str], reel_id: str) -> None:
    client, address = kept
    assert client.get(address.replace("/files/1/", f"/files/{reel_id}/")).status_code == 404


def test_a_file_for_downloading_says_under_which_name_to_save_it(kept: tuple[Client, str]) -> None:
    client, address = kept
    assert "content-disposition" not in client.get(address).headers
    saved = client.get(f"{address}?download=1")
    assert saved.headers["content-disposition"] == 'attachment; filename="reel-1-video.mp4"'
    assert saved.content == BODY
