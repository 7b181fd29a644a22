"""Count the script while it is typed: characters, words, spoken time and what the video will cost."""

from __future__ import annotations

from core.estimate import WORDS_A_MINUTE
from core.validation import LONGEST_SCRIPT
from pages.ui.component import component
from pages.ui.draft import Draft
from pages.ui.language import _, locale

_meter = component("meter")


def draw_meter(draft: Draft, text: str, *, price_per_s: float, demo: bool) -> None:
    """Draw the counts under the script field of a draft, and guard its button against a double click."""
    labels = {
        "characters": _("{n} of {limit} characters"),
        "too_long": _("too long"),
        "word": _("{n} word"),
        "words": _("{n} words"),
        "time": _("about {time} of video"),
        "price": _("about {price}"),
        "price_demo": _("nothing to pay (about {price} with a key)"),
    }
    _meter(
        key=draft.name("meter"),
        data={
            "labels": labels,
            "locale": str(locale()).replace("_", "-"),
            "limit": LONGEST_SCRIPT,
            "words_a_minute": WORDS_A_MINUTE,
            "price_per_s": price_per_s,
            "currency": "USD",
            "demo": demo,
            "text": text,
            "field": draft.name("script"),
            "button": draft.name("submit"),
        },
    )
