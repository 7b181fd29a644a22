"""Read words of the fault vocabulary: `key=value` becomes an Effect, anything else a sentence that teaches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from fake_heygen.faults import BY_NAME, Argument, Fault, find, keys, rows

UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
LONGEST_S = 30 * 86400.0
MOST_COPIES = 100


class VocabularyError(ValueError):
    """Say which word is not known, and which are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One word of the vocabulary as read: seconds, a count or a text for its arguments."""

    key: str
    word: str = ""
    seconds: float = 0.0
    upto_s: float = 0.0
    count: int = 0
    text: str = ""

    @property
    def name(self) -> str:
        """Return the name of its row in the table."""
        return f"{self.key}={self.word}" if self.word else self.key

    def __str__(self) -> str:
        """Write the effect as it may be read again."""
        times = iter((self.seconds, self.upto_s))
        written = [self._written(argument, times) for argument in BY_NAME[self.name].arguments]
        return f"{self.key}=" + ":".join(part for part in (self.word, *written) if part)

    def _written(self, argument: Argument, times: Iterator[float]) -> str:
        if argument is Argument.DURATION:
            return f"{next(times):.3f}".rstrip("0").rstrip(".") + "s"
        return str(self.count) if argument is Argument.COUNT else self.text


def read_effect(key: str, value: str) -> Effect:
    """Read one `key=value`."""
    if not rows(key):
        raise VocabularyError(f"unknown word {key!r}; known: {', '.join(keys())}")
    fault, argument = _row_and_argument(key, value)
    if not fault.arguments:
        if argument is not None:
            raise VocabularyError(f"{fault.name} takes no argument, got {argument!r}")
        return Effect(key=fault.key, word=fault.word)
    if argument is None:
        argument = fault.default
    if argument is None:
        needed = f"a {fault.arguments[0].value}"
        raise VocabularyError(f"{fault.name} needs {needed}: {fault.grammar}")
    return _read_arguments(fault, argument)


def read_effects(words: Mapping[str, object]) -> tuple[Effect, ...]:
    """Read a table of a scenario, where a value may be a list of words."""
    effects: list[Effect] = []
    for key, value in words.items():
        values = value if isinstance(value, list) else [value]
        effects += [read_effect(key, str(item)) for item in values]
    return tuple(effects)


def read_duration(text: str) -> float:
    """Read `20s`, `5m`, `2h`, `3d` or a plain number of seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if match is None:
        raise VocabularyError(f"{text!r} is not a time; write 20s, 5m, 2h, 3d or a number of seconds")
    seconds = float(match[1]) * UNITS[match[2]]
    if seconds > LONGEST_S:
        raise VocabularyError(f"{text!r} is longer than 30 days")
    return seconds


def _row_and_argument(key: str, value: str) -> tuple[Fault, str | None]:
    if fault := find(key, value):
        return fault, None
    if free := find(key, ""):
        return free, value
    word, _, argument = value.partition(":")
    if fault := find(key, word):
        return fault, argument
    known = ", ".join(fault.grammar.removeprefix(f"{key}=") for fault in rows(key))
    raise VocabularyError(f"unknown value {value!r} for {key}; known: {known}")


def _read_arguments(fault: Fault, text: str) -> Effect:
    parts = text.split(":", len(fault.arguments) - 1)
    if len(parts) < len(fault.arguments):
        raise VocabularyError(f"{fault.name} needs {len(fault.arguments)} arguments: {fault.grammar}")
    effect = Effect(key=fault.key, word=fault.word)
    for number, (argument, part) in enumerate(zip(fault.arguments, parts, strict=True)):
        second_time = argument is Argument.DURATION and Argument.DURATION in fault.arguments[:number]
        effect = _with(effect, argument, part, second_time=second_time)
    return effect


def _with(effect: Effect, argument: Argument, part: str, *, second_time: bool) -> Effect:
    match argument:
        case Argument.DURATION if second_time:
            low_s, high_s = sorted((effect.seconds, read_duration(part)))
            return replace(effect, seconds=low_s, upto_s=high_s)
        case Argument.DURATION:
            return replace(effect, seconds=read_duration(part))
        case Argument.COUNT:
            return replace(effect, count=_read_count(part))
        case Argument.CODE if not re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", part):
            raise VocabularyError(f"{part!r} is not a code; write letters, digits and _")
        case _:
            return replace(effect, text=part)


def _read_count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_COPIES:
        raise VocabularyError(f"{text!r} is not a count from 1 to {MOST_COPIES}")
    return int(text)
