"""Draw shoulders and clothes."""

from __future__ import annotations

from collections.abc import Callable

from fake_heygen.avatars import Appearance
from fake_heygen.media.pen import Pen, colour, mirrored, shade

SHOULDERS = [(428, 668), (352, 704), (236, 742), (168, 800), (140, 880), (128, 1010)]
NARROW = [(434, 668), (366, 704), (272, 742), (208, 800), (178, 880), (166, 1010)]


def draw_neck(pen: Pen, look: Appearance) -> None:
    """Draw the neck and the shadow that the chin throws on it."""
    pen.shape(mirrored([(436, 500), (436, 600), (430, 680), (384, 724), (430, 800)]), colour(look.skin))
    pen.shape(mirrored([(440, 560), (440, 612), (470, 648)]), shade(look.skin, 0.82))


def draw_clothes(pen: Pen, look: Appearance, *, slender: bool) -> None:
    """Draw the top in its style."""
    outline = NARROW if slender else SHOULDERS
    STYLES[look.top_style](pen, look, mirrored(outline))


def _plain(pen: Pen, look: Appearance, outline: list[tuple[float, float]]) -> None:
    body = [*outline[:5], (outline[5][0], 1060), (1000 - outline[5][0], 1060), *outline[7:]]
    pen.shape(body, colour(look.top))
    for sign in (-1, 1):
        inner = 500 + sign * 258
        arm = [(inner, 880), (inner + sign * 14, 880), (inner + sign * 30, 1030), (inner - sign * 6, 1030)]
        pen.glow(arm, shade(look.top, 0.7, 130), 12, body)


def _neckline(pen: Pen, look: Appearance, depth: float, width: float) -> None:
    pen.shape(
        mirrored([(500 - width, 664), (500 - width * 0.8, 664 + depth * 0.6), (478, 664 + depth)]), colour(look.skin)
    )


def _crew(pen: Pen, look: Appearance, outline: list[tuple[float, float]]) -> None:
    _plain(pen, look, outline)
    _neckline(pen, look, 62, 76)
    pen.line([(420, 672), (440, 712), (500, 734), (560, 712), (580, 672)], 15, shade(look.top, 0.82))


def _vneck(pen: Pen, look: Appearance, outline: list[tuple[float, float]]) -> None:
    _plain(pen, look, outline)
    pen.polygon([(416, 668), (584, 668), (500, 830)], colour(look.skin))
    pen.line([(414, 668), (500, 834)], 14, shade(look.top, 0.84))
    pen.line([(586, 668), (500, 834)], 14, shade(look.top, 0.84))


def _shirt(pen: Pen, look: Appearance, outline: list[tuple[float, float]]) -> None:
    _plain(pen, look, outline)
    pen.polygon([(430, 664), (570, 664), (500, 776)], colour(look.skin))
    _collar(pen, look.top)
    pen.line([(500, 776), (500, 1000)], 5, shade(look.top, 0.8))
    for y in (830, 910):
        pen.ellipse(500, y, 7, 7, shade(look.top, 0.66))


def _collar(pen: Pen, cloth: str) -> None:
    for sign in (-1, 1):
        points = [(500 + sign * x, y) for x, y in ((82, 646), (4, 772), (66, 800), (112, 690))]
        pen.polygon(points, shade(cloth, 1.25))
        pen.line([points[1], points[2], points[3]], 4, shade(cloth, 0.78))


def _suit(pen: Pen, look: Appearance, outline: list[tuple[float, float]]) -> None:
    _plain(pen, look, outline)
    pen.polygon([(424, 660), (576, 660), (528, 1010), (472, 1010)], colour("#f7f8fa"))
    _collar(pen, "#e9ecf0")
    pen.polygon([(482, 766), (518, 766), (534, 1010), (466, 1010)], shade(look.top, 1.35))
    pen.polygon([(480, 764), (520, 764), (511, 804), (489, 804)], shade(look.top, 1.2))
    _lapels(pen, look)


def _lapels(pen: Pen, look: Appearance) -> None:
    for sign in (-1, 1):
        points = [
            (500 + sign * x, y) for x, y in ((112, 676), (164, 760), (134, 796), (160, 822), (26, 1010), (58, 1010))
        ]
        points[-1] = (500 + sign * 30, 1010)
        pen.polygon([(500 + sign * 92, 672), *points], shade(look.top, 0.86))
        pen.line([(500 + sign * 92, 672), (500 + sign * 28, 1010)], 5, shade(look.top, 0.62))


def _blazer(pen: Pen, look: Appearance, outline: list[tuple[float, float]]) -> None:
    _plain(pen, look, outline)
    pen.polygon([(420, 664), (580, 664), (540, 1010), (460, 1010)], colour("#fbf6ef"))
    _neckline(pen, look, 96, 72)
    _lapels(pen, look)


def _blouse(pen: Pen, look: Appearance, outline: list[tuple[float, float]]) -> None:
    _plain(pen, look, outline)
    pen.polygon([(424, 664), (576, 664), (500, 800)], colour(look.skin))
    _collar(pen, look.top)
    pen.line([(500, 800), (500, 1000)], 5, shade(look.top, 0.84))


def _turtleneck(pen: Pen, look: Appearance, outline: list[tuple[float, float]]) -> None:
    _plain(pen, look, outline)
    pen.shape(mirrored([(430, 612), (424, 690), (440, 740)]), shade(look.top, 1.12))
    pen.line([(432, 630), (500, 650), (568, 630)], 6, shade(look.top, 0.8))
    pen.line([(428, 706), (500, 738), (572, 706)], 6, shade(look.top, 0.76))


def _hoodie(pen: Pen, look: Appearance, outline: list[tuple[float, float]]) -> None:
    pen.shape(mirrored([(430, 600), (348, 650), (330, 740), (420, 800)]), shade(look.top, 0.8))
    _plain(pen, look, outline)
    _neckline(pen, look, 70, 80)
    pen.line([(404, 664), (424, 722), (500, 752), (576, 722), (596, 664)], 26, shade(look.top, 1.16))
    for x in (462, 538):
        pen.line([(x, 744), (x - 3, 800), (x + 2, 862)], 8, shade(look.top, 1.6))


STYLES: dict[str, Callable[[Pen, Appearance, list[tuple[float, float]]], None]] = {
    "crew": _crew,
    "vneck": _vneck,
    "shirt": _shirt,
    "suit": _suit,
    "blazer": _blazer,
    "blouse": _blouse,
    "turtleneck": _turtleneck,
    "hoodie": _hoodie,
}
