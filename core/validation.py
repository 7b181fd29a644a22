"""Check a reel before it is stored: pure. What HeyGen would refuse for certain is refused here, with one sentence."""

from __future__ import annotations

import re
from typing import Final

from core.errors import InvalidReel
from core.formats import ASPECT_RATIOS
from core.models import Reel
from core.options import check_options

__all__ = ["ASPECT_RATIOS", "LONGEST_SCRIPT", "LONGEST_TITLE", "check_reel"]

LONGEST_SCRIPT: Final = 5000
LONGEST_TITLE: Final = 200
KEY: Final = re.compile(r"[A-Za-z0-9_:.-]{1,255}")


def check_reel(reel: Reel) -> None:
    """Raise InvalidReel for a reel that could never be sent."""
    if not reel.script.strip():
        raise InvalidReel("The script is empty: write what the avatar should say.")
    if len(reel.script) > LONGEST_SCRIPT:
        raise InvalidReel(
            "The script has {length} characters; HeyGen takes at most {limit}: shorten it.",
            length=len(reel.script),
            limit=LONGEST_SCRIPT,
        )
    if len(reel.title) > LONGEST_TITLE:
        raise InvalidReel(
            "The title is longer than {limit} characters: shorten it.", about="title", limit=LONGEST_TITLE
        )
    texts = {"script": reel.script, "title": reel.title, "avatar": reel.avatar_id, "voice": reel.voice_id}
    for name, value in texts.items():
        if not _encodable(value):
            raise InvalidReel("The {field} holds a character that cannot be sent: remove it.", about=name, field=name)
    if not KEY.fullmatch(reel.idempotency_key):
        raise InvalidReel("The idempotency key has 1 to 255 letters, digits or _-:. and nothing else.")
    if reel.aspect_ratio not in ASPECT_RATIOS:
        raise InvalidReel(
            "The format {value} is not known; choose one of {allowed}.",
            value=repr(reel.aspect_ratio),
            allowed=", ".join(ASPECT_RATIOS),
            about="aspect_ratio",
        )
    check_options(reel.options)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value
