"""Write the choices for a reel as JSON, and read them back."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Final

from core.presets import Choices

_NAMES: Final = frozenset(field.name for field in fields(Choices))


def write_choices(choices: Choices) -> str:
    """Return choices as JSON."""
    return json.dumps(asdict(choices), ensure_ascii=False)


def read_choices(text: str) -> Choices:
    """Read choices from JSON; names that are not known any more are left out."""
    return Choices(**{name: value for name, value in json.loads(text).items() if name in _NAMES})
