from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from core import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Give the product's log to a stream, and take it back."""
    ours, written = logging.getLogger("core"), io.StringIO()
    before = (ours.handlers[:], ours.level, ours.propagate)
    ours.handlers = []
    logs.configure(written)
    yield written
    ours.handlers, ours.propagate = before[0], before[2]
    ours.setLevel(before[1])


def test_a_line_is_a_sentence_and_its_fields(stream: io.StringIO) -> None:
    logging.getLogger("core.x").info("Webhook procesado: %d", 200, extra={"reel_id": 7, "video_id": None})
    [line] = stream.getvalue().splitlines()
    assert line.endswith("INFO core.x Webhook procesado: 200 reel_id=7")


def test_configuring_twice_says_nothing_twice(stream: io.StringIO) -> None:
    logs.configure(stream)
    logging.getLogger("core").info("once")
    assert stream.getvalue().count("once") == 1


def test_debugging_stays_silent(stream: io.StringIO) -> None:
    logging.getLogger("core").debug("nothing")
    assert stream.getvalue() == ""
