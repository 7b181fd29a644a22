"""Draw a face: its shape, eyes that may blink, a mouth that may speak."""

from __future__ import annotations

from fake_heygen.avatars import Appearance
from fake_heygen.media.pen import Pen, colour, mirrored, shade

EYE_Y, EYE_DX, MOUTH_Y = 408.0, 72.0, 540.0
CHEEK_SHADE = [(600, 260), (676, 320), (660, 520), (560, 640), (610, 520), (634, 400)]
SOFT_JAW = [(500, 196), (404, 216), (344, 300), (340, 410), (366, 508), (420, 584), (474, 622)]
STRONG_JAW = [(500, 192), (402, 212), (340, 300), (336, 420), (352, 520), (410, 600), (466, 632)]


def draw_head(pen: Pen, look: Appearance, *, slender: bool) -> None:
    """Draw ears and the shape of the head."""
    for sign in (-1, 1):
        pen.ellipse(500 + sign * 166, 428, 27, 44, colour(look.skin))
        pen.ellipse(500 + sign * 168, 430, 13, 25, shade(look.skin, 0.84))
    outline = mirrored(SOFT_JAW if slender else STRONG_JAW)
    pen.shape(outline, colour(look.skin))
    pen.glow(CHEEK_SHADE, shade(look.skin, 0.8, 130), 20, outline)
    for sign in (-1, 1):
        pen.glow(_disc(500 + sign * 100, 486, 40, 27), (222, 92, 84, 62), 16, outline)


def draw_eyes(pen: Pen, look: Appearance, *, closed: bool, slender: bool) -> None:
    """Draw eyes and brows."""
    for sign in (-1, 1):
        x = 500 + sign * EYE_DX
        if closed:
            pen.line([(x - 31, EYE_Y), (x, EYE_Y + 13), (x + 31, EYE_Y)], 7, shade(look.skin, 0.34))
        else:
            _open_eye(pen, look, x, sign, slender)
        _brow(pen, look, sign, slender)


def _open_eye(pen: Pen, look: Appearance, x: float, sign: int, slender: bool) -> None:
    pen.shape([(x - 34, EYE_Y + 3), (x, EYE_Y - 22), (x + 34, EYE_Y + 3), (x, EYE_Y + 20)], (253, 252, 250, 255))
    pen.ellipse(x, EYE_Y - 1, 18, 18, colour(look.iris))
    pen.ellipse(x, EYE_Y - 1, 9, 9, (20, 16, 16, 255))
    pen.ellipse(x + 6, EYE_Y - 8, 5, 5, (255, 255, 255, 255))
    lid = [(x - 36, EYE_Y + 3), (x - 16, EYE_Y - 19), (x + 16, EYE_Y - 19), (x + 36, EYE_Y + 3)]
    pen.line(lid, 8 if slender else 6, (38, 24, 22, 255))
    if slender:
        pen.line([(x + sign * 33, EYE_Y - 3), (x + sign * 45, EYE_Y - 13)], 6, (38, 24, 22, 255))


def _brow(pen: Pen, look: Appearance, sign: int, slender: bool) -> None:
    brow = shade(look.hair, 0.82) if look.hijab is None else colour(look.hair)
    near, far = 500 + sign * (EYE_DX - 38), 500 + sign * (EYE_DX + 40)
    arch = 500 + sign * (EYE_DX + 12)
    pen.line([(near, 360), (arch, 348), (far, 364)], 9 if slender else 12, brow)


def draw_nose(pen: Pen, look: Appearance) -> None:
    """Draw the nose."""
    pen.line([(506, 420), (516, 470), (506, 487), (486, 484)], 7, shade(look.skin, 0.78))


def draw_mouth(pen: Pen, look: Appearance, opening: float) -> None:
    """Draw the mouth: 0 smiles, 1 is wide open."""
    if opening <= 0:
        pen.line(
            [(446, MOUTH_Y - 6), (474, MOUTH_Y + 11), (500, MOUTH_Y + 15), (526, MOUTH_Y + 11), (554, MOUTH_Y - 6)],
            12,
            colour(look.lips),
        )
        pen.line([(478, MOUTH_Y + 31), (500, MOUTH_Y + 35), (522, MOUTH_Y + 31)], 5, shade(look.skin, 0.84))
        return
    half, drop = 50 - 10 * opening, 16 + 34 * opening
    pen.shape(
        [(500 - half, MOUTH_Y), (500, MOUTH_Y - 12), (500 + half, MOUTH_Y), (500, MOUTH_Y + drop)], colour(look.lips)
    )
    pen.shape(
        [(510 - half, MOUTH_Y + 2), (500, MOUTH_Y - 4), (490 + half, MOUTH_Y + 2), (500, MOUTH_Y + drop - 9)],
        (74, 22, 28, 255),
    )
    pen.shape(
        [(518 - half, MOUTH_Y + 1), (500, MOUTH_Y - 3), (482 + half, MOUTH_Y + 1), (500, MOUTH_Y + 9)],
        (252, 250, 247, 255),
    )


def draw_beard(pen: Pen, look: Appearance) -> None:
    """Draw a short beard along the jaw, if there is one."""
    if look.beard is None:
        return
    jaw = [(338, 430), (346, 520), (404, 612), (470, 650)]
    inner = [(470, 498), (428, 516), (408, 548), (384, 500), (358, 438)]
    pen.shape([*mirrored(jaw), *[(1000 - x, y) for x, y in reversed(inner)], *inner], shade(look.beard, 1.0, 226))


def draw_glasses(pen: Pen, look: Appearance) -> None:
    """Draw glasses, if there are any."""
    if look.glasses is None:
        return
    for sign in (-1, 1):
        x = 500 + sign * EYE_DX
        pen.ellipse(x, EYE_Y + 2, 52, 40, (255, 255, 255, 34))
        pen.ring(x, EYE_Y + 2, 56, 45, 9, colour(look.glasses))
        pen.line([(500 + sign * 128, EYE_Y - 8), (500 + sign * 164, EYE_Y - 16)], 9, colour(look.glasses))
    pen.line([(484, EYE_Y - 6), (500, EYE_Y - 12), (516, EYE_Y - 6)], 8, colour(look.glasses))


def draw_earrings(pen: Pen, look: Appearance) -> None:
    """Draw earrings, if there are any."""
    if look.earrings is None:
        return
    for sign in (-1, 1):
        pen.ellipse(500 + sign * 170, 484, 11, 14, colour(look.earrings))
        pen.ellipse(500 + sign * 170 - 3, 479, 4, 5, (255, 255, 255, 190))


def _disc(x: float, y: float, rx: float, ry: float) -> list[tuple[float, float]]:
    return [(x - rx, y), (x, y - ry), (x + rx, y), (x, y + ry)]
