"""Watch our own public address: while it does not answer, webhooks cannot come, and the breaker opens at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from core import channel, pace
from core.check import Check, Result
from core.clock import utcnow
from core.models import ProcessingMode
from core.probe import probe
from core.processor import CHANNEL, HeyGenVideoProcessor
from core.schedule import ChannelHealth

logger = logging.getLogger(__name__)

CONNECTIVITY: Final = "connectivity"
PROBE_FAILED: Final = "probe_failed"
PROBED_S: Final = 30.0  # longer than a probe takes
FIRST_AFTER_S: Final = 2.0
AGAIN_S: Final = 1.0  # a server that restarts is back soon
WHILE_DOWN_S: Final = 15.0
EVERY_S: Final = 300.0


class Connectivity:
    """Probe the receiver at start and from time to time, more often while it fails; of several processes one does."""

    PACES: Final = (CONNECTIVITY,)

    def __init__(self, processor: HeyGenVideoProcessor, secrets: Callable[[], Sequence[str]]) -> None:
        self._processor = processor
        self._secrets = secrets
        self._started = False

    def turn(self, now: datetime) -> float:
        """Probe, keep what was seen, and return the seconds until the next probe."""
        base = self._processor.webhook_base_url
        if self._processor.mode is ProcessingMode.POLLING or base is None:
            return EVERY_S
        if not self._started:  # the server that starts beside us needs a moment
            self._started = True
            return FIRST_AFTER_S
        if not pace.take(self._processor.store, CONNECTIVITY, now, PROBED_S):
            return AGAIN_S
        checks = probe(base, self._secrets())
        if _failed(checks):  # one answer that was slow is no outage
            checks = probe(base, self._secrets())
        failures = self._note(checks)
        wait_s = EVERY_S if not failures else AGAIN_S if failures == 1 else WHILE_DOWN_S
        pace.postpone(self._processor.store, CONNECTIVITY, now, wait_s)
        return wait_s

    def _note(self, checks: Sequence[Check]) -> int:
        """Keep what was seen, and return how many probes in a row have failed."""
        now, store = utcnow(), self._processor.store
        failed = _failed(checks)
        with store.transaction():
            last: dict[str, Any] = store.facts.get(CONNECTIVITY) or {}
            failures = last.get("failures", 0) + 1 if failed else 0
            seen = {"ok": not failed, "failures": failures, "checks": [check.to_json() for check in checks]}
            store.facts.put(CONNECTIVITY, seen, now)
            before = self._processor.channel()
            after = judged(before, probe_failed=failed)
            if after != before:
                store.facts.put(CHANNEL, channel.to_json(after), now)
                logger.warning("Webhook channel: %s", f"breaker open ({after.reason})" if after.open else "probe holds")
        return failures


def _failed(checks: Sequence[Check]) -> bool:
    return any(check.result is Result.FAIL for check in checks)


def judged(health: ChannelHealth, *, probe_failed: bool) -> ChannelHealth:
    """Return the channel's health after a probe: one that fails opens the breaker at once."""
    if probe_failed and not health.open:
        return channel.opened(health, PROBE_FAILED)
    if not probe_failed and health.open and health.reason == PROBE_FAILED:
        return ChannelHealth(totals=health.totals)
    return health
