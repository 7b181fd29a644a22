"""Write log lines: a sentence, then its fields as key=value. Configured by entry points only."""

from __future__ import annotations

import logging
import sys
from typing import Final, TextIO

FIELDS: Final = ("reel_id", "delivery_id", "video_id")
FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"


class FieldFormatter(logging.Formatter):
    """Append the fields that a record carries."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the name is logging's
        """Return the line with its fields."""
        fields = [f"{name}={record.__dict__[name]}" for name in FIELDS if record.__dict__.get(name) is not None]
        return " ".join([super().formatMessage(record), *fields])


def configure(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Send our own INFO lines, and the libraries' warnings, to a stream; a second call changes nothing."""
    ours = logging.getLogger("core")
    if any(isinstance(handler.formatter, FieldFormatter) for handler in ours.handlers):
        return
    handler = logging.StreamHandler(stream)
    handler.setFormatter(FieldFormatter(FORMAT))
    ours.addHandler(handler)
    ours.setLevel(level)
    ours.propagate = False
    for name in ("uvicorn", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
