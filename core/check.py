"""Define what a check of the doctor says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Result(StrEnum):
    """Say how a check came out."""

    PASS = "pass"  # noqa: S105  # a verdict, not a password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Hold one check: what was looked at, how it came out, what was seen, and what to do."""

    name: str
    result: Result
    seen: str
    advice: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {key: str(value) for key, value in asdict(self).items()}
