"""The voices of the account: Spanish first, then others; the numbers give each its sound."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A voice; `pitch_hz` and `tract` (the size of the throat, 1 for a man's) give it its sound."""

    name: str
    language: str
    locale: str
    gender: str
    pitch_hz: float
    tract: float
    greeting: str

    @property
    def voice_id(self) -> str:
        """Return its id, 32 hexadecimal characters."""
        return hashlib.sha256(f"voice:{self.name}:{self.locale}".encode()).hexdigest()[:32]


def _voice(name: str, language: str, locale: str, gender: str, pitch_hz: float, tract: float, greeting: str) -> Voice:
    return Voice(
        name=name,
        language=language,
        locale=locale,
        gender=gender,
        pitch_hz=pitch_hz,
        tract=tract,
        greeting=greeting,
    )


VOICES: tuple[Voice, ...] = (
    _voice("Lucía", "Spanish", "es-ES", "female", 205.0, 1.17, "Hola, soy Lucía"),
    _voice("Mateo", "Spanish", "es-MX", "male", 118.0, 1.0, "Hola, soy Mateo"),
    _voice("Valentina", "Spanish", "es-AR", "female", 222.0, 1.2, "Hola, soy Valentina"),
    _voice("Andrés", "Spanish", "es-CO", "male", 104.0, 0.97, "Hola, soy Andrés"),
    _voice("Camila", "Spanish", "es-CL", "female", 190.0, 1.14, "Hola, soy Camila"),
    _voice("Javier", "Spanish", "es-ES", "male", 128.0, 1.03, "Hola, soy Javier"),
    _voice("Emma", "English", "en-US", "female", 210.0, 1.16, "Hello, I am Emma"),
    _voice("James", "English", "en-GB", "male", 112.0, 1.0, "Hello, I am James"),
    _voice("Beatriz", "Portuguese", "pt-BR", "female", 198.0, 1.15, "Olá, eu sou a Beatriz"),
    _voice("Chloé", "French", "fr-FR", "female", 216.0, 1.18, "Bonjour, je suis Chloé"),
    _voice("Lukas", "German", "de-DE", "male", 108.0, 0.98, "Hallo, ich bin Lukas"),
    _voice("Giulia", "Italian", "it-IT", "female", 226.0, 1.2, "Ciao, sono Giulia"),
)
BY_ID = {voice.voice_id: voice for voice in VOICES}


def named(name: str) -> Voice:
    """Return the voice of a name."""
    return next(voice for voice in VOICES if voice.name == name)
