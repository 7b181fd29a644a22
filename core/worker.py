"""Take the turns in threads of this process, each as often as it asks for, and at once when something was stored."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from core.clock import utcnow
from core.errors import ReelsError
from core.processor import HeyGenVideoProcessor
from core.schedule import backoff_s
from core.turns import Turn, Turns

logger = logging.getLogger(__name__)

STOP_S: Final = 5.0


class Loop(threading.Thread):
    """Call one turn again and again; it returns the seconds to wait, which a wake-up cuts short."""

    def __init__(self, name: str, turn: Turn) -> None:
        super().__init__(name=name, daemon=True)
        self._turn = turn
        self._wake = threading.Event()
        self._stopping = threading.Event()

    def wake(self) -> None:
        """Have the next turn at once."""
        self._wake.set()

    def stop(self) -> None:
        """Let no further turn begin."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Take turns until stopped."""
        failures = 0
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                wait_s = self._turn(utcnow())
                failures = 0
            except ReelsError as error:
                logger.warning("%s: %s", self.name, error)
                failures += 1
                wait_s = backoff_s(failures, 1.0, cap_s=10.0)
            except Exception:
                logger.exception("A turn of %s failed", self.name)
                failures += 1
                wait_s = backoff_s(failures, 1.0, cap_s=10.0)
            self._wake.wait(wait_s)


class Worker:
    """Run all turns of a processor in threads of this process."""

    def __init__(self, processor: HeyGenVideoProcessor, probe_secrets: Callable[[], Sequence[str]] = tuple) -> None:
        self._store = processor.store
        self._deaf: Callable[[], None] | None = None
        self._turns = Turns(processor, probe_secrets, self.wake)
        self._loops = {name: Loop(name, turn) for name, turn in self._turns.loops.items()}
        self._loops["heartbeat"] = Loop("heartbeat", self._turns.heartbeat_turn)

    def start(self) -> None:
        """Start all loops."""
        self._turns.begin(utcnow())
        for loop in self._loops.values():
            loop.start()
        self._deaf = self._store.listen(self._wake_all)

    def stop(self) -> None:
        """End all loops, and wait a little for what is under way; what is cut short is taken up again later."""
        if self._deaf is not None:
            self._deaf()
        for loop in self._loops.values():
            loop.stop()
        deadline = time.monotonic() + STOP_S
        for slots in self._turns.slots.values():
            if not slots.wait(max(0.0, deadline - time.monotonic())):
                logger.info(
                    "Stopping while an answer is still being waited for; it is taken up again at the next start"
                )
        for loop in self._loops.values():
            loop.join(max(0.0, deadline - time.monotonic()))

    def wake(self, name: str) -> None:
        """Have a turn at once, because something has just been stored or has ended."""
        self._loops[name].wake()

    def _wake_all(self) -> None:
        """Have what another process may have stored taken up at once."""
        for name in ("submit", "inbox"):
            self.wake(name)
