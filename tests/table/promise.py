"""Read from a fault's sentence what a sound client does: what it answers, and how the reel ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fake_heygen.faults import Fault, Point


class End(StrEnum):
    """What becomes of the reel in the end."""

    COMPLETED = "completed"
    FAILED = "failed"
    REFUSED = "refused"
    GIVEN_UP = "given up"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the sentence promises: the end, the answers to struck deliveries, and who must act.

    `lost` means that the struck delivery cannot carry the end, `late` that asking may be quicker than it; `person` that
    the reel waits for somebody.
    """

    end: End = End.COMPLETED
    answers: frozenset[int] = frozenset({200})
    lost: bool = False
    late: bool = False
    person: bool = False


ENDS: Final = (
    (End.REFUSED, r"shows the refusal|which of its words|does not send the same again by itself, unless"),
    (End.LATE, r"says timed out at its deadline, and completed when"),
    (End.GIVEN_UP, r"times the reel out|gives up by its deadline|says that the file is missing"),
    (
        End.FAILED,
        r"shows (the failure|a plain failure|the code|the text|the message|whichever)|counts what was spent"
        r"|a failure was free",
    ),
)
LOST: Final = r"finds the end by asking|falls back to asking|but asks once|answers 41[35]|answers 415 or"
LATE: Final = r"may have found the end by asking|late webhooks|takes the burst in|order in which events|days old"
AT_TIMES: Final = r"when it cannot|or reads it"
EITHER: Final = r"one way"
PERSON: Final = r"until somebody tries again"
ANSWERS: Final = r"(?:^|and so |; )answers ((?:\d{3}(?:, | or )?)+)"
ON_SIGNED_ROUTES: Final = r"refuses it on a signed route|whatever route it came by"


def read_promise(fault: Fault) -> Promise:
    """Return what the sentence of a fault promises."""
    sentence = fault.sound_client.casefold()
    answers = {int(code) for found in re.findall(ANSWERS, sentence) for code in re.findall(r"\d{3}", found)}
    if re.search(EITHER, sentence):
        answers = {200, 400} | ({401} if Point.SIGN in fault.points else set())
    if re.search(AT_TIMES, sentence):
        answers |= {200}
    if re.search(ON_SIGNED_ROUTES, sentence):
        answers = {200, 401}
    return Promise(
        end=next((end for end, words in ENDS if re.search(words, sentence)), End.COMPLETED),
        answers=frozenset(answers or {200}),
        lost=bool(re.search(LOST, sentence)),
        late=bool(re.search(LATE, sentence)),
        person=bool(re.search(PERSON, sentence)),
    )
