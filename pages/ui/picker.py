"""Let the viewer choose an avatar by its picture, a voice by its sound and a shape by its outline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import streamlit as st
from babel import Locale

from core.catalogue import Avatar, Voice
from core.validation import ASPECT_RATIOS
from pages.ui.component import component
from pages.ui.language import _, code, mark

SHAPES: Final = {
    "9:16": mark("Vertical"),
    "4:5": mark("Portrait"),
    "1:1": mark("Square"),
    "16:9": mark("Wide"),
    "5:4": mark("Landscape"),
    "auto": mark("As the avatar"),
}
GENDERS: Final = {
    "female": mark("female"),
    "male": mark("male"),
    "woman": mark("female"),
    "man": mark("male"),
}

_picker = component("picker")


def choose_avatar(avatars: Sequence[Avatar], selected: str, key: str) -> str:
    """Draw the avatars as cards and return the id of the chosen one."""
    genders = _genders()
    items = [
        {
            "id": avatar.id,
            "name": avatar.name or avatar.id,
            "note": genders.get((avatar.gender or "").lower(), ""),
            "image": avatar.preview_image_url,
        }
        for avatar in avatars
    ]
    return _choose("avatar", items, _known(selected, items), _("Avatar"), key)


def choose_voice(voices: Sequence[Voice], selected: str, key: str) -> str:
    """Draw the voices by language, each with a sample, and return the id of the chosen one."""
    genders = _genders()
    items = [
        {
            "id": voice.id,
            "name": voice.name or voice.id,
            "note": genders.get((voice.gender or "").lower(), ""),
            "sound": voice.preview_audio_url,
            "group": voice.language or "",
        }
        for voice in voices
    ]
    languages = dict.fromkeys(voice.language or "" for voice in voices)
    filters = [{"id": name, "name": language_name(name, code()) or _("Other")} for name in languages]
    return _choose("voice", items, _known(selected, items), _("Voice"), key, filters)


def choose_shape(selected: str, key: str) -> str:
    """Draw the aspect ratios as small frames and return the chosen one."""
    items = []
    for ratio in ASPECT_RATIOS:
        wide, _colon, high = ratio.partition(":")
        fixed = wide.isdigit() and high.isdigit()
        items.append(
            {
                "id": ratio,
                "name": ratio if fixed else _("Auto"),
                "note": _(SHAPES[ratio]) if ratio in SHAPES else "",
                "ratio": f"{wide} / {high}" if fixed else None,
                "tall": not fixed or int(high) >= int(wide),
            }
        )
    return _choose("shape", items, _known(selected, items), _("Shape"), key)


def _choose(
    kind: str,
    items: list[dict[str, Any]],
    selected: str,
    group: str,
    key: str,
    filters: list[dict[str, str]] | None = None,
) -> str:
    labels = {
        "group": group,
        "none": _("Nothing matches."),
        "search": _("Search by name"),
        "filter": _("Language"),
        "all": _("All languages"),
        "play": _("Listen"),
    }
    before = st.session_state.get(key) or {}
    current = _known(str(before.get("choice") or selected), items)
    data = {
        "kind": kind,
        "items": items,
        "selected": current,
        "heard": before.get("choice"),
        "labels": labels,
        "filters": filters or [],
    }
    picked = _picker(key=key, data=data, default={"choice": None}, on_choice_change=_nothing)
    return _known(str(picked.choice or current), items)


def _nothing() -> None:
    """Stand in for the reaction to a choice: the rerun is all that is needed."""


def _known(wanted: str, items: Sequence[dict[str, Any]]) -> str:
    ids = [str(item["id"]) for item in items]
    return wanted if wanted in ids else next(iter(ids), "")


def _genders() -> dict[str, str]:
    """Return the words for genders, translated once for a whole list."""
    return {name: _(word) for name, word in GENDERS.items()}


@lru_cache(maxsize=512)
def language_name(english: str, language: str) -> str:
    """Return the name of a language, given in English as HeyGen does, in the viewer's."""
    names = {str(name).lower(): tag for tag, name in Locale("en").languages.items()}
    tag = names.get(english.lower())
    return str(Locale(language).languages.get(tag, english)) if tag else english
