"""Whether large, slow, broken-off and many deliveries leave the receiver standing."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

from fake_heygen.connection import Target
from fake_heygen.proof.certificate.rule import Rule
from fake_heygen.proof.certificate.subject import BASIC, Failed, Skipped, Subject, must_believe, slowest
from fake_heygen.proof.certificate.wire import Answer, Wire

HANG_UPS = 5
HANG_UP_CHECKS, HANG_UP_PAUSE_S = 5, 0.1
LATER = (429, 503)
SHORTEST_PAUSE_S = 0.005


def _large(subject: Subject) -> str | None:
    return _too_large(subject, chunked=False)


def _large_chunked(subject: Subject) -> str | None:
    return _too_large(subject, chunked=True)


def _too_large(subject: Subject, *, chunked: bool) -> str | None:
    body = subject.body(padding="x" * subject.limits.large_bytes)
    answer = subject.genuine(body, chunked=chunked)
    megabytes = f"{len(body) / 1048576:.0f} MiB"
    if answer.believed:
        raise Failed(f"a body of {megabytes} was believed: it {answer}")
    if answer.status is not None and answer.status >= 500:
        raise Failed(f"a body of {megabytes} must be refused with 413 or cut off; it {answer}")
    if answer.status is None and answer.seconds >= subject.limits.answer_s:
        raise Failed(f"a body of {megabytes} must be refused with 413 or cut off; it {answer}")
    must_believe(subject.genuine(), "a delivery after one that was too large")
    return None


def _stalled(subject: Subject) -> str | None:
    """Hold connections open with half a body each, and deliver beside them."""
    with ExitStack() as held:
        for _ in range(subject.limits.stalled):
            _half(subject, held.enter_context(_open(subject)))
        answer = subject.genuine()
        must_believe(answer, f"a delivery beside {subject.limits.stalled} whose bodies have stalled")
        return slowest([answer], subject.limits)


def _hang_ups(subject: Subject) -> str | None:
    for rudely in (False, True):
        for _ in range(HANG_UPS):
            with _open(subject) as wire:
                _half(subject, wire)
                wire.hang_up(rudely=rudely)
            with _open(subject) as wire:
                body = subject.body()
                wire.begin("POST", (*BASIC, *subject.signed(body)), len(body))
                wire.write(body)
                wire.hang_up(rudely=rudely)
    # A busy receiver hears of a hang-up late, and its harm shows only then.
    pause, answers = threading.Event(), []
    for _ in range(HANG_UP_CHECKS):
        answers.append(subject.genuine())
        must_believe(answers[-1], f"a delivery after {4 * HANG_UPS} senders that hung up early")
        pause.wait(HANG_UP_PAUSE_S)
    return slowest(answers, subject.limits)


def _crowd(subject: Subject) -> str | None:
    answers = subject.at_once([subject.body() for _ in range(subject.limits.crowd)])
    later = [answer for answer in answers if answer.status in LATER and answer.header(b"retry-after")]
    for answer in answers:
        if answer not in later:
            must_believe(answer, f"one of {len(answers)} deliveries at the same time")
    put_off = f"{len(later)} of {len(answers)} were put off with Retry-After" if later else None
    return put_off or slowest(answers, subject.limits)


def _alive(subject: Subject) -> str | None:
    must_believe(subject.genuine(), "a delivery after all of this")
    return None


class Dribble:
    """A body that comes one byte at a time, watched in a thread of its own until the receiver has had enough."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._outcome: Answer | None = None
        self._thread = threading.Thread(target=self._run, name="dribble", daemon=True)
        self._thread.start()

    def examine(self, _subject: Subject) -> str | None:
        """Wait for the end, and judge it."""
        self._thread.join()
        limit_s = self._subject.limits.slow_s
        if self._outcome is None:
            raise Failed(f"a body that comes byte by byte must be refused or cut off within {limit_s:g} s; it was not")
        if self._outcome.believed:
            raise Failed(f"a body that was not complete was believed: it {self._outcome}")
        if self._outcome.status is not None and self._outcome.status >= 500:
            raise Failed(f"a body that comes byte by byte must be refused or cut off; it {self._outcome}")
        return None

    def _run(self) -> None:
        limit_s = self._subject.limits.slow_s
        body = self._subject.body()
        pause_s = max(SHORTEST_PAUSE_S, 2 * limit_s / len(body))
        pause, deadline = threading.Event(), time.monotonic() + limit_s
        with _open(self._subject, limit_s + self._subject.limits.answer_s) as wire:
            wire.begin("POST", (*BASIC, *self._subject.signed(body)), len(body))
            for byte in body:
                if time.monotonic() > deadline:
                    return
                if wire.closed_or_answered():
                    break
                try:
                    wire.write(bytes([byte]))
                except OSError:
                    break
                pause.wait(pause_s)
            self._outcome = wire.answer()


def _slow(_subject: Subject) -> str | None:
    raise Skipped("slow bodies block this receiver altogether")


def _open(subject: Subject, timeout_s: float | None = None) -> Wire:
    return Wire(Target.of(subject.genuine_url), timeout_s or subject.limits.answer_s)


def _half(subject: Subject, wire: Wire) -> None:
    body = subject.body()
    wire.begin("POST", (*BASIC, *subject.signed(body)), len(body))
    wire.write(body[: len(body) // 2])


STALLED = Rule(name="stalled-bodies-block-nobody", claim="stalled bodies keep no other waiting", examine=_stalled)
SLOW = Rule(name="slow-body-ended", claim="a body that dribbles in is ended", examine=_slow)
ALIVE = Rule(name="still-believes", claim="after all of this, a genuine delivery is believed", examine=_alive)
RULES = (
    Rule(name="large-body-refused", claim="a body of 4 MiB is refused or cut off", examine=_large),
    Rule(name="large-chunked-refused", claim="the same without its length announced", examine=_large_chunked),
    Rule(name="early-hang-up-survived", claim="senders that hang up early do no harm", examine=_hang_ups),
    Rule(name="many-at-once-believed", claim="50 deliveries at the same time are believed", examine=_crowd),
)
