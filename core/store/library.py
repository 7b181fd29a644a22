"""Import sqlite-utils without pandas and numpy, which it loads where they are installed and which nothing here needs.

They cost each process half a second of processor time at its start, and tens of megabytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

UNNEEDED: Final = ("pandas", "numpy")


@contextmanager
def _absent(names: tuple[str, ...]) -> Iterator[None]:
    """Let imports of modules that are not loaded yet fail meanwhile, as if they were not installed."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # how Python marks what cannot be imported
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _absent(UNNEEDED):
    from sqlite_utils import Database, Migrations

__all__ = ["Database", "Migrations"]
