"""The routes of the account: the user, the presenters, the voices, uploads."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import data
from fake_heygen.api.guard import account_of
from fake_heygen.api.paging import fixed, page
from fake_heygen.avatars import LOOKS, Look
from fake_heygen.errors import invalid
from fake_heygen.links import Links
from fake_heygen.simulation import Simulation
from fake_heygen.voices import VOICES, Voice
from fake_heygen.world import Asset


class AccountRoutes:
    """Handle what belongs to the account and not to a video."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/v3/users/me", self.me, methods=["GET"]),
            Route("/v3/avatars", self.groups, methods=["GET"]),
            Route("/v3/avatars/looks", self.looks, methods=["GET"]),
            Route("/v3/voices", self.voices, methods=["GET"]),
            Route("/v3/assets", self.upload, methods=["POST"]),
        ]

    async def me(self, request: Request) -> Response:
        """Answer GET /v3/users/me."""
        world = account_of(request).world
        wallet = world.wallet
        return data(
            {
                "username": "simulated",
                "email": "simulated@example.com",
                "billing_type": world.scenario.billing_type,
                "wallet": {
                    "currency": wallet.currency,
                    "remaining_balance": wallet.balance,
                    "auto_reload": {"enabled": False},
                },
            }
        )

    async def groups(self, request: Request) -> Response:
        """Answer GET /v3/avatars."""
        groups = list({look.group_id: look for look in reversed(LOOKS)}.values())[::-1]
        return page(request, fixed(groups, lambda look: look.group_id), self._group, default=20, most=50)

    async def looks(self, request: Request) -> Response:
        """Answer GET /v3/avatars/looks."""
        wanted = request.query_params
        chosen = [
            look
            for look in LOOKS
            if wanted.get("group_id") in (None, look.group_id)
            and wanted.get("avatar_type") in (None, "studio_avatar")
            and wanted.get("ownership") in (None, "public")
        ]
        listing = fixed(chosen, lambda look: look.look_id)
        return page(request, listing, lambda look: look_view(look, self._simulation.links), default=20, most=50)

    async def voices(self, request: Request) -> Response:
        """Answer GET /v3/voices."""
        language = request.query_params.get("language", "").casefold()
        gender = request.query_params.get("gender", "").casefold()
        chosen = [
            voice for voice in VOICES if language in ("", voice.language.casefold()) and gender in ("", voice.gender)
        ]
        listing = fixed(chosen, lambda voice: voice.voice_id)
        return page(request, listing, lambda voice: voice_view(voice, self._simulation.links), default=50, most=100)

    async def upload(self, request: Request) -> Response:
        """Answer POST /v3/assets; the file itself is not kept."""
        world, content_type = account_of(request).world, request.headers.get("content-type", "")
        mime_type, content = _read_file(content_type, await request.body(), strict=world.scenario.strict)
        asset_id = world.name("asset")[:32]
        world.assets.put(asset_id, Asset(asset_id=asset_id, mime_type=mime_type, size_bytes=len(content)))
        url = self._simulation.links.public(f"asset/{asset_id}")
        return data({"asset_id": asset_id, "url": url, "mime_type": mime_type, "size_bytes": len(content)})

    def _group(self, look: Look) -> dict[str, Any]:
        return {
            "id": look.group_id,
            "group_id": look.group_id,
            "name": look.group,
            "gender": look.gender,
            "looks_count": sum(other.group_id == look.group_id for other in LOOKS),
            "preview_image_url": self._simulation.links.public(f"avatar/{look.look_id}.png"),
        }


def look_view(look: Look, links: Links) -> dict[str, Any]:
    """Return a row of GET /v3/avatars/looks."""
    return {
        "id": look.look_id,
        "name": look.name,
        "group_id": look.group_id,
        "avatar_type": "studio_avatar",
        "gender": look.gender,
        "preview_image_url": links.public(f"avatar/{look.look_id}.png"),
        "preview_video_url": None,
        "preferred_orientation": "portrait",
        "tags": list(look.tags),
        "default_voice_id": look.default_voice_id,
        "status": "active",
    }


def voice_view(voice: Voice, links: Links) -> dict[str, Any]:
    """Return a row of GET /v3/voices."""
    return {
        "voice_id": voice.voice_id,
        "name": voice.name,
        "language": voice.language,
        "locale": voice.locale,
        "gender": voice.gender,
        "preview_audio_url": links.public(f"voice/{voice.voice_id}.wav"),
        "support_pause": True,
    }


def _read_file(content_type: str, body: bytes, *, strict: bool) -> tuple[str, bytes]:
    if not content_type.startswith("multipart/form-data"):
        raise invalid("file", "file must be sent as multipart/form-data")
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    parts = {_name_of(part): part for part in message.iter_parts()} if message.is_multipart() else {}
    if strict and (unknown := next((name for name in parts if name != "file"), None)) is not None:
        raise invalid(unknown, f"unknown field {unknown} (strict)")
    if "file" not in parts:
        raise invalid("file", "file is required")
    content = parts["file"].get_payload(decode=True)
    return parts["file"].get_content_type(), content if isinstance(content, bytes) else b""


def _name_of(part: Message) -> str:
    return str(part.get_param("name", "", header="content-disposition"))
