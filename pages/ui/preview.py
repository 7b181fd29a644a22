"""Preview the frame: the avatar before its background, and the words as they will stand there."""

from __future__ import annotations

from core.catalogue import Avatar
from core.drafts import Draft
from core.estimate import WORDS_A_MINUTE
from core.formats import format_of
from core.options import ASSET, Captions
from pages.ui.component import component
from pages.ui.draft import Sheet
from pages.ui.language import _

_preview = component("preview")


def draw_preview(sheet: Sheet, avatar: Avatar | None, *, demo: bool) -> None:
    """Draw the frame of what is being written; it follows the script on every key."""
    draft = sheet.draft
    staging, shape = draft.choices.staging, format_of(draft.choices.aspect_ratio)
    colour = staging.background if staging.background.startswith("#") else ""
    picture = "" if colour or staging.background.startswith(ASSET) else staging.background
    ratio = shape.width_over_height or (16 / 9 if avatar and avatar.orientation == "landscape" else 9 / 16)
    _preview(
        key=sheet.place("preview"),
        data={
            "ratio": ratio,
            "image": avatar.preview_image_url if avatar else None,
            "name": avatar.name if avatar else "",
            "colour": colour,
            "picture": picture,
            "captions": str(staging.captions),
            "words_a_minute": WORDS_A_MINUTE * staging.speed,
            "demo": demo,
            "text": draft.script,
            "field": sheet.name("script"),
            "labels": _labels(draft),
        },
    )


def _labels(draft: Draft) -> dict[str, str]:
    notes = {
        Captions.BURNT: _("Captions in the picture, for everybody."),
        Captions.FILE: _("Captions in a file of their own; the player shows them."),
        Captions.NONE: _("No captions: these words are only heard."),
    }
    return {
        "frame": _("Preview"),
        "note": notes[draft.choices.staging.captions],
        "moment": _("Moment of the video"),
        "empty": _("What the avatar says"),
        "no_picture": _("The picture cannot be shown: check its address."),
    }
