"""The body of POST /v3/videos, type avatar: HeyGen's rules, field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fake_heygen.errors import invalid
from fake_heygen.fields import Fields

TYPES = ("avatar", "image", "cinematic_avatar", "studio")
RESOLUTIONS = ("4k", "1080p", "720p")
ASPECT_RATIOS = ("16:9", "9:16", "4:5", "5:4", "1:1", "auto")
FITS = ("contain", "cover")
FORMATS = ("mp4", "webm")
LONGEST_SCRIPT = 5000
AUDIO_FIELDS = ("audio_url", "audio_asset_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What stands behind the presenter: a colour, or a picture by address or asset."""

    type: str
    value: str
    uploaded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSettings:
    """How the voice speaks."""

    speed: float = 1.0
    pitch: float = 0.0
    volume: float = 1.0
    locale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRequest:
    """A request to render a video, checked."""

    avatar_id: str
    script: str
    voice_id: str | None = None
    title: str | None = None
    resolution: str = "1080p"
    aspect_ratio: str = "16:9"
    fit: str = "contain"
    background: Background | None = None
    captioned: bool = False
    caption_style: str | None = None
    voice: VoiceSettings = VoiceSettings()
    output_format: str = "mp4"
    callback_url: str | None = None
    callback_id: str | None = None


def read_video_request(body: Mapping[str, object], *, strict: bool = False) -> VideoRequest:
    """Check a body against HeyGen's table; what it does not know is ignored, or refused when strict."""
    fields = Fields(body)
    request = _checked(fields)
    if strict:
        fields.refuse_unknown()
    return request


def _checked(fields: Fields) -> VideoRequest:
    _refuse_other_types(fields)
    caption = fields.nested("caption")
    return VideoRequest(
        avatar_id=fields.required("avatar_id"),
        script=_script(fields),
        voice_id=fields.text("voice_id"),
        title=fields.text("title"),
        resolution=fields.choice("resolution", RESOLUTIONS) or "1080p",
        aspect_ratio=fields.choice("aspect_ratio", ASPECT_RATIOS) or "16:9",
        fit=fields.choice("fit", FITS) or "contain",
        background=_background(fields.nested("background")),
        captioned=caption is not None and bool(caption.choice("file_format", ("srt",), "srt")),
        caption_style=caption.choice("style", ("default",)) if caption else None,
        voice=_voice(fields.nested("voice_settings")),
        output_format=fields.choice("output_format", FORMATS) or "mp4",
        callback_url=fields.url("callback_url"),
        callback_id=fields.text("callback_id"),
    )


def _refuse_other_types(fields: Fields) -> None:
    kind = fields.required("type")
    if kind not in TYPES:
        raise invalid("type", f"type must be one of: {', '.join(TYPES)}")
    if kind != "avatar":
        raise invalid("type", f"this simulator renders type avatar only, not {kind}")


def _script(fields: Fields) -> str:
    script = fields.text("script")
    audio = next((key for key in AUDIO_FIELDS if fields.given(key)), None)
    if script is not None and audio is not None:
        raise invalid("script", f"script and {audio} exclude each other")
    if audio is not None:
        raise invalid(audio, f"this simulator speaks a script only, not {audio}")
    if script is None or not script.strip():
        raise invalid("script", f"script must have 1 to {LONGEST_SCRIPT} characters")
    if len(script) > LONGEST_SCRIPT:
        raise invalid("script", f"script must have 1 to {LONGEST_SCRIPT} characters, got {len(script)}")
    return script


def _background(fields: Fields | None) -> Background | None:
    if fields is None:
        return None
    kind = fields.choice("type", ("color", "image"))
    if kind is None:
        raise invalid("background.type", "background.type must be one of: color, image")
    if kind == "color":
        return Background(type=kind, value=_colour(fields))
    if fields.given("url") == fields.given("asset_id"):
        raise invalid("background", "an image background needs either url or asset_id")
    if url := fields.url("url", web_only=True):
        return Background(type=kind, value=url)
    return Background(type=kind, value=fields.required("asset_id"), uploaded=True)


def _colour(fields: Fields) -> str:
    value = fields.required("value")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise invalid("background.value", "background.value must be a colour like #1a2b3c")
    return value


def _voice(fields: Fields | None) -> VoiceSettings:
    if fields is None:
        return VoiceSettings()
    return VoiceSettings(
        speed=fields.number("speed", 0.5, 1.5, 1.0),
        pitch=fields.number("pitch", -50.0, 50.0, 0.0),
        volume=fields.number("volume", 0.0, 1.0, 1.0),
        locale=fields.text("locale"),
    )
