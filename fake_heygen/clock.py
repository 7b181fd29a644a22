"""The simulated clock: unix seconds that run, run faster, stand still or jump, and never go back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """Where the clock was anchored: simulated seconds at a moment of the wall clock."""

    anchor_sim: float
    anchor_wall: float
    speed: float = 1.0
    frozen: bool = False


def simulated(state: ClockState, wall: float) -> float:
    """Read the simulated time at a moment of the wall clock."""
    if state.frozen:
        return state.anchor_sim
    return state.anchor_sim + max(0.0, wall - state.anchor_wall) * state.speed


class SimClock:
    """Tell simulated time; every change of pace re-anchors it, so that it never steps back."""

    def __init__(
        self,
        *,
        wall: Callable[[], float] = time.time,
        speed: float = 1.0,
        start: float | None = None,
        frozen: bool = False,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self._wall = wall
        now = wall()
        self._state = ClockState(
            anchor_sim=now if start is None else start, anchor_wall=now, speed=speed, frozen=frozen
        )
        self._latest = self._state.anchor_sim
        self.on_change = on_change or (lambda: None)

    @property
    def state(self) -> ClockState:
        """Return the anchor, from which a restarted process goes on."""
        return self._state

    @property
    def speed(self) -> float:
        """Return simulated seconds per real second."""
        return self._state.speed

    @property
    def frozen(self) -> bool:
        """Say whether time stands still."""
        return self._state.frozen

    def now(self) -> float:
        """Return simulated unix seconds; a wall clock set back holds it, and does not turn it back."""
        self._latest = max(self._latest, simulated(self._state, self._wall()))
        return self._latest

    def set_speed(self, speed: float) -> None:
        """Run at `speed` simulated seconds per real second from now on."""
        self._anchor(speed=speed)

    def freeze(self, frozen: bool = True) -> None:
        """Stop or restart time."""
        self._anchor(frozen=frozen)

    def move_to(self, moment: float) -> None:
        """Jump forward to `moment`; a moment that has passed changes nothing."""
        self._latest = max(self.now(), moment)
        self._anchor()

    def restore(self, state: ClockState) -> None:
        """Go on from a stored anchor; the time the process was away has passed too."""
        self._state = state
        self._latest = state.anchor_sim
        self.on_change()

    def real_seconds_until(self, moment: float) -> float | None:
        """Return how long to sleep until `moment`, None while time stands still."""
        if self.frozen:
            return None
        return max(0.0, (moment - self.now()) / self.speed)

    def real_time_in(self, seconds: float) -> float:
        """Return the wall clock's time when simulated seconds have passed; while time stands still, as if it ran."""
        return self._wall() + (seconds if self.frozen else seconds / self.speed)

    def _anchor(self, *, speed: float | None = None, frozen: bool | None = None) -> None:
        now = self.now()
        self._state = replace(
            self._state,
            anchor_sim=now,
            anchor_wall=self._wall(),
            speed=self.speed if speed is None else speed,
            frozen=self.frozen if frozen is None else frozen,
        )
        self.on_change()
