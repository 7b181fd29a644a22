"""Let one of all processes do what is done only now and then: the moment before which nobody does it is a fact."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core.store import Store

NOT_BEFORE: Final = "not_before:"


def take(store: Store, name: str, now: datetime, every_s: float) -> bool:
    """Tell whether it is the caller's turn; then it is nobody else's for a while. Of many callers one is told so."""
    if not is_due(store, name, now):  # a read, so that an idle worker writes nothing
        return False
    with store.transaction():
        if not is_due(store, name, now):
            return False
        postpone(store, name, now, every_s)
    return True


def is_due(store: Store, name: str, now: datetime) -> bool:
    """Tell whether the moment has come."""
    told = store.facts.get(NOT_BEFORE + name)
    return told is None or datetime.fromisoformat(told) <= now


def postpone(store: Store, name: str, now: datetime, wait_s: float) -> None:
    """Set the moment anew, sooner or later than before."""
    store.facts.put(NOT_BEFORE + name, (now + timedelta(seconds=wait_s)).isoformat(), now)


def forget(store: Store, name: str, now: datetime) -> None:
    """Have it done at once."""
    store.facts.put(NOT_BEFORE + name, None, now)
