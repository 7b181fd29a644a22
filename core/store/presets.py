"""Keep choices under a name, and favourites: the SQL over the tables preset and favourite."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.clock import to_ms
from core.presets import Preset
from core.store.choices import read_choices, write_choices
from core.store.connections import Connections, Row

_SELECT: Final = "SELECT id, campaign, name, choices FROM preset "


class Presets:
    """Read and write presets; they belong to everybody. Writes join the caller's transaction."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, preset_id: int) -> Preset | None:
        """Return a preset, or None."""
        row = self._connections.read().execute(_SELECT + "WHERE id = ?", (preset_id,)).fetchone()
        return None if row is None else _preset(row)

    def page(self, limit: int, after: Preset | None = None) -> list[Preset]:
        """Return presets by campaign and name, those after `after` in that order."""
        bound = (after.campaign, after.name) if after is not None else ()
        later = "WHERE (campaign, name) > (?, ?) " if after is not None else ""
        sql = f"{_SELECT}{later}ORDER BY campaign, name LIMIT ?"
        return [_preset(row) for row in self._connections.read().execute(sql, (*bound, limit))]

    def save(self, preset: Preset, owner: str, now: datetime) -> int:
        """Keep a preset and return its id; one of the same name in the same campaign is replaced."""
        values = (preset.campaign, preset.name, write_choices(preset.choices), owner, to_ms(now))
        with self._connections.write() as conn:
            row = conn.execute(
                "INSERT INTO preset (campaign, name, choices, owner, updated_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (campaign, name) DO UPDATE SET choices = excluded.choices, owner = excluded.owner, "
                "updated_at = excluded.updated_at RETURNING id",
                values,
            ).fetchone()
            return int(row["id"])

    def delete(self, preset_id: int) -> None:
        """Forget a preset."""
        with self._connections.write() as conn:
            conn.execute("DELETE FROM preset WHERE id = ?", (preset_id,))


class Favourites:
    """Read and write what an owner likes; `kind` is avatar or voice. Writes join the caller's transaction."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def of(self, owner: str, kind: str) -> frozenset[str]:
        """Return the ids of an owner's favourites of a kind."""
        rows = self._connections.read().execute("SELECT id FROM favourite WHERE owner = ? AND kind = ?", (owner, kind))
        return frozenset(row["id"] for row in rows)

    def mark(self, owner: str, kind: str, favourite_id: str, now: datetime, *, liked: bool) -> None:
        """Add a favourite, or take it away."""
        with self._connections.write() as conn:
            if liked:
                conn.execute(
                    "INSERT INTO favourite (owner, kind, id, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (owner, kind, favourite_id, to_ms(now)),
                )
            else:
                conn.execute(
                    "DELETE FROM favourite WHERE owner = ? AND kind = ? AND id = ?", (owner, kind, favourite_id)
                )


def _preset(row: Row) -> Preset:
    return Preset(id=row["id"], campaign=row["campaign"], name=row["name"], choices=read_choices(row["choices"]))
