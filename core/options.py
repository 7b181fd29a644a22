"""Say how a reel looks and sounds: captions, background, speed and pitch, in HeyGen's fields and back; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from core.errors import InvalidReel

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "resolution": ("4k", "1080p", "720p"),
    "fit": ("contain", "cover"),
    "output_format": ("mp4", "webm"),
}
SLOWEST, FASTEST = 0.5, 1.5
LOWEST, HIGHEST = -50.0, 50.0
COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
ASSET: Final = "asset:"
LONGEST_ADDRESS: Final = 2000


class Captions(StrEnum):
    """Name where the spoken words can be read: in a file beside the video, in the picture too, or nowhere."""

    FILE = "file"
    BURNT = "burnt"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """Hold how a reel looks and sounds.

    `background` is empty (the avatar's own), a colour as #rrggbb, or a picture: its address, or asset: and HeyGen's id.
    """

    captions: Captions = Captions.FILE
    background: str = ""
    speed: float = 1.0
    pitch: float = 0.0


def staging_of(options: Mapping[str, Any]) -> Staging:
    """Read a reel's options; what is missing is as HeyGen has it, what is unreadable too."""
    voice = _mapping(options.get("voice_settings"))
    return Staging(
        captions=_captions(options),
        background=_background(_mapping(options.get("background"))),
        speed=_number(voice.get("speed"), 1.0),
        pitch=_number(voice.get("pitch"), 0.0),
    )


def staged(options: Mapping[str, Any], staging: Staging) -> dict[str, Any]:
    """Return the options with this staging in place of their own; everything else in them stays."""
    kept = {name: value for name, value in options.items() if name not in {"caption", "background", "voice_settings"}}
    voice = {**_mapping(options.get("voice_settings")), "speed": staging.speed, "pitch": staging.pitch}
    voice = {name: value for name, value in voice.items() if (name, value) not in {("speed", 1.0), ("pitch", 0.0)}}
    told = {"caption": _caption(staging.captions), "background": _scene(staging.background), "voice_settings": voice}
    if staging.captions is Captions.NONE:
        kept["caption"] = None
    return kept | {name: value for name, value in told.items() if value}


def _caption(captions: Captions) -> dict[str, str] | None:
    """Return HeyGen's caption; a side file is what every reel asks for that says nothing."""
    return {"file_format": "srt", "style": "default"} if captions is Captions.BURNT else None


def _scene(background: str) -> dict[str, str] | None:
    if not background:
        return None
    if background.startswith("#"):
        return {"type": "color", "value": background}
    if background.startswith(ASSET):
        return {"type": "image", "asset_id": background.removeprefix(ASSET)}
    return {"type": "image", "url": background}


def _captions(options: Mapping[str, Any]) -> Captions:
    if "caption" in options and options["caption"] is None:
        return Captions.NONE
    return Captions.BURNT if _mapping(options.get("caption")).get("style") else Captions.FILE


def _background(scene: Mapping[str, Any]) -> str:
    asset = scene.get("asset_id")
    return str(scene.get("value") or scene.get("url") or (asset and f"{ASSET}{asset}") or "")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def check_options(options: Mapping[str, Any]) -> None:
    """Raise InvalidReel for a value that HeyGen would surely refuse; names that we do not know pass."""
    for name, allowed in CHOICES.items():
        if options.get(name) not in (None, *allowed):
            raise InvalidReel(
                "The {option} {value} is not known; choose one of {allowed}.",
                option=name,
                value=repr(options[name]),
                allowed=", ".join(allowed),
                about=name,
            )
    for name in ("caption", "background", "voice_settings"):
        if options.get(name) is not None and not isinstance(options[name], Mapping):
            raise InvalidReel(
                "The option {option} holds names with values, not {value}.",
                option=name,
                value=repr(options[name]),
                about=name,
            )
    _check_caption(_mapping(options.get("caption")))
    _check_background(options)
    _check_voice(_mapping(options.get("voice_settings")))


def _check_caption(caption: Mapping[str, Any]) -> None:
    if caption.get("file_format", "srt") != "srt" or caption.get("style") not in (None, "default"):
        raise InvalidReel(
            "The captions {value} are not known: the file format is srt, the style is default or none.",
            value=repr(dict(caption)),
            about="caption",
        )


def _check_background(options: Mapping[str, Any]) -> None:
    scene = options.get("background")
    if scene is None:
        return
    if scene.get("type") == "color":
        _check_colour(scene.get("value"))
    elif scene.get("type") == "image" and scene.get("url") and not scene.get("asset_id"):
        _check_picture(scene["url"])
    elif scene.get("type") != "image" or not scene.get("asset_id") or scene.get("url"):
        raise InvalidReel("A background is a colour, or a picture by its address or its asset.", about="background")


def _check_colour(value: object) -> None:
    if not isinstance(value, str) or not COLOUR.fullmatch(value):
        raise InvalidReel(
            "The background {value} is not a colour: write it like #1a2b3c.", value=repr(value), about="background"
        )


def _check_picture(value: object) -> None:
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or not _is_web(value):
        raise InvalidReel(
            "The background {value} is not the address of a picture: it begins with https:// and has no spaces.",
            value=repr(value)[:200],
            about="background",
        )


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        wellformed = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that cannot be
        return False
    return wellformed and address.isprintable() and " " not in address


def _check_voice(voice: Mapping[str, Any]) -> None:
    if not _within(voice.get("speed"), SLOWEST, FASTEST):
        raise InvalidReel(
            "The speed {value} is not a number from 0.5 to 1.5.", value=repr(voice["speed"]), about="speed"
        )
    if not _within(voice.get("pitch"), LOWEST, HIGHEST):
        raise InvalidReel(
            "The pitch {value} is not a number from -50 to 50.", value=repr(voice["pitch"]), about="pitch"
        )
    if not _within(voice.get("volume"), 0.0, 1.0):
        raise InvalidReel(
            "The volume {value} is not a number from 0 to 1.", value=repr(voice["volume"]), about="volume"
        )


def _within(value: object, low: float, high: float) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
