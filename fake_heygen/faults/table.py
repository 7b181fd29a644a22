"""The whole vocabulary as one table: the parser, `GET /_sim/faults`, the docs and the tests read it."""

from __future__ import annotations

from fake_heygen.faults import answers, authenticity, content, deliveries, files, meaning, render, transport
from fake_heygen.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *render.ROWS,
    *deliveries.ROWS,
    *authenticity.ROWS,
    *content.ROWS,
    *meaning.ROWS,
    *transport.ROWS,
    *answers.ROWS,
    *files.ROWS,
)
BY_NAME = {fault.name: fault for fault in FAULTS}


def keys() -> list[str]:
    """Return the keys of the vocabulary, in the order of the table."""
    return list(dict.fromkeys(fault.key for fault in FAULTS))


def rows(key: str) -> list[Fault]:
    """Return the rows of a key."""
    return [fault for fault in FAULTS if fault.key == key]


def find(key: str, word: str) -> Fault | None:
    """Return the row of a key and a word, or None."""
    return BY_NAME.get(f"{key}={word}" if word else key)
