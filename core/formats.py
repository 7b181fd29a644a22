"""Name the destinations of a reel: the shape each wants, and how long a video it takes; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """Hold a shape, and the longest video in seconds that its destination takes (None: none is known)."""

    aspect_ratio: str
    limit_s: float | None = None

    @property
    def width_over_height(self) -> float | None:
        """Return the shape as a number, None where it follows the avatar."""
        wide, _colon, high = self.aspect_ratio.partition(":")
        return int(wide) / int(high) if high else None


# What is safe everywhere: 90 s is the shortest limit among reels, TikTok and Shorts, and a feed shows videos as reels;
# 15 minutes is what YouTube takes from an account that is not verified.
FORMATS: Final = (
    Format(aspect_ratio="9:16", limit_s=90.0),
    Format(aspect_ratio="4:5", limit_s=90.0),
    Format(aspect_ratio="1:1", limit_s=90.0),
    Format(aspect_ratio="16:9", limit_s=900.0),
    Format(aspect_ratio="5:4"),
    Format(aspect_ratio="auto"),
)
ASPECT_RATIOS: Final = tuple(known.aspect_ratio for known in FORMATS)


def format_of(aspect_ratio: str) -> Format:
    """Return the format of a shape, the first one for a shape that is not known."""
    return next((known for known in FORMATS if known.aspect_ratio == aspect_ratio), FORMATS[0])
