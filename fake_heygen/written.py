"""Write effects down: as the magic words of a script, and as the rule of a scenario in TOML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from fake_heygen.faults import Argument, Fault
from fake_heygen.scenario import Match
from fake_heygen.vocabulary import Effect, read_effect

SAMPLES: Mapping[Argument, str] = {
    Argument.DURATION: "30s",
    Argument.COUNT: "2",
    Argument.CODE: "rendering_failed",
    Argument.TEXT: "The studio is closed.",
}
_ANY = asdict(Match())


def sample(fault: Fault) -> Effect:
    """Return a fault with its default arguments, or with usual ones where it has none."""
    given = fault.default or ":".join(SAMPLES[argument] for argument in fault.arguments)
    return read_effect(fault.key, ":".join(part for part in (fault.word, given) if part))


def magic(effects: Iterable[Effect]) -> str:
    """Write the words that a script ends in."""
    return f"[[sim: {' '.join(_word(effect) for effect in effects)}]]"


def fate(effects: Iterable[Effect]) -> dict[str, str | list[str]]:
    """Return the table of a rule's fate; a key that stands more than once has a list."""
    values: dict[str, list[str]] = {}
    for effect in effects:
        values.setdefault(effect.key, []).append(_value(effect))
    return {key: found[0] if len(found) == 1 else found for key, found in values.items()}


def rule(effects: Iterable[Effect], match: Match | None = None) -> str:
    """Write the rule of a scenario that stands for these words, for the videos that match."""
    chosen = {} if match is None else {key: value for key, value in asdict(match).items() if value != _ANY[key]}
    lines = ["[[rule]]", f"match = {_table(chosen)}"] if chosen else ["[[rule]]"]
    return "\n".join([*lines, f"fate = {_table(fate(effects))}"])


def _word(effect: Effect) -> str:
    value = _value(effect)
    return f'{effect.key}="{value}"' if any(char.isspace() for char in value) else f"{effect.key}={value}"


def _value(effect: Effect) -> str:
    return str(effect).partition("=")[2]


def _table(pairs: Mapping[str, object]) -> str:
    return f"{{ {', '.join(f'{key} = {_toml(value)}' for key, value in pairs.items())} }}"


def _toml(value: object) -> str:
    """Write texts, numbers and lists of them; TOML's strings are JSON's, but for the sign DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
