"""A rule of the certificate, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from fake_heygen.proof.certificate.subject import Subject

Examine = Callable[[Subject], str | None]


class Result(StrEnum):
    """What became of a rule; a warning has passed."""

    PASS = "pass"  # noqa: S105  # a result
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a sound receiver does. `examine` returns None or a warning, or raises Failed or Skipped.

    Where a gate fails, nothing that follows it can be told.
    """

    name: str
    claim: str
    examine: Examine
    gate: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A rule as it was kept, with the reason for anything but a pass."""

    rule: Rule
    result: Result
    reason: str = ""
    seconds: float = 0.0
