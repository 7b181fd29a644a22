"""Read what people write into a table, with any case, spaces and accents, in Spanish or English; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from core.models import ProcessingMode

_REMARK: Final = re.compile(r"\([^)]*\)|\[[^]]*\]|\*")
_OTHER: Final = re.compile(r"[\W_]+")
_RATIO: Final = re.compile(r"0*(\d{1,2})\s*[:x×/.-]\s*0*(\d{1,2})(?::00)?")  # Excel makes 09:16:00 of 9:16

_FIELDS: Final = {
    "title": "title titulo titulo_del_video titulo_del_reel video_title reel_title",
    "script": "script guion texto text guion_del_video locucion texto_del_guion speech",
    "avatar": "avatar avatar_id id_avatar id_del_avatar avatar_name nombre_del_avatar presentador presenter",
    "voice": "voice voz voice_id id_voz id_de_la_voz voice_name nombre_de_la_voz",
    "aspect_ratio": "aspect_ratio formato format ratio aspecto aspect shape forma relacion_de_aspecto proporcion",
    "mode": "mode modo processing_mode modo_de_procesamiento",
}
_ACCOUNT: Final = frozenset({"account", "cuenta", "heygen_account", "cuenta_de_heygen", "nombre_de_la_cuenta"})
_RATIOS: Final = {
    "9:16": "vertical reel reels instagram_reel story stories historia historias tiktok short shorts",
    "4:5": "portrait retrato feed",
    "1:1": "square cuadrado cuadrada",
    "16:9": "wide horizontal panoramico panoramica apaisado apaisada youtube",
    "5:4": "landscape",
    "auto": "auto automatico automatica automatic as_the_avatar como_el_avatar",
}
_MODES: Final = {
    "webhook": "webhook webhooks",
    "polling": "polling sondeo",
    "hybrid": "hybrid hibrido hibrida",
}


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, line in words.items() for word in line.split()}


FIELDS: Final = _by_word(_FIELDS)
RATIOS: Final = _by_word(_RATIOS)
MODES: Final = _by_word(_MODES)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return a name without case, accents, spaces and signs, so that those who mean the same write the same."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _OTHER.sub("_", plain.casefold()).strip("_")


def field_of(name: str) -> str | None:
    """Return which field of a reel a column holds, None for a variable of the script."""
    return FIELDS.get(fold(_REMARK.sub(" ", name)))


def names_account(name: str) -> bool:
    """Tell whether a column holds the HeyGen account of each reel; only where there are several it is asked."""
    return fold(_REMARK.sub(" ", name)) in _ACCOUNT


def ratio_of(text: str) -> str:
    """Return the aspect ratio that is meant, or the text as it is."""
    numbers = _RATIO.fullmatch(text.strip())
    return f"{numbers[1]}:{numbers[2]}" if numbers else RATIOS.get(fold(text), text)


def mode_of(text: str) -> ProcessingMode | None:
    """Return the processing mode that is meant, or None."""
    known = MODES.get(fold(text))
    return ProcessingMode(known) if known else None
