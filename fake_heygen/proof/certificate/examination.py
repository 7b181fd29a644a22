"""Examine a receiver: every rule in its order, each with its result and the reason for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from fake_heygen.proof.certificate import content, durability, events, forgeries, pressure, reach, signatures
from fake_heygen.proof.certificate.document import Certificate
from fake_heygen.proof.certificate.rule import Examined, Result, Rule
from fake_heygen.proof.certificate.subject import Failed, Skipped, Subject
from fake_heygen.proof.certificate.wire import Unreachable

GROUPS = {
    "reach": reach.RULES,
    "slow": (pressure.STALLED,),
    "signatures": signatures.RULES,
    "forgeries": forgeries.RULES,
    "events": events.RULES,
    "content": content.RULES,
    "pressure": (*pressure.RULES, pressure.SLOW),
    "durability": (*durability.RULES, pressure.ALIVE),
}
RULES: tuple[Rule, ...] = tuple(replace(rule, group=group) for group, rules in GROUPS.items() for rule in rules)


def examine(subject: Subject, told: Callable[[Examined], None] = lambda _: None) -> Certificate:
    """Put a receiver through every rule; `told` hears of each as it is done.

    Raises Unreachable when nobody accepts connections there.
    """
    subject.ask("OPTIONS")
    examined: list[Examined] = []
    for one in _examined(subject):
        examined.append(one)
        told(one)
    return Certificate(url=subject.url, examined=tuple(examined))


def _examined(subject: Subject) -> Iterator[Examined]:
    closed: str | None = None
    dribble: pressure.Dribble | None = None
    for rule in RULES:
        if closed:
            yield Examined(rule=rule, result=Result.SKIP, reason=f"{closed} failed, so nothing can be told")
            continue
        if rule.name == pressure.SLOW.name and dribble is not None:
            one = _try(replace(rule, examine=dribble.examine), subject)
        else:
            one = _try(rule, subject)
        yield one
        if rule.gate and one.result is Result.FAIL:
            closed = rule.name
        if rule.name == pressure.STALLED.name and one.result is not Result.FAIL:
            dribble = pressure.Dribble(subject)  # beside the others, since a patient receiver takes its time


def _try(rule: Rule, subject: Subject) -> Examined:
    began = time.monotonic()
    try:
        warning = rule.examine(subject)
        result, reason = (Result.WARN, warning) if warning else (Result.PASS, "")
    except Failed as failure:
        result, reason = Result.FAIL, str(failure)
    except Skipped as skipped:
        result, reason = Result.SKIP, str(skipped)
    except Unreachable as error:
        result, reason = Result.FAIL, f"it accepts no connection any more ({error})"
    except OSError as error:
        result, reason = Result.FAIL, f"it broke a connection off ({error.strerror or error})"
    return Examined(rule=rule, result=result, reason=reason, seconds=round(time.monotonic() - began, 3))
