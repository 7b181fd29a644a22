"""Subtitles: the words of a film in lines, and as an SRT file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fake_heygen.media.timeline import SpokenWord

LONGEST_LINE = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words that are shown together."""

    words: tuple[SpokenWord, ...]

    @property
    def text(self) -> str:
        """Return the line as text."""
        return " ".join(word.text for word in self.words)


def lines(words: Sequence[SpokenWord], longest: int = LONGEST_LINE) -> list[Line]:
    """Cut words into lines of at most `longest` characters, and after the end of a sentence."""
    cut: list[list[SpokenWord]] = [[]]
    for word in words:
        length = sum(len(other.text) + 1 for other in cut[-1])
        ended = bool(cut[-1]) and cut[-1][-1].text[-1] in ".!?…"
        if cut[-1] and (ended or length + len(word.text) > longest):
            cut.append([])
        cut[-1].append(word)
    return [Line(words=tuple(group)) for group in cut if group]


def srt(words: Sequence[SpokenWord]) -> str:
    """Write the words as an SRT file."""
    blocks = [
        f"{number}\n{_stamp(line.words[0].starts_s)} --> {_stamp(line.words[-1].ends_s)}\n{line.text}\n"
        for number, line in enumerate(lines(words), 1)
    ]
    return "\n".join(blocks)


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02},{milliseconds % 1000:03}"
