"""Keep everything that must survive: one Store, of which each part owns its tables and all of their SQL."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from core.store.archive import Archive
from core.store.campaigns import Campaign, Campaigns
from core.store.deliveries import Deliveries
from core.store.delivery_log import DeliveryFilter
from core.store.drafts import Drafts
from core.store.experience import Experience
from core.store.facts import Facts
from core.store.looks import Looks
from core.store.notifications import Notifications
from core.store.presets import Favourites, Presets
from core.store.reels import ReelFilter, Reels
from core.store.removals import Removals
from core.store.sqlite import Connections
from core.store.timeline import Timeline

__all__ = ["Campaign", "DeliveryFilter", "ReelFilter", "Store", "open_store"]


class Store:
    """Bundle the parts of one database; nothing is opened before the first use, every method is thread-safe."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.reels = Reels(connections)
        self.timeline = Timeline(connections)
        self.deliveries = Deliveries(connections)
        self.facts = Facts(connections)
        self.archive = Archive(connections)
        self.looks = Looks(connections)
        self.removals = Removals(connections)
        self.experience = Experience(connections)
        self.drafts = Drafts(connections)
        self.presets = Presets(connections)
        self.favourites = Favourites(connections)
        self.campaigns = Campaigns(connections)
        self.notifications = Notifications(connections)

    @property
    def path(self) -> Path:
        """Return the database file."""
        return self._connections.path

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """Make all writes of the block one durable transaction."""
        return self._connections.write()

    def close(self) -> None:
        """Close this process's connections."""
        self._connections.close()


def open_store(url: str, *, busy_timeout_s: float = 30.0) -> Store:
    """Return the store at `sqlite:///FILE`; raises StoreError at first use if it cannot be used."""
    return Store(Connections(Path(url.removeprefix("sqlite:///")), busy_timeout_s=busy_timeout_s))
