"""Find entries of the journal by any word that stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def find(entries: Iterable[Mapping[str, Any]], words: str) -> list[Mapping[str, Any]]:
    """Return the entries that have every word, whatever its case, in a path, a header, a body, an error or a fault."""
    wanted = words.casefold().split()
    return [entry for entry in entries if _has(entry, wanted)]


def _has(entry: Mapping[str, Any], wanted: list[str]) -> bool:
    text = "\n".join(_texts(entry)).casefold()
    return all(word in text for word in wanted)


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield f"{key}: {inner}" if isinstance(inner, str) else str(key)
            yield from _texts(inner)
    elif value is not None:
        yield str(value)
