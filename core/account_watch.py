"""Look at an account of HeyGen from time to time: its wallet, its catalogue, and whether a stopped queue is cured."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core import catalogue, pace
from core.accounts import fact
from core.catalogue import CATALOGUE
from core.errors import HeyGenError
from core.models import Account
from core.processor import HeyGenVideoProcessor

ACCOUNT: Final = "account"
ACCOUNT_S: Final = 60.0
ACCOUNT_SOON_S: Final = 5.0
QUIET: Final = "account_quiet"  # for as long as HeyGen asks for
CATALOGUE_S: Final = 600.0


class AccountWatch:
    """Watch one account; of several processes one looks at a time."""

    def __init__(self, processor: HeyGenVideoProcessor, account: str) -> None:
        self._store = processor.store
        self._account = processor.accounts.get(account)
        self._submission = processor.submission_of(account)
        self._known, self._quiet, self._catalogue = (fact(name, account) for name in (ACCOUNT, QUIET, CATALOGUE))

    def turn(self, now: datetime) -> float:
        """Look if it is time; return the seconds after which it is worth looking again."""
        if not pace.is_due(self._store, self._quiet, now):
            return 1.0
        gate = self._submission.gate()
        probe = gate.state == "stopped" and gate.until is not None and gate.until <= now
        if probe:
            pace.postpone(self._store, self._known, now, ACCOUNT_S)
        elif not pace.take(self._store, self._known, now, ACCOUNT_S):
            return 1.0
        try:
            self._note_account(self._account.client.me(), now)
            if pace.is_due(self._store, self._catalogue, now):
                catalogue.refresh(self._store, self._account.client, now, self._account.name)
                pace.postpone(self._store, self._catalogue, now, CATALOGUE_S)
        except HeyGenError as error:
            return self._note_problem(error, now)
        return 1.0

    def _note_problem(self, error: HeyGenError, now: datetime) -> float:
        """Keep what went wrong; while there is no catalogue, the account is looked at again soon."""
        before = self._store.facts.get(self._known) or {}
        problem = {
            "message": error.message,
            "values": error.values,
            "code": getattr(error, "code", "unreachable"),
        }
        with self._store.transaction():
            self._store.facts.put(self._known, {**before, "problem": problem}, now)
            self._submission.keep_gate(self._submission.gate().after_failed_look(now), now)
            if error.retry_after_s:
                pace.postpone(self._store, self._quiet, now, error.retry_after_s)
        if not pace.is_due(self._store, self._catalogue, now):
            return 1.0
        pace.postpone(self._store, self._known, now, ACCOUNT_SOON_S)
        return ACCOUNT_SOON_S

    def _note_account(self, account: Account, now: datetime) -> None:
        """Keep the wallet's balance, and let what the account says open a stopped queue."""
        known = {"balance": account.balance, "currency": account.currency, "name": account.name}
        with self._store.transaction():
            self._store.facts.put(self._known, known, now)
            self._submission.keep_gate(self._submission.gate().after_look(account.balance, now), now)
