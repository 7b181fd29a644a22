"""Draw hair: what falls behind the head, and what lies on it."""

from __future__ import annotations

from math import cos, radians, sin

from fake_heygen.avatars import Appearance
from fake_heygen.media.pen import Pen, Point, colour, mirrored, shade


def draw_hair_behind(pen: Pen, look: Appearance) -> None:
    """Draw what is seen behind head and shoulders."""
    dark = shade(look.hair, 0.8)
    match look.hair_style:
        case "long":
            pen.shape(
                mirrored([(500, 128), (350, 160), (280, 310), (276, 520), (258, 700), (290, 800), (392, 806)]), dark
            )
        case "bob":
            pen.shape(
                mirrored([(500, 126), (352, 158), (286, 290), (276, 460), (280, 590), (352, 640), (440, 630)]), dark
            )
        case "curly":
            for angle in range(150, 391, 15):
                _curl(pen, 500 + 214 * cos(radians(angle)), 396 + 226 * sin(radians(angle)), 76, dark)
            for x, y in ((284, 560), (716, 560), (302, 640), (698, 640)):
                _curl(pen, x, y, 74, dark)
        case "ponytail":
            pen.shape([(600, 180), (742, 210), (790, 370), (770, 560), (720, 690), (700, 560), (690, 380)], dark)
        case "none":
            _draw_hijab_behind(pen, look)


def draw_hair(pen: Pen, look: Appearance) -> None:
    """Draw what lies on the head."""
    if look.hijab is not None:
        _draw_hijab(pen, look)
        return
    if look.hair_style == "curly":
        for angle in range(188, 353, 16):
            _curl(pen, 500 + 150 * cos(radians(angle)), 336 + 146 * sin(radians(angle)), 58, colour(look.hair))
        return
    outline = SHAPES[look.hair_style]
    pen.shape(outline, colour(look.hair))
    for strand in STRANDS.get(look.hair_style, ()):
        pen.line(strand, 7, shade(look.hair, 1.22, 150))


def _curl(pen: Pen, x: float, y: float, radius: float, fill: tuple[int, int, int, int]) -> None:
    pen.ellipse(x, y, radius, radius, fill)
    red, green, blue, _ = fill
    light = (min(255, red + 26), min(255, green + 20), min(255, blue + 18), 255)
    pen.line(
        [(x - radius * 0.45, y), (x - radius * 0.1, y - radius * 0.45), (x + radius * 0.4, y - radius * 0.2)], 6, light
    )


def _draw_hijab_behind(pen: Pen, look: Appearance) -> None:
    cloth = look.hijab or look.top
    pen.shape(
        mirrored([(500, 118), (346, 152), (276, 300), (282, 480), (252, 640), (228, 760), (330, 830)]),
        shade(cloth, 0.84),
    )


def _draw_hijab(pen: Pen, look: Appearance) -> None:
    cloth = look.hijab or look.top
    outer = [(500, 116), (344, 150), (288, 300), (300, 470), (330, 600), (300, 720), (360, 800), (500, 836)]
    inner = [(500, 628), (462, 618), (394, 566), (362, 470), (360, 330), (420, 246), (500, 232)]
    half = [*outer, *inner]
    pen.shape(half, colour(cloth))
    pen.shape([(1000 - x, y) for x, y in half], colour(cloth))
    pen.shape(mirrored([(420, 640), (400, 700), (430, 780)]), colour(cloth))
    pen.line([(352, 690), (450, 730), (560, 716), (646, 650)], 9, shade(cloth, 0.78))
    pen.line([(356, 752), (470, 790), (580, 772), (664, 700)], 9, shade(cloth, 0.8))
    pen.line([(372, 250), (420, 188), (500, 166), (580, 188)], 8, shade(cloth, 1.25))


LONG: list[Point] = [
    (520, 138), (400, 140), (310, 232), (292, 400), (300, 560), (340, 580), (352, 430), (392, 330), (470, 262),
    (540, 222), (600, 288), (648, 380), (660, 560), (704, 560), (708, 380), (684, 222), (612, 146),
]  # fmt: skip
BOB: list[Point] = [
    (500, 132), (388, 142), (306, 232), (290, 400), (294, 560), (350, 590), (362, 450), (372, 350), (440, 312),
    (560, 304), (634, 330), (640, 450), (650, 590), (706, 560), (710, 400), (694, 232), (612, 142),
]  # fmt: skip
QUIFF: list[Point] = [
    (340, 384), (322, 290), (340, 206), (420, 140), (540, 104), (640, 138), (684, 220), (676, 310), (660, 384),
    (648, 318), (616, 262), (540, 236), (450, 254), (384, 270), (352, 320),
]  # fmt: skip
CROP: list[Point] = [
    (336, 378), (326, 280), (372, 186), (452, 148), (548, 148), (628, 186), (674, 280), (664, 378), (648, 300),
    (600, 250), (500, 236), (400, 250), (352, 300),
]  # fmt: skip
SIDE: list[Point] = [
    (336, 396), (318, 296), (350, 196), (450, 138), (570, 140), (656, 196), (686, 290), (664, 396), (650, 320),
    (600, 276), (500, 276), (424, 244), (384, 286), (352, 330),
]  # fmt: skip
FADE: list[Point] = [
    (344, 340), (344, 240), (380, 172), (450, 140), (550, 140), (620, 172), (656, 240), (656, 340), (636, 276),
    (590, 246), (500, 240), (410, 246), (364, 276),
]  # fmt: skip
MESSY: list[Point] = [
    (334, 396), (304, 320), (318, 240), (352, 208), (372, 150), (430, 156), (468, 106), (520, 138), (584, 108),
    (612, 152), (668, 176), (676, 240), (700, 310), (666, 396), (650, 316), (612, 276), (566, 296), (520, 252),
    (462, 292), (420, 258), (372, 300), (352, 330),
]  # fmt: skip
PONYTAIL: list[Point] = [
    (334, 400), (312, 290), (356, 186), (450, 132), (560, 136), (652, 190), (686, 300), (666, 400), (648, 310),
    (590, 258), (520, 240), (448, 268), (384, 300), (356, 346),
]  # fmt: skip
SHAPES = {
    "long": LONG,
    "bob": BOB,
    "quiff": QUIFF,
    "crop": CROP,
    "side": SIDE,
    "fade": FADE,
    "messy": MESSY,
    "ponytail": PONYTAIL,
}
STRANDS: dict[str, tuple[list[Point], ...]] = {
    "long": ([(330, 300), (372, 216), (460, 176)], [(640, 250), (676, 330), (684, 440)]),
    "bob": ([(330, 300), (372, 216), (460, 176)], [(640, 210), (672, 290)]),
    "quiff": ([(430, 190), (520, 150), (610, 166)], [(470, 220), (560, 190), (640, 220)]),
    "side": ([(430, 190), (540, 172), (630, 214)],),
    "messy": ([(420, 200), (470, 170), (500, 196)], [(560, 176), (610, 190)]),
    "ponytail": ([(400, 214), (480, 176), (570, 178)], [(380, 258), (450, 214), (540, 200)]),
}
