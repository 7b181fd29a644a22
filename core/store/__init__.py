"""Keep everything that must survive: one Store, of which each part owns its tables and all of their SQL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from core.errors import StoreError
from core.store.archive import Archive
from core.store.campaigns import Campaign, Campaigns
from core.store.connections import Connection, Connections
from core.store.copying import Copied, Copy
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
from core.store.sqlite import SqliteConnections
from core.store.timeline import Timeline

__all__ = ["Campaign", "Copied", "DeliveryFilter", "ReelFilter", "Store", "open_store"]


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
        """Return the database file; with PostgreSQL, the place that names the files beside it."""
        return self._connections.path

    @property
    def address(self) -> str:
        """Return where the database is, as it may be shown."""
        return self._connections.address

    @property
    def is_there(self) -> bool:
        """Tell whether there is a database; SQLite would make one."""
        return self._connections.kind != "sqlite" or self.path.exists()

    def listen(self, wake: Callable[[], None]) -> Callable[[], None] | None:
        """Call `wake` when another process has stored work; return what ends that, None where nobody tells."""
        return self._connections.listen(wake)

    def transaction(self) -> AbstractContextManager[Connection]:
        """Make all writes of the block one durable transaction."""
        return self._connections.write()

    def copy_to(self, target: Store, told: Callable[[str, int], None]) -> list[Copied]:
        """Copy everything into an empty store, or go on with that, and prove it; `told` hears of each table.

        Nothing may use either of them meanwhile. Raises Refused, StoreError.
        """
        return Copy(self._connections, target._connections, told).run()

    def close(self) -> None:
        """Close this process's connections."""
        self._connections.close()


def open_store(url: str, *, busy_timeout_s: float = 30.0, data_folder: Path = Path("data")) -> Store:
    """Return the store at `sqlite:///FILE` or `postgresql://…`; raises StoreError at first use if it cannot be used.

    With PostgreSQL, files stand in `data_folder`. Raises StoreError at once where psycopg is not installed.
    """
    if url.startswith("sqlite:///"):
        return Store(SqliteConnections(Path(url.removeprefix("sqlite:///")), busy_timeout_s=busy_timeout_s))
    try:
        from core.store.postgres import PostgresConnections  # only who asks for it loads it
    except ImportError as error:
        raise StoreError(
            "DATABASE_URL names a PostgreSQL database, and its driver cannot be loaded ({why}): "
            "`pip install -r requirements-postgres.txt`.",
            why=str(error).splitlines()[0],
        ) from error
    return Store(PostgresConnections(url, data_folder / "reels.db", busy_timeout_s=busy_timeout_s))
