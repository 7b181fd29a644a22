"""Name the formats after where a reel is going."""

from __future__ import annotations

import math
from typing import Final

from core.formats import Format
from pages.ui.language import _, mark
from pages.ui.moments import span

NAMES: Final = {
    "9:16": mark("Reel · TikTok · Shorts"),
    "4:5": mark("Feed"),
    "1:1": mark("Square feed"),
    "16:9": mark("YouTube"),
    "5:4": mark("Landscape"),
    "auto": mark("As the avatar"),
}


def destination(shape: Format) -> str:
    """Return where a format is going, in the viewer's words."""
    return _(NAMES[shape.aspect_ratio]) if shape.aspect_ratio in NAMES else shape.aspect_ratio


def lasting(seconds: float) -> str:
    """Write the length of a video as destinations tell it: in begun seconds up to two minutes."""
    return f"{math.ceil(seconds)} s" if seconds < 120 else span(math.ceil(seconds))


def longest_of(shape: Format) -> str:
    """Return the longest video that a format takes."""
    return lasting(shape.limit_s or 0.0)


def limits(shape: Format) -> str:
    """Return a format's shape and the longest video that it takes."""
    ratio = shape.aspect_ratio if shape.width_over_height else ""
    longest = _("up to {time}").format(time=longest_of(shape)) if shape.limit_s else ""
    return " · ".join(part for part in (ratio, longest) if part)
