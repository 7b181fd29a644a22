"""Draw fates from the simulator's own table of faults: those whose consequences the verdict knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Final

# Seconds; the create call's are real ones and are set against the time-outs that the runner shortens.
DURATIONS: Final[Mapping[str, tuple[float, float]]] = {
    "render": (0.1, 3.0),
    "answer=slow": (0.3, 3.0),
    "answer=timeout": (0.5, 4.0),
    "webhook=delay": (0.5, 8.0),
    "status=lag": (0.3, 4.0),
    "url=missing": (0.3, 4.0),
}
OTHER_DURATION: Final = (0.2, 2.0)
COUNT: Final = (1, 3)
CODES: Final = ("rendering_failed", "MOVIO_PAYMENT_INSUFFICIENT_CREDIT", "avatar_not_usable", "tts_text_invalid")
TEXTS: Final = ("Something broke", "<b>no</b> & no", "Se rompió algo 🙂 — ünïcode")
ENDLESS: Final = ("status=stuck", "status=vanish")  # these hold a slot until the deadline, so they are rarer
# A fault that is added to the simulator joins these once the verdict knows what a sound product answers to it.
JUDGED: Final = frozenset(
    (
        *("outcome=completed", "outcome=failed", "outcome=contradiction", "code", "message", "refund=yes", "refund=no"),
        *("webhook=drop", "webhook=duplicate", "webhook=delay", "webhook=early", "webhook=caption", "forge=success"),
        *("status=stuck", "status=lag", "status=vanish", "statuses=partial", "url=missing", "url=notyet"),
        *("answer=429", "answer=429:noretry", "answer=500", "answer=503", "answer=409", "answer=slow"),
        *("answer=timeout", "answer=html", "answer=malformed"),
        *("sign=bad", "sign=none", "sign=old", "header=plain", "header=v3", "header=both"),
    )
)
SPOKEN: Final = "Hola a todos."


def words_of(fault: Mapping[str, str], random: Random) -> str:
    """Write one row of the table with an argument of its kind."""
    grammar, name = fault["grammar"], fault["name"]
    if grammar.endswith("]") and random.random() < 0.2 and not any(word in name for word in ("timeout", "slow")):
        return name  # its default; not that of faults whose default is longer than a run
    low, high = DURATIONS.get(name, OTHER_DURATION)
    values = {
        "<duration>": f"{random.uniform(low, high):.2f}s",
        "<count>": str(random.randint(*COUNT)),
        "<code>": random.choice(CODES),
        "<text>": f'"{random.choice(TEXTS)}"',
    }
    unbracketed = grammar.replace("[", "").replace("]", "")
    return re.sub("|".join(values), lambda found: values[found[0]], unbracketed)


def draw(faults: Sequence[Mapping[str, str]], random: Random, *, long_render_s: float) -> Iterator[str]:
    """Yield scripts for ever: each row of the table in turn, most with another fault or two beside it."""
    usable = [fault for fault in faults if fault["name"] in JUDGED]
    while True:
        for fault in random.sample(usable, len(usable)):
            if fault["name"] in ENDLESS and random.random() < 0.4:
                continue
            yield _script(fault, usable, random, long_render_s)


def _script(first: Mapping[str, str], faults: Sequence[Mapping[str, str]], random: Random, long_render_s: float) -> str:
    render_s = long_render_s if random.random() < 0.06 else random.uniform(*DURATIONS["render"])
    others = [fault for fault in faults if fault["name"] not in ENDLESS and fault is not first]
    chosen = [first, *random.sample(others, random.choice((0, 0, 1, 1, 2)))]
    if random.random() < 0.15:
        chosen = []  # nothing goes wrong
    words = [f"render={render_s:.2f}s", *(words_of(fault, random) for fault in chosen)]
    return f"{SPOKEN} [[sim: {' '.join(words)}]]"
