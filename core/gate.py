"""Decide whether the queue may feed HeyGen, and what an error answer to a submission means: pure.

The gate is open; or paused until a moment (429, no connection); or stopped (401, 402) until a person or a look at the
account opens it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from core.errors import HeyGenError, HeyGenRefused, Unreachable
from core.schedule import backoff_s

DAILY_CODES: Final = frozenset({"quota_exceeded", "trial_limit_exceeded", "daily_limit_exceeded"})
KEY_CODES: Final = frozenset({"unauthorized", "authentication_failed"})
DAILY_WAIT_S: Final = 3600.0
LONGEST_WAIT_S: Final = 86_400.0
PROBE_EVERY_S: Final = 60.0


class Outcome(StrEnum):
    """Sort what an error says about the one submission that met it."""

    FINAL = "final"
    STOP = "stop"
    PAUSE = "pause"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


def judge(error: HeyGenError) -> Outcome:
    """Say what an error means: only a clear refusal is an answer; everything else after sending is unknown."""
    if isinstance(error, Unreachable):
        return Outcome.NOT_SENT
    if not isinstance(error, HeyGenRefused) or error.status < 400 or error.status in {408, 409, 425}:
        return Outcome.UNKNOWN
    if error.status in {401, 402}:
        return Outcome.STOP
    return Outcome.PAUSE if error.status == 429 else Outcome.FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Hold the state of the queue: `open`, `paused` or `stopped`, why, and until when.

    While stopped, `until` is when the account is looked at next, and `balance` what its wallet held at the last look.
    """

    state: str = "open"
    reason: str | None = None
    message: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    request_id: str | None = None
    until: datetime | None = None
    strikes: int = 0
    balance: float | None = None

    def lets_through(self, now: datetime) -> bool:
        """Tell whether something may be sent now."""
        return self.state == "open" or (self.state == "paused" and (self.until is None or self.until <= now))

    def after(self, error: HeyGenError, now: datetime, jitter: float) -> Gate:
        """Return the gate as an error answer leaves it."""
        outcome = judge(error)
        if outcome is Outcome.STOP:
            return self if self.state == "stopped" else self._closed("stopped", error, now)
        if outcome not in {Outcome.PAUSE, Outcome.NOT_SENT} or self.state == "stopped":
            return self
        until = now + timedelta(seconds=self._wait_s(error, jitter))
        if self.until is not None and self.until > now:  # several were on their way: one strike, the longest wait
            return replace(self, until=max(self.until, until) if error.retry_after_s is not None else self.until)
        return self._closed("paused", error, until)

    def after_look(self, balance: float | None, now: datetime) -> Gate:
        """Return the gate after the account answered: a key that works opens it, and so does a fuller wallet."""
        if self.state != "stopped":
            return self
        if self.reason in KEY_CODES or (balance is not None and self.balance is not None and balance > self.balance):
            return Gate()
        return replace(self, balance=balance, until=now + timedelta(seconds=PROBE_EVERY_S))

    def after_failed_look(self, now: datetime) -> Gate:
        """Return the gate after the account could not be read: a stopped one waits before the next look."""
        return replace(self, until=now + timedelta(seconds=PROBE_EVERY_S)) if self.state == "stopped" else self

    def _wait_s(self, error: HeyGenError, jitter: float) -> float:
        is_daily = isinstance(error, HeyGenRefused) and error.code in DAILY_CODES
        if error.retry_after_s is not None:
            told_s = min(error.retry_after_s, LONGEST_WAIT_S)
            # A short wait that is told of a limit for the whole day is believed only the first time.
            return max(told_s, self._backoff_s(jitter, DAILY_WAIT_S)) if is_daily else told_s
        return DAILY_WAIT_S if is_daily else self._backoff_s(jitter)

    def _backoff_s(self, jitter: float, cap_s: float = 60.0) -> float:
        return backoff_s(self.strikes + 1, jitter, base_s=2.0, cap_s=cap_s)

    def _closed(self, state: str, error: HeyGenError, until: datetime) -> Gate:
        return Gate(
            state=state,
            reason=error.code if isinstance(error, HeyGenRefused) else "unreachable",
            message=error.message,
            values=error.values,
            request_id=error.request_id if isinstance(error, HeyGenRefused) else None,
            until=until,
            strikes=self.strikes + 1,
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        until = None if self.until is None else self.until.isoformat()
        return asdict(self) | {"until": until}

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Gate:
        """Read what `to_json` wrote; None is the open gate."""
        if data is None:
            return cls()
        until = data.get("until")
        return cls(**(dict(data) | {"until": datetime.fromisoformat(until) if until else None}))
