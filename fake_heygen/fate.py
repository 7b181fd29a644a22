"""The fate of a video: how long it renders, how it ends and what goes wrong; drawn by seed, rules and words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from fake_heygen.faults import BY_NAME, Point
from fake_heygen.vocabulary import Effect

DEFAULT_CODE = "rendering_failed"
DEFAULT_MESSAGE = "Video rendering failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderTime:
    """A distribution of render times: lognormal (median_s, sigma), or uniform from low_s to high_s."""

    median_s: float | None = None
    sigma: float = 0.35
    low_s: float = 10.0
    high_s: float = 30.0

    def draw(self, random: Random) -> float:
        """Draw one render time in seconds, at millisecond grain."""
        if self.median_s is None:
            return round(random.uniform(self.low_s, self.high_s), 3)
        return round(self.median_s * random.lognormvariate(0.0, self.sigma), 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What will become of one video."""

    render_s: float
    failed: bool = False
    code: str = DEFAULT_CODE
    message: str = DEFAULT_MESSAGE
    refund: bool = True
    effects: tuple[Effect, ...] = ()

    def at(self, point: Point) -> list[Effect]:
        """Return the effects that take hold at a point, in the order they were written."""
        return at_point(self.effects, point)

    @property
    def endless(self) -> bool:
        """Say whether HeyGen never tells an end."""
        return any(BY_NAME[effect.name].endless for effect in self.effects)


def at_point(effects: Iterable[Effect], point: Point) -> list[Effect]:
    """Return those of some effects that take hold at a point, in their order."""
    return [effect for effect in effects if point in BY_NAME[effect.name].points]


def settle(drawn_s: float, chosen: tuple[Effect, ...], spoken: tuple[Effect, ...]) -> Fate:
    """Join the drawn render time, the scenario's words and the script's; the script's replace by key."""
    said = {effect.key for effect in spoken}
    effects = tuple(effect for effect in chosen if effect.key not in said) + spoken
    last = {effect.key: effect for effect in effects}
    return Fate(
        render_s=_render_s(effects, drawn_s),
        failed="outcome" in last and last["outcome"].word == "failed",
        code=last["code"].text if "code" in last else DEFAULT_CODE,
        message=last["message"].text if "message" in last else DEFAULT_MESSAGE,
        refund="refund" not in last or last["refund"].word == "yes",
        effects=tuple(effect for effect in effects if BY_NAME[effect.name].points),
    )


def _render_s(effects: tuple[Effect, ...], drawn_s: float) -> float:
    named = {effect.name: effect for effect in effects}
    if late := named.get("status=late"):
        return late.seconds
    if render := named.get("render"):
        return render.seconds
    return 0.0 if "webhook=early" in named else drawn_s
