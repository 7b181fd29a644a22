"""Draw a presenter: a head-and-shoulders figure before a soft backdrop."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFilter

from fake_heygen.avatars import Look
from fake_heygen.media.clothes import draw_clothes, draw_neck
from fake_heygen.media.face import (
    draw_beard,
    draw_earrings,
    draw_eyes,
    draw_glasses,
    draw_head,
    draw_mouth,
    draw_nose,
)
from fake_heygen.media.hair import draw_hair, draw_hair_behind
from fake_heygen.media.pen import Pen, colour, shade

FIGURE_SHARE = 1.36
TALLEST_SHARE = 0.94


def draw_figure(look: Look, side: int, *, opening: float = 0.0, blink: bool = False) -> Image.Image:
    """Return the figure on a transparent square."""
    pen, drawn, slender = Pen(side), look.appearance, look.gender == "female"
    draw_hair_behind(pen, drawn)
    draw_neck(pen, drawn)
    draw_clothes(pen, drawn, slender=slender)
    draw_head(pen, drawn, slender=slender)
    draw_beard(pen, drawn)
    draw_eyes(pen, drawn, closed=blink, slender=slender)
    draw_nose(pen, drawn)
    draw_mouth(pen, drawn, opening)
    draw_hair(pen, drawn)
    draw_earrings(pen, drawn)
    draw_glasses(pen, drawn)
    return pen.finished()


def figure_side(width: int, height: int) -> int:
    """Return how large the figure is in a picture; it stands at the bottom."""
    return round(min(width * FIGURE_SHARE, height * TALLEST_SHARE))


def draw_backdrop(width: int, height: int, top: str, bottom: str) -> Image.Image:
    """Return a soft gradient with a pool of light behind the head."""
    column = Image.new("RGB", (1, 2))
    column.putdata([colour(top)[:3], colour(bottom)[:3]])
    backdrop = column.resize((width, height), Image.Resampling.BICUBIC)
    light = Image.new("L", (width // 4, height // 4), 0)
    w, h = light.size
    ImageDraw.Draw(light).ellipse((w * 0.1, h * 0.22, w * 0.9, h * 0.22 + w * 0.8), fill=150)
    light = light.filter(ImageFilter.GaussianBlur(max(1, w // 7))).resize((width, height))
    backdrop.paste(Image.new("RGB", (width, height), shade(top, 1.6)[:3]), (0, 0), light)
    return backdrop


def draw_portrait(look: Look, width: int, height: int) -> Image.Image:
    """Return the picture of a presenter."""
    picture = draw_backdrop(width, height, *look.appearance.backdrop)
    side = figure_side(width, height)
    figure = draw_figure(look, side)
    picture.paste(figure, ((width - side) // 2, height - side), figure)
    return picture
