"""An order for a video: the request, checked against what the account has."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

import msgspec

from fake_heygen import avatars, voices
from fake_heygen.errors import ApiError, invalid
from fake_heygen.video_request import VideoRequest, read_video_request


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A checked request and the voice that will speak."""

    request: VideoRequest
    voice_id: str


def read_object(raw: bytes) -> dict[str, object]:
    """Read a JSON object, or refuse the body."""
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiError("invalid_parameter", "The body is not valid JSON") from error
    if not isinstance(body, dict):
        raise ApiError("invalid_parameter", "The body must be a JSON object")
    return body


def read_order(body: Mapping[str, object], assets: Container[str] = (), *, strict: bool = False) -> Order:
    """Read the body of POST /v3/videos; `assets` are the ids of what was uploaded."""
    request = read_video_request(body, strict=strict)
    look = avatars.BY_ID.get(request.avatar_id)
    if look is None:
        raise ApiError("avatar_not_found", f"Avatar {request.avatar_id} not found", param="avatar_id")
    voice_id = request.voice_id or look.default_voice_id
    if voice_id not in voices.BY_ID:
        raise ApiError("voice_not_found", f"Voice {voice_id} not found", param="voice_id")
    if (behind := request.background) and behind.uploaded and behind.value not in assets:
        raise ApiError("asset_not_available", f"Asset {behind.value} not available", param="background.asset_id")
    if request.callback_id == "":
        raise invalid("callback_id", "callback_id must not be empty")
    return Order(request=request, voice_id=voice_id)
