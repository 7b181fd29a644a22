"""Read what the list shows beside its counts: what was spent, how soon we knew by which channel, how polling does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.accounts import fact
from core.clock import isoformat
from core.detection import percentile
from core.models import Channel
from core.product import Product
from core.sweep import SWEEP, SweepState


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowing:
    """Hold how many seconds after HeyGen's end we knew: the median and the 95th percentile of the latest `n` reels."""

    n: int
    p50_s: float
    p95_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """Hold the figures of a moment; `spent` is an estimate: seconds of video at the price that is set."""

    seconds: float
    spent: float
    since: datetime
    knowing: Mapping[Channel, Knowing]
    sweep: SweepState
    removals_waiting: int


def insight(product: Product, since: datetime) -> Insight:
    """Return the figures; what was spent is counted from `since` on, the viewer's first of the month."""
    store = product.store
    seconds = store.experience.seconds_since(since)
    samples = {channel: store.experience.knowing_times(channel) for channel in Channel}
    return Insight(
        seconds=seconds,
        spent=seconds * product.settings.price_per_s,
        since=since,
        knowing={channel: knowing(times) for channel, times in samples.items() if times},
        sweep=SweepState.from_json(store.facts.get(fact(SWEEP, product.processor.accounts.first.name))),
        removals_waiting=store.removals.waiting(),
    )


def knowing(times: list[float]) -> Knowing:
    """Sum up the seconds that it took to know."""
    return Knowing(n=len(times), p50_s=percentile(times, 0.5), p95_s=percentile(times, 0.95))


def insight_json(shown: Insight) -> dict[str, Any]:
    """Return the figures as plain JSON values."""
    sweep = shown.sweep
    return {
        "seconds_this_month": round(shown.seconds, 3),
        "spent_this_month": round(shown.spent, 2),
        "time_to_know_s": {str(channel): asdict(figures) for channel, figures in shown.knowing.items()},
        "polling": {
            "last_at": sweep.last_at and isoformat(sweep.last_at),
            "quiet_until": sweep.quiet_until and isoformat(sweep.quiet_until),
            "failures_in_a_row": sweep.strikes,
            "problem": sweep.problem,
        },
    }
