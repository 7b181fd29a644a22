"""Hand out a campaign's results and files: an address holds the campaign's token, which nobody can guess.

The answers are made while they are sent, in the language and the time zone that the address names.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from core.bundle import Listing, results, safe_text, zipped
from core.catalogue import read
from core.errors import UnknownCampaign
from core.failures import sentence
from core.files import file_path
from core.models import Reel, ReelStatus
from core.product import Product
from core.store import Campaign
from core.store.archive import KeptFile
from pages.ui.language import LANGUAGES, code, mark, translate
from pages.ui.many.checking import names
from pages.ui.many.sources import separator
from pages.ui.particulars import own_address
from pages.ui.words import STATES

PREFIX: Final = "/campaign-files"
HEAD: Final = (
    mark("Reel"),
    mark("Title"),
    mark("Status"),
    mark("Length (s)"),
    mark("Video"),
    mark("What happened"),
    mark("HeyGen says"),
    mark("Avatar"),
    mark("Voice"),
    mark("Shape"),
    mark("Created"),
    mark("Finished"),
    mark("Script"),
)
LISTED: Final = (mark("Reel"), mark("Title"), mark("State"), mark("File"))
CONTENTS: Final = mark("contents")
KEPT: Final = mark("in this package")
NOT_YET: Final = mark("ready, and not kept yet: download again in a while")
HEADERS: Final = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Hold in which language, in which time zone and with which separator somebody reads."""

    language: str
    zone: ZoneInfo
    separator: str

    def say(self, message: str) -> str:
        """Translate a text."""
        return translate(message, self.language)

    def time(self, at: datetime | None) -> str:
        """Write a moment so that a spreadsheet knows it for one."""
        return "" if at is None else at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")


def address(campaign: Campaign, name: str) -> str:
    """Return the whole address of a download, as this viewer's browser reaches it."""
    how = urlencode({"lang": code(), "zone": st.context.timezone or "UTC", "separator": separator()})
    return own_address(f"{PREFIX}/{campaign.id}/{campaign.token}/{name}?{how}")


def campaign_routes(product: Product) -> list[Route]:
    """Return the routes of the downloads."""
    return [
        Route(f"{PREFIX}/{{campaign_id}}/{{token}}/results.csv", _answer(product, "csv", _results)),
        Route(f"{PREFIX}/{{campaign_id}}/{{token}}/files.zip", _answer(product, "zip", _files)),
    ]


Make = Callable[[Product, Campaign, Reader, str], Iterator[str] | Iterator[bytes]]


def _answer(product: Product, ending: str, make: Make) -> Callable[[Request], Response]:
    def send(request: Request) -> Response:
        campaign = _campaign(product, request)
        if campaign is None:
            return PlainTextResponse("there is no such file", 404)
        name = quote(f"{safe_text(campaign.name) or campaign.id}.{ending}")
        headers = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        content = make(product, campaign, _reader(request), str(request.base_url).rstrip("/"))
        media_type = {"csv": "text/csv; charset=utf-8", "zip": "application/zip"}[ending]
        return StreamingResponse(content, headers=headers, media_type=media_type)

    return send


def _campaign(product: Product, request: Request) -> Campaign | None:
    digits = request.path_params["campaign_id"]
    try:
        campaign = product.store.campaigns.get(
            int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0
        )
    except UnknownCampaign:
        return None
    known = secrets.compare_digest(campaign.token.encode(), request.path_params["token"].encode())
    return campaign if known else None


def _reader(request: Request) -> Reader:
    asked = request.query_params
    try:
        zone = ZoneInfo(asked.get("zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    language = asked.get("lang", "")
    return Reader(
        language=language if language in LANGUAGES else "en",
        zone=zone,
        separator=";" if asked.get("separator") == ";" else ",",
    )


def _results(product: Product, campaign: Campaign, reader: Reader, base: str) -> Iterator[str]:
    offer = read(product.store)
    avatars, voices = names(offer.avatars), names(offer.voices)

    def cells(reel: Reel, files: dict[str, KeptFile]) -> Sequence[object]:
        kept = files.get("captioned") or files.get("video")
        ours = f"{base}{file_path(reel.id or 0, kept)}" if kept else ""
        failed = reel.status in {ReelStatus.FAILED, ReelStatus.TIMED_OUT}
        return [
            reel.id,
            reel.title,
            reader.say(STATES[reel.status].word),
            "" if reel.duration_s is None else round(reel.duration_s),
            ours or reel.captioned_video_url or reel.video_url or "",
            reader.say(sentence(reel.failure_code)) if failed and reel.failure_code else "",
            reel.failure_message or "",
            avatars.get(reel.avatar_id, reel.avatar_id),
            voices.get(reel.voice_id, reel.voice_id),
            reel.aspect_ratio,
            reader.time(reel.created_at),
            reader.time(reel.completed_at),
            reel.script,
        ]

    return results(product.store, campaign.id, [reader.say(name) for name in HEAD], cells, reader.separator)


def _files(product: Product, campaign: Campaign, reader: Reader, _base: str) -> Iterator[bytes]:
    def missing(reel: Reel) -> str:
        return reader.say(NOT_YET if reel.status is ReelStatus.COMPLETED else STATES[reel.status].word)

    reel_id, title, state, file = (reader.say(name) for name in LISTED)
    listing = Listing(
        name=f"{reader.say(CONTENTS)}.csv",
        head=(reel_id, title, state, file),
        kept=reader.say(KEPT),
        missing=missing,
    )
    return zipped(product.store, product.processor.files, campaign.id, listing, reader.separator)
