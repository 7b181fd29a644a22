"""Hold what was measured beside what was wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Hold one figure as often as it was measured; without a target it is only told; `at_most`: less is better.

    Without a value it could not be measured here.
    """

    name: str
    values: Sequence[float]
    target: float | None = None
    aim: float | None = None
    at_most: bool = False
    unit: str = "×"

    @property
    def value(self) -> float | None:
        """Return the median, None when there is nothing to take it of."""
        return median(self.values) if self.values else None

    @property
    def verdict(self) -> str:
        """Return `pass`, `MISS`, or nothing where there is no target or no figure."""
        if self.target is None or self.value is None:
            return ""
        return "pass" if (self.value <= self.target if self.at_most else self.value >= self.target) else "MISS"

    def cells(self) -> tuple[str, str, str, str, str, str]:
        """Return name, figure, target, aim, verdict and spread as the table shows them."""
        sign = "≤ " if self.at_most else "≥ "
        target, aim = (f"{sign}{_short(goal)}" if goal is not None else "" for goal in (self.target, self.aim))
        spread = f"{_short(min(self.values))} to {_short(max(self.values))}" if len(self.values) > 1 else ""
        figure = "not measured" if self.value is None else f"{_short(self.value)} {self.unit}"
        return self.name, figure, target, aim, self.verdict, spread

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "name": self.name,
            "value": self.value,
            "values": list(self.values),
            "unit": self.unit,
            "target": self.target,
            "aim": self.aim,
            "at_most": self.at_most,
            "verdict": self.verdict,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Result:
        """Read what `to_json` wrote."""
        return cls(**{name: data[name] for name in ("name", "values", "target", "aim", "at_most", "unit")})


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
