"""Define what a check of the doctor says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.errors import ReelsError


class Result(StrEnum):
    """Say how a check came out."""

    PASS = "pass"  # noqa: S105  # a verdict, not a password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Told:
    """Hold a sentence as template and values, so that a page can translate the template; as text it is English."""

    template: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values) if self.values else self.template

    def __bool__(self) -> bool:
        return bool(self.template)


def told(template: str, **values: object) -> Told:
    """Return a sentence of plain JSON values; the template stands in the catalogue."""
    plain = {name: value if isinstance(value, int | float) else str(value) for name, value in values.items()}
    return Told(template, plain)


def told_of(error: ReelsError) -> Told:
    """Return the sentence of an error."""
    return told(error.message, **error.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Hold one check: what was looked at, how it came out, what was seen, and what to do."""

    name: str
    result: Result
    seen: Told | str
    advice: Told | str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, in English."""
        return {"name": self.name, "result": str(self.result), "seen": str(self.seen), "advice": str(self.advice)}

    def to_fact(self) -> dict[str, Any]:
        """Return what `of_fact` reads back, templates and values apart."""
        return {"name": self.name, "result": str(self.result), "seen": apart(self.seen), "advice": apart(self.advice)}

    @classmethod
    def of_fact(cls, row: Mapping[str, Any]) -> Check:
        """Read what `to_fact` wrote."""
        seen, advice = (Told(*row[name]) for name in ("seen", "advice"))
        return cls(name=str(row["name"]), result=Result(row["result"]), seen=seen, advice=advice)


def apart(sentence: Told | str) -> tuple[str, dict[str, Any]]:
    """Return a sentence as template and values, plain JSON both."""
    return (sentence, {}) if isinstance(sentence, str) else (sentence.template, dict(sentence.values))
