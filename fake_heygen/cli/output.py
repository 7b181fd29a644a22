"""What the command line prints: text for people, or JSON and nothing else."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any


class Output:
    """Print one result, as JSON when that was asked for."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def show(self, data: Any, lines: Iterable[str]) -> None:
        """Print the data, or the lines that tell it."""
        self.text(json.dumps(data, ensure_ascii=False, indent=2) if self._as_json else "\n".join(lines))

    def text(self, text: str) -> None:
        """Print a text as it is."""
        sys.stdout.buffer.write((text + "\n").encode("utf-8", "replace"))
        sys.stdout.buffer.flush()


def complain(sentence: str) -> None:
    """Say one sentence on standard error."""
    print(" ".join(sentence.split()), file=sys.stderr)  # noqa: T201  # the command line speaks
