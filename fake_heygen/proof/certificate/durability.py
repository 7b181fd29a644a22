"""Whether every 2xx means that the delivery outlives the receiver's process."""

from __future__ import annotations

import time

from fake_heygen.proof.certificate.rule import Rule
from fake_heygen.proof.certificate.subject import Failed, Skipped, Subject, must_believe
from fake_heygen.proof.certificate.wire import Unreachable

LOOK_EVERY_S = 0.1


def _durable(subject: Subject) -> str | None:
    operator = subject.operator
    if operator.restart is None:
        raise Skipped("no --confirm-restart was given, so nobody restarts the receiver")
    if operator.count is None:
        raise Skipped("no --count-command was given, so nobody can say what was kept")
    before = operator.count()
    answers = subject.at_once([subject.body() for _ in range(subject.limits.kept)])
    acknowledged = sum(answer.believed for answer in answers)
    operator.restart()
    _await(subject)
    kept = operator.count() - before
    if kept < acknowledged:
        raise Failed(f"{acknowledged} deliveries were acknowledged before the restart, and {max(0, kept)} were kept")
    must_believe(subject.genuine(), "a delivery after the restart")
    return None if acknowledged else "no delivery was acknowledged, so there was nothing to keep"


def _await(subject: Subject) -> None:
    """Wait until the receiver takes deliveries again."""
    deadline = time.monotonic() + subject.limits.restart_s
    while True:
        try:
            if subject.ask("OPTIONS", subject.limits.answer_s).status is not None:
                return
        except Unreachable:
            pass
        if time.monotonic() > deadline:
            raise Failed(f"it was not back {subject.limits.restart_s:g} s after the restart")
        time.sleep(LOOK_EVERY_S)


RULES = (
    Rule(name="acknowledged-outlives-restart", claim="what was acknowledged outlives a restart", examine=_durable),
)
