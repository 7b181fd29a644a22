"""Draw avatars by their picture and voices by their sound, a page at a time, favourites first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import streamlit as st
from babel import Locale

from core.catalogue import Avatar
from core.gallery import PAGE, Entry, Shown, Wanted, gender_of, language_of, orientation_of, show
from pages.ui.component import component
from pages.ui.language import _, code, mark

GENDERS: Final = {"female": mark("female"), "male": mark("male")}
ORIENTATIONS: Final = {"portrait": mark("Vertical"), "landscape": mark("Wide"), "square": mark("Square")}
MOST: Final = 480
Like: TypeAlias = Callable[[str, bool], None]

_gallery = component("gallery")


def choose(kind: str, entries: Sequence[Entry], chosen: str, liked: frozenset[str], like: Like, key: str) -> str:
    """Draw one page of what is looked for and return the id of the chosen one; `like` is told of a star."""
    before = st.session_state.get(key) or {}
    current = _known(str(before.get("choice") or chosen), entries)
    query = before.get("query") or {}
    wanted = _wanted(query, entries, current)
    shown = show(entries, wanted, liked, current, _limit(query))
    data = {
        "kind": kind,
        "items": [_item(entry, liked) for entry in shown.entries],
        "selected": current,
        "heard": before.get("choice"),
        "filters": _filters(entries, wanted),
        "favourites": wanted.favourites,
        "labels": _labels(kind, shown, entries, current),
        "more": shown.total > _limit(query),
        "page": PAGE,
        "search": len(entries) > 6,
    }

    def starred() -> None:
        star = (st.session_state.get(key) or {}).get("star")
        if isinstance(star, dict):
            like(str(star.get("id")), bool(star.get("liked")))

    picked = _gallery(
        key=key,
        data=data,
        default={"choice": None, "query": None},
        on_choice_change=_nothing,
        on_query_change=_nothing,
        on_star_change=starred,
    )
    return _known(str(picked.choice or current), entries)


def _nothing() -> None:
    """Stand in for the reaction to a choice: the rerun is all that is needed."""


def _known(wanted: str, entries: Sequence[Entry]) -> str:
    return wanted if any(entry.id == wanted for entry in entries) else entries[0].id if entries else ""


def _wanted(query: dict[str, Any], entries: Sequence[Entry], current: str) -> Wanted:
    """Read what the gallery looks for; until a language is chosen by hand it is that of the chosen voice."""
    language = query.get("language")
    if language is None:
        language = next((language_of(entry) for entry in entries if entry.id == current), "")
    return Wanted(
        search=str(query.get("search") or ""),
        language=str(language),
        gender=str(query.get("gender") or ""),
        orientation=str(query.get("orientation") or ""),
        favourites=bool(query.get("favourites")),
    )


def _limit(query: dict[str, Any]) -> int:
    asked = query.get("limit")
    return min(max(PAGE, asked), MOST) if isinstance(asked, int) else PAGE


def _item(entry: Entry, liked: frozenset[str]) -> dict[str, Any]:
    drawn = {
        "id": entry.id,
        "name": entry.name,
        "note": _(GENDERS.get(gender_of(entry), "")),
        "liked": entry.id in liked,
    }
    if isinstance(entry, Avatar):
        return {**drawn, "image": entry.preview_image_url}
    return {**drawn, "sound": entry.preview_audio_url}


def _filters(entries: Sequence[Entry], wanted: Wanted) -> list[dict[str, Any]]:
    """Return the selects that make sense: those with at least two things to choose from."""
    languages, genders, orientations = _kinds(tuple(entries), code())
    named = [
        ("language", _("Language"), _("All languages"), dict(languages), wanted.language),
        (
            "gender",
            _("Gender"),
            _("All genders"),
            {name: _(GENDERS.get(name, name)) for name in genders},
            wanted.gender,
        ),
        (
            "orientation",
            _("Orientation"),
            _("All orientations"),
            {name: _(ORIENTATIONS.get(name, name)) for name in orientations},
            wanted.orientation,
        ),
    ]
    return [
        {
            "id": name,
            "label": label,
            "all": everything,
            "options": [{"id": each, "name": words} for each, words in options.items()],
            "value": value,
        }
        for name, label, everything, options, value in named
        if len(options) > 1
    ]


@lru_cache(maxsize=8)
def _kinds(
    entries: tuple[Entry, ...], language: str
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], tuple[str, ...]]:
    """Return the languages with their names, the genders and the orientations of a whole list."""
    spoken = {language_of(entry) for entry in entries} - {""}
    own = str(Locale(language).get_display_name("en") or "")
    names = sorted(((name, language_name(name, language)) for name in spoken), key=lambda pair: pair[1].casefold())
    languages = sorted(names, key=lambda pair: pair[0] != own)
    genders = sorted({gender_of(entry) for entry in entries} & set(GENDERS))
    orientations = sorted({orientation_of(entry) for entry in entries} & set(ORIENTATIONS))
    return tuple(languages), tuple(genders), tuple(orientations)


def _labels(kind: str, shown: Shown, entries: Sequence[Entry], current: str) -> dict[str, str]:
    hidden = all(entry.id != current for entry in shown.entries)
    name = next((entry.name for entry in entries if entry.id == current), "")
    return {
        "group": _("Avatar") if kind == "avatar" else _("Voice"),
        "none": _("Nothing matches."),
        "search": _("Search by name"),
        "play": _("Listen"),
        "like": _("Favourite"),
        "favourites": _("Favourites"),
        "more": _("Show more ({n} in all)").format(n=shown.total),
        "chosen": _("Chosen: {name}").format(name=name) if hidden and name else "",
    }


@lru_cache(maxsize=512)
def language_name(english: str, language: str) -> str:
    """Return the name of a language, given in English as HeyGen does, in the viewer's."""
    names = {str(name).lower(): tag for tag, name in Locale("en").languages.items()}
    tag = names.get(english.lower())
    return str(Locale(language).languages.get(tag, english)) if tag else english
