"""Read what the hosts wrote: what Celery says of a broker that was taken away is no finding, at any length."""

from __future__ import annotations

import re
from typing import Final

BEGINS: Final = re.compile(r"^\[?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
AWAY: Final = "check that it runs and lets this machine in"  # how our own sentence about a lost database ends
LOSSES: Final = ("Connection to broker lost", "Cannot connect to redis://", "Connection to Redis lost", "Couldn't ack")


def without_losses(text: str) -> str:
    """Return a log without the records of Celery, tracebacks included, that say that the broker is away."""
    kept: list[str] = []
    losing = False
    for line in text.splitlines():
        if BEGINS.match(line):
            losing = any(loss in line for loss in LOSSES)
        if not losing:
            kept.append(line)
    return "\n".join(kept)
