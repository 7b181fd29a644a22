"""Say when a reel is to be expected, as a band that past renders teach."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core.expectation import Band, expected
from core.models import Reel
from core.processor import HeyGenVideoProcessor
from core.schedule import DEMO_PRIOR, PRIOR
from pages.ui.language import _, mark
from pages.ui.moments import moment, number

LETTERS: Final = {"seconds": "s", "minutes": "min", "hours": "h"}
UNITS: Final = {
    "seconds": (mark("about {low} to {high} seconds"), mark("about {low} seconds")),
    "minutes": (mark("about {low} to {high} minutes"), mark("about {low} min")),
    "hours": (mark("about {low} to {high} hours"), mark("about {low} h")),
}


class Outlook:
    """Hold what past renders teach at one moment, for as many reels as are asked about."""

    def __init__(self, processor: HeyGenVideoProcessor) -> None:
        self._processor = processor
        self._times: list[tuple[float, int]] | None = None

    def of(self, reel: Reel) -> Band:
        """Return the band for a reel."""
        if self._times is None:
            self._times = self._processor.store.reels.render_times()
        return expected(self._times, len(reel.script), DEMO_PRIOR if self._processor.settings.demo else PRIOR)


def band_words(band: Band) -> str:
    """Write a band, such as "about 4 to 9 minutes"."""
    low, high, unit = band.rounded()
    between, exactly = UNITS[unit]
    return _(exactly if low == high else between).format(low=number(low), high=number(high))


def band_short(band: Band) -> str:
    """Write a band in a few letters, such as "4–9 min"."""
    low, high, unit = band.rounded()
    between = number(low) if low == high else f"{number(low)}–{number(high)}"
    return f"{between} {LETTERS[unit]}"


def expectation(band: Band, since: datetime | None, now: datetime) -> str:
    """Say in a sentence when the end is to be expected, or that it takes longer than it usually does."""
    usual = band_words(band)
    if since is None:
        return _("Once it is sent, it usually takes {band}.").format(band=usual)
    if band.is_past((now - since).total_seconds()):
        return _("This takes longer than usual ({band}). Nothing is lost: it is still being watched.").format(
            band=usual
        )
    first, last = (since + timedelta(seconds=seconds) for seconds in (band.low_s, band.high_s))
    return _("Usually {band}: expected between {first} and {last}.").format(
        band=usual, first=moment(max(first, now)), last=moment(last)
    )


def experience(band: Band) -> str:
    """Say what the band was learned from."""
    if not band.renders:
        return _("There are too few past reels to learn from yet; this is HeyGen's usual time.")
    template = (
        _("Learned from the latest {n} reels of about this length.")
        if band.by_length
        else _("Learned from the latest {n} reels.")
    )
    return template.format(n=number(band.renders))
