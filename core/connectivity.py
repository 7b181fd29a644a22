"""Watch our own public address: while it does not answer, webhooks cannot come, and the breaker opens at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from core import channel
from core.check import Check, Result
from core.clock import utcnow
from core.models import ProcessingMode
from core.probe import probe
from core.processor import CHANNEL, HeyGenVideoProcessor
from core.schedule import ChannelHealth

logger = logging.getLogger(__name__)

CONNECTIVITY: Final = "connectivity"
PROBE_FAILED: Final = "probe_failed"
FIRST_AFTER_S: Final = 2.0
AGAIN_S: Final = 1.0  # a server that restarts is back soon
WHILE_DOWN_S: Final = 15.0
EVERY_S: Final = 300.0


class Connectivity:
    """Probe the receiver at start and from time to time, more often while it fails."""

    def __init__(self, processor: HeyGenVideoProcessor, secrets: Callable[[], Sequence[str]]) -> None:
        self._processor = processor
        self._secrets = secrets
        self._started = False
        self._failures = 0

    def turn(self, _now: datetime) -> float:
        """Probe, keep what was seen, and return the seconds until the next probe."""
        base = self._processor.webhook_base_url
        if self._processor.mode is ProcessingMode.POLLING or base is None:
            return EVERY_S
        if not self._started:  # the server that starts beside us needs a moment
            self._started = True
            return FIRST_AFTER_S
        checks = probe(base, self._secrets())
        failed = next((check for check in checks if check.result is Result.FAIL), None)
        self._failures = self._failures + 1 if failed else 0
        self._note(checks, failed)
        if failed is None:
            return EVERY_S
        return AGAIN_S if self._failures == 1 else WHILE_DOWN_S

    def _note(self, checks: Sequence[Check], failed: Check | None) -> None:
        now = utcnow()
        seen: dict[str, Any] = {"ok": failed is None, "checks": [check.to_json() for check in checks]}
        with self._processor.store.transaction():
            self._processor.store.facts.put(CONNECTIVITY, seen, now)
            before = self._processor.channel()
            after = judged(before, probe_failed=failed is not None)
            if after != before:
                self._processor.store.facts.put(CHANNEL, channel.to_json(after), now)
                logger.warning("Webhook channel: %s", f"breaker open ({after.reason})" if after.open else "probe holds")


def judged(health: ChannelHealth, *, probe_failed: bool) -> ChannelHealth:
    """Return the channel's health after a probe: one that fails opens the breaker at once."""
    if probe_failed and not health.open:
        return channel.opened(health, PROBE_FAILED)
    if not probe_failed and health.open and health.reason == PROBE_FAILED:
        return ChannelHealth(totals=health.totals)
    return health
