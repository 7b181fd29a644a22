"""A pen for soft vector-like drawing: shapes on a square of 1000 units, drawn large and scaled down."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

UNITS = 1000.0
OVERSAMPLING = 3
STEPS = 10
SOFT_SIDE = 250

Point = tuple[float, float]
Colour = tuple[int, int, int, int]


def colour(text: str, alpha: int = 255) -> Colour:
    """Read a #rrggbb."""
    red, green, blue = ImageColor.getrgb(text)[:3]
    return red, green, blue, alpha


def shade(text: str, factor: float, alpha: int = 255) -> Colour:
    """Darken a colour (factor below 1) or lighten it towards white (above 1)."""
    red, green, blue, _ = colour(text)
    if factor <= 1:
        return round(red * factor), round(green * factor), round(blue * factor), alpha
    mix = factor - 1
    return (
        round(red + (255 - red) * mix),
        round(green + (255 - green) * mix),
        round(blue + (255 - blue) * mix),
        alpha,
    )


def mirrored(points: Sequence[Point], axis: float = 500.0) -> list[Point]:
    """Close a left half, given from top to bottom, by its mirror image."""
    return [*points, *((2 * axis - x, y) for x, y in reversed(points) if x != axis)]


def smooth(points: Sequence[Point], *, closed: bool = True) -> list[Point]:
    """Round a polygon off: a Catmull-Rom spline through its points."""
    count, curve = len(points), list[Point]()
    for index in range(count if closed else count - 1):
        before, start, end, after = (_at(points, index + shift, closed) for shift in (-1, 0, 1, 2))
        for step in range(STEPS):
            t = step / STEPS
            curve.append(
                (_spline(before[0], start[0], end[0], after[0], t), _spline(before[1], start[1], end[1], after[1], t))
            )
    return curve if closed else [*curve, points[-1]]


class Pen:
    """Draw on a transparent square."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._scale = side * OVERSAMPLING / UNITS
        self.image = Image.new("RGBA", (side * OVERSAMPLING, side * OVERSAMPLING), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        """Fill an ellipse around a point."""
        box = [self._scale * value for value in (x - rx, y - ry, x + rx, y + ry)]
        self._layer(fill).ellipse(box, fill=fill)
        self._merge(fill)

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        """Fill a polygon."""
        self._layer(fill).polygon(self._scaled(points), fill=fill)
        self._merge(fill)

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        """Fill a rounded shape."""
        self.polygon(smooth(points), fill)

    def line(self, points: Sequence[Point], width: float, fill: Colour) -> None:
        """Draw a rounded line with round ends."""
        curve = smooth(points, closed=False) if len(points) > 2 else list(points)
        pixels = self._scaled(curve)
        draw = self._layer(fill)
        draw.line(pixels, fill=fill, width=max(1, round(width * self._scale)), joint="curve")
        for x, y in (pixels[0], pixels[-1]):
            radius = width * self._scale / 2
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
        self._merge(fill)

    def ring(self, x: float, y: float, rx: float, ry: float, width: float, fill: Colour) -> None:
        """Draw the outline of a rounded box, as of glasses."""
        box = [self._scale * value for value in (x - rx, y - ry, x + rx, y + ry)]
        self._draw.rounded_rectangle(box, radius=self._scale * ry * 0.8, outline=fill, width=round(width * self._scale))

    def glow(self, points: Sequence[Point], fill: Colour, blur: float, within: Sequence[Point]) -> None:
        """Lay a soft shape on what lies within another shape; it is blurred small, which is as soft and quicker."""
        small = Image.new("L", (SOFT_SIDE, SOFT_SIDE), 0)
        ratio = SOFT_SIDE / UNITS
        ImageDraw.Draw(small).polygon([(x * ratio, y * ratio) for x, y in smooth(points)], fill=fill[3])
        small = small.filter(ImageFilter.GaussianBlur(blur * ratio))
        veil = small.resize(self.image.size, Image.Resampling.BILINEAR)
        inside = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(inside).polygon(self._scaled(smooth(within)), fill=255)
        self.image.paste(fill[:3], (0, 0), ImageChops.multiply(veil, inside))

    def finished(self) -> Image.Image:
        """Return the picture at its true size."""
        return self.image.resize((self._side, self._side), Image.Resampling.LANCZOS)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]

    def _layer(self, fill: Colour) -> ImageDraw.ImageDraw:
        if fill[3] == 255:
            return self._draw
        self._veil = Image.new("RGBA", self.image.size, (0, 0, 0, 0))
        return ImageDraw.Draw(self._veil)

    def _merge(self, fill: Colour) -> None:
        if fill[3] != 255:
            self.image.alpha_composite(self._veil)


def _at(points: Sequence[Point], index: int, closed: bool) -> Point:
    return points[index % len(points)] if closed else points[min(max(index, 0), len(points) - 1)]


def _spline(before: float, start: float, end: float, after: float, t: float) -> float:
    return 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t * t
        + (3 * start - before - 3 * end + after) * t * t * t
    )
