"""Sound of the voices: vowels with the formants and the pitch of each, a melody rather than speech."""

from __future__ import annotations

import io
import re
import wave
from array import array
from functools import lru_cache
from math import exp, pi, sin
from random import Random
from unicodedata import normalize

from fake_heygen.media.timeline import LEAD_S, TAIL_S, SpokenWord, spoken_words
from fake_heygen.voices import Voice

RATE = 16_000
TABLE = 512
LOUDNESS = 9000.0
SAMPLE_WORD_S = 0.36
FORMANTS = {
    "a": ((760, 1.0), (1250, 0.6), (2600, 0.2)),
    "e": ((500, 1.0), (1800, 0.5), (2550, 0.25)),
    "i": ((300, 1.0), (2250, 0.45), (3000, 0.25)),
    "o": ((500, 1.0), (900, 0.6), (2500, 0.12)),
    "u": ((330, 1.0), (750, 0.4), (2300, 0.08)),
}
HISSING = "sfzcjxh"


def speech(
    words: list[SpokenWord], voice: Voice, seconds: float, *, pitch: float = 0.0, volume: float = 1.0
) -> array[int]:
    """Return mono 16-bit samples in which every syllable of the words is heard at its time."""
    track = array("h", bytes(2 * round(seconds * RATE)))
    pitch_hz = voice.pitch_hz * 2 ** (pitch / 100)
    for place, word in enumerate(words):
        tune = _tune(word.text, place)
        sounds = _syllables(word.text)
        length = (word.ends_s - word.starts_s) / len(sounds)
        for number, (hissing, vowel) in enumerate(sounds):
            start = round((word.starts_s + number * length) * RATE)
            glide = pitch_hz * tune, pitch_hz * tune * (0.94 if number == len(sounds) - 1 else 1.03)
            _lay(track, start, _tone(voice.tract, vowel, glide, length * 0.86, volume))
            if hissing:
                _lay(track, start, _hiss(volume))
    return track


def sample_wav(voice: Voice) -> bytes:
    """Return the sound sample of a voice as a WAV file."""
    seconds = LEAD_S + SAMPLE_WORD_S * len(voice.greeting.split()) + TAIL_S
    track = speech(spoken_words(voice.greeting, seconds), voice, seconds)[round(LEAD_S * RATE / 2) :]
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(track.tobytes())
    return file.getvalue()


def _tune(word: str, place: int) -> float:
    melody = (1.06, 1.0, 1.1, 0.97, 1.03, 0.94)[place % 6]
    return melody * (1.16 if word.endswith("?") else 0.9 if word[-1] in ".!" else 1.0)


def _syllables(word: str) -> list[tuple[bool, str]]:
    plain = normalize("NFD", word.casefold()).encode("ascii", "ignore").decode()
    groups = re.findall(r"([^aeiouy]*)([aeiouy])[aeiouy]*", plain)
    sounds = [(any(letter in HISSING for letter in before), vowel.replace("y", "i")) for before, vowel in groups]
    return sounds or [(False, "e")]


@lru_cache(maxsize=256)
def _period(tract: float, vowel: str, pitch_hz: int) -> tuple[float, ...]:
    table = [0.0] * TABLE
    for harmonic in range(1, max(2, int(3600 / pitch_hz))):
        strength = sum(
            gain * exp(-(((harmonic * pitch_hz - centre * tract) / 190.0) ** 2)) for centre, gain in FORMANTS[vowel]
        )
        strength = (strength + 0.05) / harmonic**0.35
        for index in range(TABLE):
            table[index] += strength * sin(2 * pi * harmonic * index / TABLE)
    peak = max(map(abs, table))
    return tuple(LOUDNESS * value / peak for value in table)


def _tone(tract: float, vowel: str, glide: tuple[float, float], seconds: float, volume: float) -> list[int]:
    table = _period(tract, vowel, round(glide[0] / 12) * 12)
    count = max(1, round(seconds * RATE))
    envelope = _envelope(count)
    step, bend = glide[0] * TABLE / RATE, (glide[1] - glide[0]) * TABLE / RATE / count
    phase, tone = 0.0, []
    for index in range(count):
        tone.append(int(table[int(phase) % TABLE] * envelope[index] * volume))
        phase += step + bend * index
    return tone


@lru_cache(maxsize=64)
def _envelope(count: int) -> tuple[float, ...]:
    rise, fall = max(1, count // 6), max(1, count // 2)
    return tuple(min(1.0, index / rise, (count - index) / fall) for index in range(count))


@lru_cache(maxsize=8)
def _hiss(volume: float) -> tuple[int, ...]:
    noise, count = Random(7), RATE // 16
    return tuple(int(noise.gauss(0, 700) * volume * sin(pi * index / count)) for index in range(count))


def _lay(track: array[int], start: int, sound: list[int] | tuple[int, ...]) -> None:
    for index, value in enumerate(sound[: max(0, len(track) - start)], start):
        track[index] = max(-32768, min(32767, track[index] + value))
