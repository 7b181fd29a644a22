"""Draw fates from the simulator's own table of faults, so that a fault that is added later is suffered at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Final

# Seconds; those of an answer or a wire are real ones and are set against the time-outs that the runner shortens.
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
CODES: Final = (
    "content_policy_violation",
    "avatar_not_usable",
    "tts_text_invalid",
    "MOVIO_PAYMENT_INSUFFICIENT_CREDIT",
)
TEXTS: Final = ("Something broke", "<b>no</b> & no", "Se rompió algo 🙂 — ünïcode")
LINKLESS: Final = "url=never"
LASTING: Final = (
    "status=stuck",
    "status=vanish",
    LINKLESS,
    "answer=429:daily",
)  # these hold up much, so they are rarer
SPOKEN: Final = "Hola a todos."


def words_of(fault: Mapping[str, str], random: Random) -> str:
    """Write one row of the table with an argument of its kind; without one only where its default is no time."""
    grammar, name = fault["grammar"], fault["name"]
    if grammar.endswith("]") and "<duration>" not in grammar and random.random() < 0.2:
        return name
    times = sorted(random.uniform(*DURATIONS.get(name, OTHER_DURATION)) for _ in range(grammar.count("<duration>")))
    values: dict[str, Callable[[], str]] = {
        "<duration>": lambda: f"{times.pop(0):.2f}s",
        "<count>": lambda: str(random.randint(*COUNT)),
        "<code>": lambda: random.choice(CODES),
        "<text>": lambda: f'"{random.choice(TEXTS)}"',
    }
    unbracketed = grammar.replace("[", "").replace("]", "")
    return re.sub("|".join(values), lambda found: values[found[0]](), unbracketed)


def draw(faults: Sequence[Mapping[str, str]], random: Random, *, long_render_s: float) -> Iterator[str]:
    """Yield scripts for ever: each row of the table in turn, most with another fault or two beside it."""
    usable = [fault for fault in faults if fault["name"] != "render"]
    while True:
        for fault in random.sample(usable, len(usable)):
            if fault["name"] in LASTING and random.random() < 0.4:
                continue
            yield _script(fault, usable, random, long_render_s)


def _script(first: Mapping[str, str], faults: Sequence[Mapping[str, str]], random: Random, long_render_s: float) -> str:
    render_s = long_render_s if random.random() < 0.06 else random.uniform(*DURATIONS["render"])
    others = [fault for fault in faults if fault["name"] not in LASTING and fault is not first]
    chosen = [first, *random.sample(others, random.choice((0, 0, 1, 1, 2)))]
    if random.random() < 0.15:
        chosen = []  # nothing goes wrong
    words = [f"render={render_s:.2f}s", *(words_of(fault, random) for fault in chosen)]
    return f"{SPOKEN} [[sim: {' '.join(words)}]]"
