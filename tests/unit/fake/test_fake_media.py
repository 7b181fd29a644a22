"""Words in time, subtitles, lettering, pictures and sound."""

from __future__ import annotations

import io
import re
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_heygen.avatars import LOOKS
from fake_heygen.media.lettering import drawable
from fake_heygen.media.portrait import draw_portrait
from fake_heygen.media.speech import sample_wav
from fake_heygen.media.subtitles import lines, srt
from fake_heygen.media.timeline import FRAMES_PER_S, film_seconds, spoken_words
from fake_heygen.voices import VOICES, named


@pytest.mark.parametrize(("count", "seconds"), [(0, 3.0), (1, 3.0), (20, 9.0), (30, 13.0), (500, 20.0)])
def test_film_is_as_long_as_the_words_take(count: int, seconds: float) -> None:
    assert film_seconds("palabra " * count) == seconds


def test_faster_speech_makes_a_shorter_film() -> None:
    assert film_seconds("palabra " * 20, speed=1.5) < film_seconds("palabra " * 20) < film_seconds("palabra " * 20, 0.5)


@given(st.text(max_size=300))
def test_words_follow_each_other_within_the_film(spoken: str) -> None:
    seconds = film_seconds(spoken)
    words = spoken_words(spoken, seconds)
    assert [word.text for word in words] == spoken.split()
    assert seconds * FRAMES_PER_S == round(seconds * FRAMES_PER_S)
    ends = [0.0] + [word.ends_s for word in words]
    assert all(
        word.starts_s >= end - 1e-9 and word.ends_s > word.starts_s for word, end in zip(words, ends, strict=False)
    )
    assert ends[-1] <= seconds


def test_subtitles_are_valid_and_timed_like_the_words() -> None:
    spoken = "¡Hola! Soy Lucía y hoy os cuento las novedades de la campaña de otoño."
    words = spoken_words(spoken, 8.0)
    blocks = srt(words).strip().split("\n\n")
    stamp = r"\d\d:\d\d:\d\d,\d\d\d"
    for number, block in enumerate(blocks, 1):
        assert re.fullmatch(rf"{number}\n{stamp} --> {stamp}\n[^\n]+", block)
    assert " ".join(block.split("\n")[2] for block in blocks) == spoken
    assert lines(words)[0].text == "¡Hola!"
    assert srt([]) == ""


def test_spanish_letters_are_drawn_and_emoji_are_dropped() -> None:
    assert drawable("¿¡áéíóúüñÁÉÍÓÚÜÑ!?«»—…€ çãê") == "¿¡áéíóúüñÁÉÍÓÚÜÑ!?«»—…€ çãê"
    assert drawable("hola🎉👩‍🚀") == "hola"
    assert drawable("漢字") == ""


def test_presenters_and_voices_begin_with_spanish_and_are_enough() -> None:
    assert len(LOOKS) >= 8
    assert len(VOICES) >= 10
    assert [voice.language for voice in VOICES[:5]] == ["Spanish"] * 5
    assert len({voice.voice_id for voice in VOICES}) == len(VOICES)
    assert all(re.fullmatch(r"[0-9a-f]{32}", voice.voice_id) for voice in VOICES)
    assert all(named(look.voice).gender == look.gender for look in LOOKS)


def test_every_presenter_looks_different() -> None:
    pictures = {draw_portrait(look, 60, 80).tobytes() for look in LOOKS}
    assert len(pictures) == len(LOOKS)


def test_every_voice_sounds_different_and_is_short() -> None:
    samples = {sample_wav(voice) for voice in VOICES}
    assert len(samples) == len(VOICES)
    with wave.open(io.BytesIO(samples.pop())) as sound:
        assert sound.getnchannels() == 1
        assert 1.0 < sound.getnframes() / sound.getframerate() < 3.0
        frames = sound.readframes(sound.getnframes())
    loud = memoryview(frames).cast("h")
    assert 3000 < max(loud) < 32767
