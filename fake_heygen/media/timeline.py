"""When each word is spoken, and so how long a film is."""

from __future__ import annotations

from dataclasses import dataclass

WORDS_PER_MINUTE = 150.0
SHORTEST_S = 3.0
LONGEST_S = 20.0
LEAD_S = 0.4
TAIL_S = 0.6
FRAMES_PER_S = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWord:
    """A word and the seconds of the film between which it is spoken."""

    text: str
    starts_s: float
    ends_s: float


def film_seconds(spoken: str, speed: float = 1.0) -> float:
    """Return the length of the film, a whole number of frames; long scripts are spoken faster to fit."""
    words = len(spoken.split())
    natural = LEAD_S + words * 60.0 / (WORDS_PER_MINUTE * speed) + TAIL_S
    return round(min(max(natural, SHORTEST_S), LONGEST_S) * FRAMES_PER_S) / FRAMES_PER_S


def spoken_words(spoken: str, film_s: float) -> list[SpokenWord]:
    """Spread the words over the film; a long word takes longer than a short one."""
    words = spoken.split()
    if not words:
        return []
    weights = [_weight(word) for word in words]
    second = (film_s - LEAD_S - TAIL_S) / sum(weights)
    timed: list[SpokenWord] = []
    at = LEAD_S
    for word, weight in zip(words, weights, strict=True):
        timed.append(SpokenWord(text=word, starts_s=at, ends_s=at + weight * second))
        at += weight * second
    return timed


def _weight(word: str) -> float:
    pause = 2.5 if word[-1] in ".!?…" else 1.2 if word[-1] in ",;:" else 0.0
    return 2.0 + min(len(word), 14) + pause
