"""Keep the signing secrets of the endpoint that we registered: in a file of the owner's, never in the database."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from core.errors import StoreError

OLD_SECRET_LIFE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSecret:
    """Hold one signing secret of one endpoint; `until` (ISO) ends the life of one that was rotated away.

    `account` names the HeyGen account that signs with it.
    """

    endpoint_id: str
    secret: str
    until: str | None = None
    account: str = ""

    def __repr__(self) -> str:
        return f"KeptSecret(endpoint_id={self.endpoint_id!r}, until={self.until!r}, account={self.account!r})"

    def holds_at(self, now: datetime) -> bool:
        """Tell whether the secret is believed at a moment."""
        return self.until is None or datetime.fromisoformat(self.until) > now


class SecretFile:
    """Read and write the secrets beside the database; reading follows the file when another process changes it."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(f"{database.stem}.webhook-secrets.json")
        self._seen: tuple[int, int] | None = None
        self._kept: tuple[KeptSecret, ...] = ()

    def believed(self, now: datetime, account: str = "") -> Sequence[str]:
        """Return the secrets of an account that are believed now, newest first."""
        return [kept.secret for kept in self.read() if kept.account == account and kept.holds_at(now)]

    def read(self) -> tuple[KeptSecret, ...]:
        """Return everything in the file; it is parsed again only when it has changed."""
        try:
            stat = self.path.stat()
        except OSError:
            return ()
        if (stat.st_mtime_ns, stat.st_ino) != self._seen:
            self._kept = self._parsed()
            self._seen = (stat.st_mtime_ns, stat.st_ino)
        return self._kept

    def _parsed(self) -> tuple[KeptSecret, ...]:
        try:
            return tuple(KeptSecret(**row) for row in json.loads(self.path.read_text()))
        except (OSError, ValueError, TypeError) as error:  # why: by the error's name, for its words may hold a secret
            raise StoreError("{path} cannot be read: {why}.", path=str(self.path), why=type(error).__name__) from None

    def add(self, endpoint_id: str, secret: str, now: datetime, account: str = "") -> None:
        """Believe a new secret of an account from now on, and the ones before it for another day."""
        ends = (now + OLD_SECRET_LIFE).isoformat()
        old = [kept for kept in self.read() if kept.holds_at(now)]
        aged = [replace(kept, until=kept.until or ends) if kept.account == account else kept for kept in old]
        self._write([KeptSecret(endpoint_id=endpoint_id, secret=secret, account=account), *aged])

    def _write(self, kept: Sequence[KeptSecret]) -> None:
        """Replace the file whole, readable by its owner alone."""
        part = self.path.with_suffix(f".{os.getpid()}.part")
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump([asdict(row) for row in kept], file)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
        except OSError as error:
            raise StoreError("{path} cannot be written ({why}).", path=str(self.path), why=str(error)) from error
