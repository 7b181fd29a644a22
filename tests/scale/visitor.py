"""A person before many hosts: comes through nginx, and is at times turned away by a database that is away."""

from __future__ import annotations

from typing import Final

import httpx
import psycopg

from tests.torture.person import Person

OFFERED: Final = ("/healthz", "/", "/_stcore/health", "/reel?id=1")
NOBODY: Final = (502, 504)  # nginx' words for hosts that do not answer
OURS: Final = (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled)


def is_away(error: BaseException) -> bool:
    """Tell whether an error says that the database cannot be reached, and nothing else."""
    cause = error.__cause__
    away = isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError | OSError)
    return away and not isinstance(cause, OURS)


class Visitor(Person):
    """Use the product like any person, from outside."""

    def forgives(self, error: BaseException) -> bool:
        """Forgive that the database is away: it was taken away."""
        return is_away(error)

    def _read(self) -> None:
        path = self._random.choice(OFFERED)
        try:
            answer = httpx.get(self._url + path, timeout=8.0, trust_env=False)
        except httpx.HTTPError:
            return
        self.texts.append(answer.text)
        self.counts["pages read" if path != "/healthz" else "health read"] += answer.status_code == 200
        if answer.status_code not in (200, 503, *NOBODY):
            self.complaints.append(("refused", f"GET {path} was answered {answer.status_code}"))
