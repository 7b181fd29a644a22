"""The vocabulary of fates and faults, as data: the parser, `GET /_sim/faults` and the README read this table.

A row without a word takes any value (`render=20s`); a row with one is that word (`webhook=drop`), perhaps with
an argument (`webhook=duplicate:4`). Where a fault takes hold are its `points`; what it does there is in hooks/.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Point(StrEnum):
    """The fixed places of the simulation where a fault takes hold; a row without one shapes the fate itself."""

    STATUS = "status"
    ANSWER_CREATE = "answer-create"
    ANSWER_GET = "answer-get"
    ANSWER_STATUSES = "answer-statuses"
    SCHEDULE = "schedule-deliveries"
    PAYLOAD = "build-payload"
    SIGN = "sign"
    FILE = "file"


class Argument(StrEnum):
    """What may stand behind the colon, or as the value of a row without a word."""

    NONE = "none"
    DURATION = "duration"
    COUNT = "count"
    CODE = "code"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row: how it is written, where it takes hold, what it does and what a sound client makes of it."""

    key: str
    word: str = ""
    argument: Argument = Argument.NONE
    default: str | None = None
    points: tuple[Point, ...] = ()
    endless: bool = False
    does: str
    sound_client: str

    @property
    def name(self) -> str:
        """Return how the fault is written, without its argument."""
        return f"{self.key}={self.word}" if self.word else self.key

    @property
    def grammar(self) -> str:
        """Return how the fault is written, with its argument."""
        if self.argument is Argument.NONE:
            return self.name
        shape = f"<{self.argument.value}>"
        if not self.word:
            return f"{self.key}={shape}"
        return f"{self.name}[:{shape}]" if self.default is not None else f"{self.name}:{shape}"


FAULTS: tuple[Fault, ...] = (
    Fault(
        key="render",
        argument=Argument.DURATION,
        does="The render takes this long on the simulated clock.",
        sound_client="Waits without giving up early, and looks rarely when renders are long.",
    ),
    Fault(
        key="outcome",
        word="completed",
        does="The render succeeds.",
        sound_client="Shows the finished video once HeyGen's own answer says completed.",
    ),
    Fault(
        key="outcome",
        word="failed",
        does="The render ends in a failure.",
        sound_client="Shows the failure with its code, and pays again only when asked to.",
    ),
    Fault(
        key="outcome",
        word="contradiction",
        argument=Argument.DURATION,
        default="5s",
        points=(Point.SCHEDULE,),
        does="The video completes; after the success event an avatar_video.fail arrives that is not true.",
        sound_client="Asks HeyGen, and keeps the finished video.",
    ),
    Fault(
        key="code",
        argument=Argument.CODE,
        does="The failure carries this failure_code.",
        sound_client="Shows the code and reads unknown ones as a plain failure.",
    ),
    Fault(
        key="message",
        argument=Argument.TEXT,
        does="The failure carries this text.",
        sound_client="Shows the text as text.",
    ),
    Fault(
        key="refund",
        word="yes",
        does="A failed render is paid back, as by default.",
        sound_client="Counts what was spent by the ledger, not by the number of reels.",
    ),
    Fault(
        key="refund",
        word="no",
        does="A failed render stays charged.",
        sound_client="Does not assume that a failure was free.",
    ),
    Fault(
        key="webhook",
        word="drop",
        points=(Point.SCHEDULE,),
        does="No delivery is ever attempted; the event stands in the account's history.",
        sound_client="Falls back to asking once the webhook is overdue.",
    ),
    Fault(
        key="webhook",
        word="duplicate",
        argument=Argument.COUNT,
        default="2",
        points=(Point.SCHEDULE,),
        does="Each receiver is sent the event this many times in all, with one event id.",
        sound_client="Acknowledges every copy and acts on the first.",
    ),
    Fault(
        key="webhook",
        word="delay",
        argument=Argument.DURATION,
        points=(Point.SCHEDULE,),
        does="The deliveries start this long after the end of the render.",
        sound_client="May have found the end by asking; the late event changes nothing.",
    ),
    Fault(
        key="webhook",
        word="early",
        points=(Point.SCHEDULE,),
        does="The render takes no time and the webhook arrives before the create call is answered.",
        sound_client="Knows the reel by callback_id or by its address before it knows the video_id.",
    ),
    Fault(
        key="webhook",
        word="caption",
        argument=Argument.DURATION,
        default="12s",
        points=(Point.SCHEDULE,),
        does="An avatar_video_caption.success follows the success event after this time.",
        sound_client="Records it and leaves the state of the reel alone.",
    ),
    Fault(
        key="forge",
        word="success",
        points=(Point.SCHEDULE,),
        does="Half-way through the render somebody sends a success event, unsigned, that is not true.",
        sound_client="Refuses it on a signed route; elsewhere asks HeyGen before believing it.",
    ),
    Fault(
        key="status",
        word="stuck",
        points=(Point.STATUS,),
        endless=True,
        does="The video says processing for ever, and no event is sent.",
        sound_client="Times the reel out after its deadline and says so.",
    ),
    Fault(
        key="status",
        word="lag",
        argument=Argument.DURATION,
        points=(Point.STATUS,),
        does="The status says processing for this long after the webhook was sent.",
        sound_client="Asks again shortly instead of believing either side at once.",
    ),
    Fault(
        key="status",
        word="vanish",
        points=(Point.STATUS,),
        endless=True,
        does="When the render should end the video is gone: 404, or not_found among statuses.",
        sound_client="Does not take one 404 for an end; gives up by its deadline.",
    ),
    Fault(
        key="answer",
        word="429",
        argument=Argument.COUNT,
        default="1",
        points=(Point.ANSWER_CREATE,),
        does="The create call is refused this many times with 429 and Retry-After; nothing is created.",
        sound_client="Waits as long as it was told, then sends the same again.",
    ),
    Fault(
        key="answer",
        word="429:noretry",
        points=(Point.ANSWER_CREATE,),
        does="The create call is refused once with 429 and without Retry-After; nothing is created.",
        sound_client="Waits by its own growing pauses, then sends the same again.",
    ),
    Fault(
        key="answer",
        word="500",
        argument=Argument.COUNT,
        default="1",
        points=(Point.ANSWER_CREATE,),
        does="The create call ends this many times in 500; nothing is created.",
        sound_client="Sends the same again with the same idempotency key.",
    ),
    Fault(
        key="answer",
        word="503",
        argument=Argument.COUNT,
        default="1",
        points=(Point.ANSWER_CREATE,),
        does="The create call ends this many times in 503; nothing is created.",
        sound_client="Sends the same again with the same idempotency key.",
    ),
    Fault(
        key="answer",
        word="409",
        points=(Point.ANSWER_CREATE,),
        does="The video is created, but the first answer is 409 request_in_progress.",
        sound_client="Asks again with the same idempotency key and receives the first answer.",
    ),
    Fault(
        key="answer",
        word="slow",
        argument=Argument.DURATION,
        default="31s",
        points=(Point.ANSWER_CREATE,),
        does="The create call works this many real seconds; the same key meanwhile gets 409.",
        sound_client="Waits for slow answers and treats 409 as still running.",
    ),
    Fault(
        key="answer",
        word="timeout",
        argument=Argument.DURATION,
        default="130s",
        points=(Point.ANSWER_CREATE,),
        does="The video is created and paid for, then the answer is held for this many real seconds.",
        sound_client="Sends the same again with the same idempotency key, never without one.",
    ),
    Fault(
        key="answer",
        word="html",
        points=(Point.ANSWER_CREATE,),
        does="The video is created, but the first answer is an HTML page with status 200.",
        sound_client="Treats it as unknown and sends the same again with the same key.",
    ),
    Fault(
        key="answer",
        word="malformed",
        points=(Point.ANSWER_CREATE,),
        does="The video is created, but the first answer is cut off in the middle of its JSON.",
        sound_client="Treats it as unknown and sends the same again with the same key.",
    ),
    Fault(
        key="statuses",
        word="partial",
        points=(Point.ANSWER_STATUSES,),
        does="The bulk status call leaves this video out of its answer.",
        sound_client="Asks for the missing video alone.",
    ),
    Fault(
        key="url",
        word="missing",
        argument=Argument.DURATION,
        default="30s",
        points=(Point.PAYLOAD, Point.ANSWER_GET),
        does="The success event has no url, and for this long the completed video has no video_url.",
        sound_client="Asks again until there is a link.",
    ),
    Fault(
        key="url",
        word="notyet",
        argument=Argument.DURATION,
        default="10s",
        points=(Point.FILE,),
        does="The link is given, but the file behind it answers 404 for this long after the end.",
        sound_client="Tries the file again a little later.",
    ),
    Fault(
        key="sign",
        word="bad",
        points=(Point.SIGN,),
        does="Deliveries to registered endpoints carry a signature that does not fit.",
        sound_client="Answers 401, changes nothing and counts it.",
    ),
    Fault(
        key="sign",
        word="none",
        points=(Point.SIGN,),
        does="Deliveries to registered endpoints carry no signature.",
        sound_client="Answers 401, changes nothing and counts it.",
    ),
    Fault(
        key="sign",
        word="old",
        points=(Point.SIGN,),
        does="Deliveries are signed with the secret that was valid before the last rotation.",
        sound_client="Accepts it only while the old secret is still configured.",
    ),
    Fault(
        key="header",
        word="plain",
        points=(Point.SIGN,),
        does="The signature stands only in the older header Signature.",
        sound_client="Accepts either header.",
    ),
    Fault(
        key="header",
        word="v3",
        points=(Point.SIGN,),
        does="The signature stands only in Heygen-Signature, with timestamp and event id.",
        sound_client="Accepts either header and does not require the timestamp.",
    ),
    Fault(
        key="header",
        word="both",
        points=(Point.SIGN,),
        does="The signature stands in both headers.",
        sound_client="Accepts it once.",
    ),
)

BY_NAME = {fault.name: fault for fault in FAULTS}


def keys() -> list[str]:
    """Return the keys of the vocabulary, in the order of the table."""
    return list(dict.fromkeys(fault.key for fault in FAULTS))


def rows(key: str) -> list[Fault]:
    """Return the rows of a key."""
    return [fault for fault in FAULTS if fault.key == key]


def find(key: str, word: str) -> Fault | None:
    """Return the row of a key and a word, or None."""
    return BY_NAME.get(f"{key}={word}" if word else key)
