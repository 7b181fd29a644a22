"""Do what a person does meanwhile: look, check, retry, at times twice at once, at times by the command line."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Final

import httpx

from core.clock import utcnow
from core.config import Settings
from core.errors import ReelsError, StoreError
from core.models import ReelStatus
from core.product import Product, open_product
from core.store import ReelFilter
from tests.support.programs import run_core

MOST_ATTEMPTS: Final = 3
PATIENCE: Final = timedelta(seconds=5)
MAY_BE_RETRIED: Final = (ReelStatus.FAILED, ReelStatus.TIMED_OUT)


class Person(threading.Thread):
    """Use the product until told to stop."""

    def __init__(self, environ: Mapping[str, str], url: str, random: Random, *, every_s: float) -> None:
        super().__init__(name="person")
        self.product: Product = open_product(Settings.from_env(environ))
        self.counts: Counter[str] = Counter()
        self.complaints: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.ending = threading.Event()
        self._environ = environ
        self._url = url
        self._random = random
        self._every_s = every_s

    def run(self) -> None:
        """Do one thing after the other."""
        rare = (self._retry_twice_at_once, self._read, self._use_command_line)
        acts = (self._check, self._check, self._retry, self.open_queue, self.open_queue, *rare)
        while not self.ending.wait(self._random.expovariate(1 / self._every_s)):
            try:
                self._random.choice(acts)()
            except Exception as error:
                self._complain(error, f"a person met {error!r}")

    def check(self, reel_id: int) -> None:
        """Ask HeyGen about a reel now."""
        self._try("check", reel_id)

    def retry(self, reel_id: int) -> None:
        """Ask for another attempt."""
        self._try("retry", reel_id)

    def open_queue(self) -> None:
        """Let a queue through that has stood closed for long, as the button of any waiting reel does."""
        gate, now = self.product.processor.submission.gate(), utcnow()
        if gate.state == "stopped" or (gate.until is not None and gate.until > now + PATIENCE):
            self.product.processor.submission.open_gate(now)

    def _try(self, what: str, reel_id: int) -> None:
        self.counts[what] += 1
        try:
            getattr(self.product.processor, what)(reel_id)
        except StoreError as error:
            self._complain(error, f"{what} {reel_id}: {error}")
        except ReelsError as error:
            self.texts.append(str(error))

    def forgives(self, _error: BaseException) -> bool:
        """Tell whether an error is nobody's fault: on one machine none is."""
        return False

    def _complain(self, error: Exception, text: str) -> None:
        if self.forgives(error):
            self.counts["turned away"] += 1
        else:
            self.complaints.append(("log", text))

    def _any_reel(self, *statuses: ReelStatus) -> int | None:
        reels = [reel for status in statuses for reel in self.product.store.reels.page(ReelFilter(status=status), 200)]
        fit = [reel.id for reel in reels if reel.attempt < MOST_ATTEMPTS]
        return self._random.choice(fit) if fit else None

    def _check(self) -> None:
        reel_id = self._any_reel(ReelStatus.PROCESSING, ReelStatus.PENDING, ReelStatus.FAILED)
        if reel_id is not None:
            self._try("check", reel_id)

    def _retry(self) -> None:
        reel_id = self._any_reel(ReelStatus.TIMED_OUT) or self._any_reel(*MAY_BE_RETRIED, ReelStatus.PROCESSING)
        if reel_id is not None:
            self._try("retry", reel_id)

    def _retry_twice_at_once(self) -> None:
        reel_id = self._any_reel(*MAY_BE_RETRIED)
        if reel_id is None:
            return
        both = [threading.Thread(target=self._try, args=("retry", reel_id)) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()

    def _read(self) -> None:
        path = self._random.choice(("/healthz", "/metrics"))
        try:
            answer = httpx.get(self._url + path, timeout=4.0, trust_env=False)
        except httpx.HTTPError:
            return
        self.texts.append(answer.text)
        if answer.status_code not in (200, 503):
            self.complaints.append(("refused", f"GET {path} was answered {answer.status_code}"))

    def _use_command_line(self) -> None:
        reel_id = self._any_reel(*MAY_BE_RETRIED, ReelStatus.PROCESSING)
        words = self._random.choice((("list",), ("dashboard",), ("show", "check", "retry")))
        chosen = (self._random.choice(words), str(reel_id)) if len(words) > 1 and reel_id else (words[0], "1")[:1]
        if chosen[0] in {"show", "check", "retry"} and len(chosen) == 1:
            return
        self.counts[f"core {chosen[0]}"] += 1
        done = run_core(*chosen, environ=self._environ)
        self.texts += [done.stdout, done.stderr]
        lines = len(done.stderr.splitlines())
        if done.returncode not in (0, 1) or (done.returncode == 1 and lines != 1):
            self.complaints.append(("refused", f"core {chosen}: {done.returncode}, {done.stderr[-300:]!r}"))
