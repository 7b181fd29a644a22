"""Choose how a reel looks and sounds: captions, background, speed and pitch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from core.errors import InvalidReel
from core.options import FASTEST, HIGHEST, LOWEST, SLOWEST, Captions, Staging, check_options, staged
from pages.ui.language import _, mark
from pages.ui.plain import plainly

CAPTIONS: Final = {
    Captions.BURNT: mark("In the picture"),
    Captions.FILE: mark("In a file"),
    Captions.NONE: mark("None"),
}
OWN, COLOUR, PICTURE = "own", "colour", "picture"
BACKGROUNDS: Final = {OWN: mark("The avatar's own"), COLOUR: mark("Colour"), PICTURE: mark("Picture")}
FIRST_COLOUR: Final = "#0f6e84"


def choose_staging(before: Staging, place: Callable[[str], str]) -> Staging:
    """Draw the choices under the keys that `place` gives, and return what is chosen."""
    captions = _captions(before, place)
    kind = _kind(before, place)
    with st.container():  # what comes and goes in here moves nothing else
        background = _background(before, kind, place)
    left, right = st.columns(2, gap="medium")
    with left:
        speed = _speed(before, place)
    with right:
        pitch = _pitch(before, place)
    return Staging(captions=captions, background=background, speed=speed, pitch=pitch)


def _captions(before: Staging, place: Callable[[str], str]) -> Captions:
    labels = {str(captions): _(words) for captions, words in CAPTIONS.items()}
    chosen = st.segmented_control(
        _("Captions"),
        list(labels),
        default=str(before.captions),
        format_func=labels.__getitem__,
        required=True,
        key=place("captions"),
    )
    return Captions(chosen or before.captions)


def _kind(before: Staging, place: Callable[[str], str]) -> str:
    now = OWN if not before.background else COLOUR if before.background.startswith("#") else PICTURE
    labels = {kind: _(words) for kind, words in BACKGROUNDS.items()}
    chosen = st.segmented_control(
        _("Background"),
        list(labels),
        default=now,
        format_func=labels.__getitem__,
        required=True,
        key=place("background"),
    )
    return str(chosen or now)


def _background(before: Staging, kind: str, place: Callable[[str], str]) -> str:
    """Draw the field that belongs to a kind of background, and say at once what is wrong with it."""
    if kind == OWN:
        return ""
    is_colour = before.background.startswith("#")
    if kind == COLOUR:
        colour = before.background if is_colour else FIRST_COLOUR
        return str(st.color_picker(_("Background colour"), colour, key=place("colour")))
    background = st.text_input(
        _("Address of the picture"),
        "" if is_colour else before.background,
        placeholder="https://…",
        key=place("picture"),
    ).strip()
    try:
        check_options(staged({}, Staging(background=background)))
    except InvalidReel as error:
        st.error(plainly(error), icon=":material/edit:")
    return background


def _speed(before: Staging, place: Callable[[str], str]) -> float:
    now = min(max(before.speed, SLOWEST), FASTEST)
    return round(st.slider(_("Speed"), SLOWEST, FASTEST, now, 0.05, format="%.2f ×", key=place("speed")), 2)


def _pitch(before: Staging, place: Callable[[str], str]) -> float:
    now = round(min(max(before.pitch, LOWEST), HIGHEST))
    pitch = st.slider(_("Pitch"), round(LOWEST), round(HIGHEST), now, 1, key=place("pitch"))
    return before.pitch if pitch == now else float(pitch)
