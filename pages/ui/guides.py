"""Read the guides from docs/: one source for the pages and for those who read the files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import streamlit as st

from pages.ui.component import HERE
from pages.ui.language import mark

GUIDES: Final = {
    "marketing": mark("For marketing"),
    "qa": mark("For QA"),
    "operations": mark("For whoever runs it"),
}
DOCS: Final = HERE.parents[1] / "docs"
NAME: Final = "guide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Hold one section of a guide, and the anchor by which it is reached."""

    title: str
    anchor: str
    body: str


def path_of(name: str, language: str) -> Path:
    """Return the file of a guide; English stands in docs/, every other language in a folder of its own."""
    return DOCS / ("" if language == "en" else language) / f"guide-{name}.md"


@lru_cache(maxsize=8)
def read(name: str, language: str) -> str:
    """Return a guide without its title."""
    text = path_of(name, language).read_text()
    return text.partition("\n")[2].strip()


def parted(text: str) -> tuple[str, list[Section]]:
    """Return a guide's opening and its sections."""
    opening, *rest = re.split(r"^## (.+)$", text, flags=re.M)
    return opening.strip(), [
        Section(title=title, anchor=anchor(title), body=body.strip())
        for title, body in zip(rest[::2], rest[1::2], strict=True)
    ]


def anchor(title: str) -> str:
    """Return the anchor of a heading: its words without accents."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def asked() -> str:
    """Return the guide that the address names, the first where it names none."""
    name = st.query_params.get(NAME, "")
    return name if name in GUIDES else next(iter(GUIDES))


def remember() -> None:
    """Write the chosen guide into the address."""
    st.query_params[NAME] = str(st.session_state[NAME])
