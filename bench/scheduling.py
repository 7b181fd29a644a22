"""Compare the schedules: simulated without any clock, so that the figures are exact."""

from __future__ import annotations

from bench.fleet import fleet
from bench.result import Result
from bench.scale import Scale
from bench.single import at_as_many_calls, documented, follow, optimum, ours


def scheduling(_scale: Scale) -> list[Result]:
    """Return what the sweeps are worth."""
    document, hundred = follow(documented()), fleet()
    single = at_as_many_calls(ours, document.calls)
    best = at_as_many_calls(optimum, document.calls)
    return [
        Result(name="100 in flight: delay", values=[document.delay_s / hundred.delay_s], target=10, unit="× less"),
        Result(name="100 in flight: calls", values=[document.calls / hundred.calls], target=10, unit="× fewer"),
        Result(
            name="one reel, as many calls: delay",
            values=[document.delay_s / single.delay_s],
            target=1.3,
            unit="× less",
        ),
        Result(
            name="one reel: delay, of the best schedule's",
            values=[single.delay_s / best.delay_s],
            target=1.03,
            at_most=True,
        ),
    ]
