"""Keep what is being written and what was chosen last: the SQL over the tables draft and last_choice."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.clock import from_ms, to_ms
from core.drafts import Draft
from core.presets import Choices
from core.store.choices import read_choices, write_choices
from core.store.connections import Connections, Row

_SELECT: Final = "SELECT key, owner, title, script, choices, updated_at FROM draft "


class Drafts:
    """Read and write drafts; writes join the caller's transaction."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, key: str) -> Draft | None:
        """Return a draft that was not submitted yet, or None."""
        row = self._connections.read().execute(_SELECT + "WHERE key = ? AND reel_id IS NULL", (key,)).fetchone()
        return None if row is None else _draft(row)

    def page(self, owner: str, limit: int, before: Draft | None = None) -> list[Draft]:
        """Return an owner's drafts, the latest first; those after `before` in that order."""
        since = None if before is None or before.updated_at is None else (to_ms(before.updated_at), before.key)
        older = "AND (updated_at, key) < (?, ?) " if since else ""
        sql = f"{_SELECT}WHERE owner = ? AND reel_id IS NULL {older}ORDER BY updated_at DESC, key DESC LIMIT ?"
        return [_draft(row) for row in self._connections.read().execute(sql, (owner, *(since or ()), limit))]

    def keep(self, draft: Draft, now: datetime) -> bool:
        """Write a draft down; False, and nothing is written, once a reel was made of it."""
        values = (draft.key, draft.owner, draft.title, draft.script, write_choices(draft.choices), to_ms(now))
        with self._connections.write() as conn:
            return bool(
                conn.execute(
                    "INSERT INTO draft (key, owner, title, script, choices, updated_at) SELECT ?, ?, ?, ?, ?, ? "
                    "WHERE NOT EXISTS (SELECT 1 FROM reel WHERE idempotency_key = ?) "
                    "ON CONFLICT (key) DO UPDATE SET title = excluded.title, script = excluded.script, "
                    "choices = excluded.choices, updated_at = excluded.updated_at WHERE draft.reel_id IS NULL",
                    (*values, draft.key),
                ).rowcount
            )

    def drop(self, key: str) -> None:
        """Forget a draft that was not submitted."""
        with self._connections.write() as conn:
            conn.execute("DELETE FROM draft WHERE key = ? AND reel_id IS NULL", (key,))

    def submit(self, key: str, owner: str, reel_id: int, now: datetime) -> None:
        """Write down which reel a draft has become; its words are the reel's from now on."""
        with self._connections.write() as conn:
            conn.execute(
                "INSERT INTO draft (key, owner, title, script, choices, updated_at, reel_id) "
                "VALUES (?, ?, '', '', '{}', ?, ?) ON CONFLICT (key) DO UPDATE SET title = '', script = '', "
                "choices = '{}', updated_at = excluded.updated_at, reel_id = excluded.reel_id",
                (key, owner, to_ms(now), reel_id),
            )

    def reel_of(self, key: str) -> int | None:
        """Return the reel that a draft has become, or None."""
        row = (
            self._connections.read()
            .execute(
                "SELECT reel_id AS id FROM draft WHERE key = :key AND reel_id IS NOT NULL "
                "UNION ALL SELECT id FROM reel WHERE idempotency_key = :key",
                {"key": key},
            )
            .fetchone()
        )
        return None if row is None else int(row["id"])

    def last_choices(self, owner: str) -> Choices | None:
        """Return what an owner chose last, or None."""
        row = self._connections.read().execute("SELECT choices FROM last_choice WHERE owner = ?", (owner,)).fetchone()
        return None if row is None else read_choices(row["choices"])

    def remember(self, owner: str, choices: Choices, now: datetime) -> None:
        """Write down what an owner chose."""
        with self._connections.write() as conn:
            conn.execute(
                "INSERT INTO last_choice (owner, choices, at) VALUES (?, ?, ?) "
                "ON CONFLICT (owner) DO UPDATE SET choices = excluded.choices, at = excluded.at",
                (owner, write_choices(choices), to_ms(now)),
            )


def _draft(row: Row) -> Draft:
    return Draft(
        key=row["key"],
        owner=row["owner"],
        title=row["title"],
        script=row["script"],
        choices=read_choices(row["choices"]),
        updated_at=from_ms(row["updated_at"]),
    )
