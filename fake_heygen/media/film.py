"""Make films: a presenter who speaks the words, as H.264 with an AAC track, ready to stream."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image

from fake_heygen.avatars import BY_ID as LOOKS_BY_ID
from fake_heygen.media.speech import RATE, speech
from fake_heygen.media.stage import Stage
from fake_heygen.media.subtitles import Line, lines
from fake_heygen.media.timeline import FRAMES_PER_S, SpokenWord, spoken_words
from fake_heygen.video import Video
from fake_heygen.voices import BY_ID as VOICES_BY_ID

SYLLABLE_S = 0.2
MOUTH = (1, 2, 2, 1)
MP4 = {"preset": "superfast", "crf": "24", "tune": "animation"}
WEBM = {"deadline": "realtime", "cpu-used": "8", "crf": "10", "b": "1M"}
AUDIO_BLOCK = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The words of a film with their times and lines."""

    words: tuple[SpokenWord, ...]
    lines: tuple[Line, ...]
    seconds: float

    def at(self, at_s: float) -> tuple[Line | None, SpokenWord | None]:
        """Return the line that is shown and the word that is spoken."""
        number = bisect_right([line.words[0].starts_s for line in self.lines], at_s) - 1
        if number < 0:
            return None, None
        line = self.lines[number]
        return line, next((word for word in line.words if word.starts_s <= at_s < word.ends_s), None)


def script_of(video: Video) -> Script:
    """Return the timed words of a video."""
    words = tuple(spoken_words(video.spoken, video.duration_s))
    return Script(words=words, lines=tuple(lines(words)), seconds=video.duration_s)


def make_film(video: Video, path: Path, *, captioned: bool) -> None:
    """Write the film of a video."""
    script, stage = script_of(video), _stage(video, boxed=captioned)
    with _opened(path, video.request.output_format) as film:
        picture, sound = _streams(film, video.request.output_format)
        picture.width, picture.height, picture.pix_fmt = stage.width, stage.height, "yuv420p"
        for number in range(round(script.seconds * FRAMES_PER_S)):
            frame = av.VideoFrame.from_image(_frame(stage, script, number / FRAMES_PER_S))  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
            film.mux(picture.encode(frame))
        film.mux(picture.encode(None))
        for block in _audio_blocks(_track(video, script)):
            film.mux(sound.encode(block))
        film.mux(sound.encode(None))


def _opened(path: Path, output_format: str) -> OutputContainer:
    options = {"movflags": "+faststart"} if output_format == "mp4" else {}
    return av.open(path, "w", format=output_format, options=options)


def _streams(film: OutputContainer, output_format: str) -> tuple[VideoStream, AudioStream]:
    if output_format == "webm":
        picture = film.add_stream("libvpx", rate=FRAMES_PER_S, options=WEBM)
        return picture, film.add_stream("libopus", rate=RATE, layout="mono")
    picture = film.add_stream("libx264", rate=FRAMES_PER_S, options=MP4)
    return picture, film.add_stream("aac", rate=RATE, layout="mono")


def make_thumbnail(video: Video, path: Path) -> None:
    """Write the still picture of a video."""
    script, stage = script_of(video), _stage(video, boxed=False)
    _frame(stage, script, min(1.0, script.seconds / 2)).save(path, "JPEG", quality=85)


def _stage(video: Video, *, boxed: bool) -> Stage:
    request = video.request
    return Stage(LOOKS_BY_ID[request.avatar_id], request.aspect_ratio, request.background, boxed=boxed)


def _frame(stage: Stage, script: Script, at_s: float) -> Image.Image:
    line, word = script.at(at_s)
    opening = 0 if word is None else MOUTH[int((at_s - word.starts_s) / SYLLABLE_S * len(MOUTH)) % len(MOUTH)]
    return stage.frame(at_s, opening, line, word)


def _track(video: Video, script: Script) -> array[int]:
    settings = video.request.voice
    track = speech(
        list(script.words),
        VOICES_BY_ID[video.voice_id],
        script.seconds,
        pitch=settings.pitch,
        volume=settings.volume,
    )
    return track[: len(track) // AUDIO_BLOCK * AUDIO_BLOCK - AUDIO_BLOCK]


def _audio_blocks(track: array[int]) -> list[av.AudioFrame]:
    blocks = []
    for start in range(0, len(track), AUDIO_BLOCK):
        block = av.AudioFrame(format="s16", layout="mono", samples=AUDIO_BLOCK)
        block.planes[0].update(track[start : start + AUDIO_BLOCK].tobytes())
        block.sample_rate, block.pts, block.time_base = RATE, start, Fraction(1, RATE)
        blocks.append(block)
    return blocks
