"""The stage of a film: the presenter in every pose, and captions word by word, ready to be put together."""

from __future__ import annotations

from functools import cache
from math import pi, sin

from PIL import Image, ImageDraw

from fake_heygen.avatars import Look
from fake_heygen.media.lettering import drawable, font
from fake_heygen.media.portrait import draw_backdrop, draw_figure, figure_side
from fake_heygen.media.subtitles import Line
from fake_heygen.media.timeline import SpokenWord
from fake_heygen.video_request import Background

SIZES = {
    "9:16": (432, 768),
    "auto": (432, 768),
    "16:9": (768, 432),
    "4:5": (512, 640),
    "5:4": (640, 512),
    "1:1": (576, 576),
}
OPENINGS = (0.0, 0.45, 1.0)
SWAY_PX = 6
SWAY_S = 3.4
BLINK_EVERY_S = 2.9
BLINK_S = 0.17
HIGHLIGHT = (255, 214, 64, 255)
MARK = "SIMULADO · SIMULATED"


class Stage:
    """Put frames together from parts that are drawn once."""

    def __init__(self, look: Look, aspect_ratio: str, background: Background | None, *, boxed: bool) -> None:
        self.width, self.height = SIZES[aspect_ratio]
        self._look = look
        self._boxed = boxed
        colours = look.appearance.backdrop
        if background is not None and background.type == "color":
            colours = (background.value, background.value)
        self._backdrop = draw_backdrop(self.width, self.height, *colours)
        _draw_mark(self._backdrop)
        self._side = figure_side(self.width, self.height)
        self._pose = cache(self._draw_pose)
        self._caption = cache(self._draw_caption)
        self._figure = cache(self._draw_figure)

    def frame(self, at_s: float, opening: int, line: Line | None, word: SpokenWord | None) -> Image.Image:
        """Return the picture at a moment."""
        sway = round(SWAY_PX / 2 * (1 - sin(2 * pi * at_s / SWAY_S)))
        picture = self._pose(opening, at_s % BLINK_EVERY_S > BLINK_EVERY_S - BLINK_S, sway).copy()
        if line is not None:
            caption, top = self._caption(line, word)
            picture.paste(caption, (0, top), caption)
        return picture

    def _draw_figure(self, opening: int, blink: bool) -> Image.Image:
        return draw_figure(self._look, self._side, opening=OPENINGS[opening], blink=blink)

    def _draw_pose(self, opening: int, blink: bool, sway: int) -> Image.Image:
        picture, figure = self._backdrop.copy(), self._figure(opening, blink)
        place = ((self.width - self._side) // 2, self.height - self._side + sway)
        picture.paste(figure, place, figure)
        return picture

    def _draw_caption(self, line: Line, spoken: SpokenWord | None) -> tuple[Image.Image, int]:
        size = max(16, round(min(self.width * 0.062, self.height * 0.06)))
        rows = _rows(line, self.width * 0.86, size)
        pitch = round(size * 1.35)
        caption = Image.new("RGBA", (self.width, pitch * len(rows) + size), (0, 0, 0, 0))
        draw = ImageDraw.Draw(caption)
        for number, row in enumerate(rows):
            self._draw_row(draw, row, spoken, size, size // 2 + number * pitch)
        return caption, round(self.height * 0.87) - caption.height

    def _draw_row(
        self, draw: ImageDraw.ImageDraw, row: list[SpokenWord], spoken: SpokenWord | None, size: int, top: int
    ) -> None:
        letters, space = font(size), _space(size)
        left = (self.width - _length(row, size)) / 2
        if self._boxed and row:
            box = (left - size * 0.5, top - size * 0.1, self.width - left + size * 0.5, top + size * 1.25)
            draw.rounded_rectangle(box, radius=size * 0.35, fill=(12, 14, 20, 190))
        for word in row:
            text = drawable(word.text)
            colour = HIGHLIGHT if word is spoken else (255, 255, 255, 255)
            draw.text((left, top), text, font=letters, fill=colour, stroke_width=2, stroke_fill=(20, 22, 30, 210))
            left += letters.getlength(text) + space


def _draw_mark(picture: Image.Image) -> None:
    size = max(11, round(min(picture.size) * 0.03))
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    draw.text((size, size * 0.8), MARK, font=font(size), fill=(40, 44, 60, 150))
    picture.paste(layer, (0, 0), layer)


def _length(row: list[SpokenWord], size: int) -> float:
    letters = font(size)
    return sum(letters.getlength(drawable(word.text)) for word in row) + _space(size) * (len(row) - 1)


def _rows(line: Line, widest: float, size: int) -> list[list[SpokenWord]]:
    rows: list[list[SpokenWord]] = [[]]
    for word in line.words:
        if not drawable(word.text):
            continue
        if rows[-1] and _length([*rows[-1], word], size) > widest:
            rows.append([])
        rows[-1].append(word)
    return rows


def _space(size: int) -> float:
    return font(size).getlength(" ") * 1.5
