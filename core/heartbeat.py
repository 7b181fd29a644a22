"""Show that workers live: turns write when they were last taken, and everybody reads it.

On Celery every queue has a worker of its own, perhaps on another machine: news are safe while each of three is served.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from core.store import Store

HEARTBEAT: Final = "heartbeat"
HEARTBEAT_S: Final = 2.0
ALIVE_S: Final = 15.0
QUEUES: Final = ("submit", "sweep", "inbox", "archive", "notify")
NEEDED: Final = ("submit", "sweep", "inbox")  # without the others files and messages come later, and nothing else


def beat(store: Store, now: datetime, queue: str | None = None) -> None:
    """Write down that the worker lives, or one that serves a queue."""
    store.facts.put(_name(queue), {"at": now.isoformat()}, now)


def age_s(store: Store, now: datetime, queue: str | None = None) -> float | None:
    """Return the seconds since then, None when there never was one."""
    at = store.facts.set_at(_name(queue))
    return None if at is None else max(0.0, (now - at).total_seconds())


def queue_ages_s(store: Store, now: datetime) -> dict[str, float | None]:
    """Return the age of each queue's last sign of life."""
    return {queue: age_s(store, now, queue) for queue in QUEUES}


def served_s(own_s: float | None, queues_s: Mapping[str, float | None]) -> float | None:
    """Return how long ago all that is needed was last seen: by a worker of its own, or by Celery's on each queue."""
    needed = [queues_s.get(queue) for queue in NEEDED]
    on_celery = None if None in needed else max(age for age in needed if age is not None)
    return min((age for age in (own_s, on_celery) if age is not None), default=None)


def is_alive(age: float | None) -> bool:
    """Tell whether a sign of life is young enough."""
    return age is not None and age < ALIVE_S


def _name(queue: str | None) -> str:
    return HEARTBEAT if queue is None else f"{HEARTBEAT}:{queue}"
