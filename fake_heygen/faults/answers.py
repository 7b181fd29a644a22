"""What HeyGen answers: refusals, lost and spoilt answers, and spells that strike the whole account."""

from __future__ import annotations

from fake_heygen.faults.fault import Argument, Family, Fault, Group, Point, Scope

RESENDS = "Sends the same again with the same idempotency key."
UNKNOWN = "Treats it as unknown and sends the same again with the same key."
ASKS_AGAIN = "Asks again later; one failed answer says nothing of the video."
GOES_ON = "Keeps all that is in flight and asks again with growing pauses."

_answer = Family(Group.ANSWERS, "answer", Point.ANSWER_CREATE)
_statuses = Family(Group.ANSWERS, "statuses", Point.ANSWER_STATUSES)
_get = Family(Group.ANSWERS, "get", Point.ANSWER_READ)
_spell = Family(Group.ANSWERS, "spell", Point.SPELL, scope=Scope.ACCOUNT)


def _refused(word: str, with_what: str, sound_client: str) -> Fault:
    does = f"The create call is refused this many times with {with_what}; nothing is created."
    return _answer(word, does, sound_client, Argument.COUNT, default="1")


def _read(word: str, get_what: str, sound_client: str = ASKS_AGAIN) -> Fault:
    does = f"The first calls that ask for this video, so many, {get_what}."
    return _get(word, does, sound_client, Argument.COUNT, default="1")


def _struck(word: str, how: str, sound_client: str = GOES_ON) -> Fault:
    does = f"For this long, beginning with the creation of this video, {how}."
    return _spell(word, does, sound_client, Argument.DURATION)


ROWS: tuple[Fault, ...] = (
    _refused("401", "401", "Says that the key is not accepted and keeps the reel; does not hammer."),
    _refused("402", "402", "Says that credit is missing and keeps the reel until somebody tries again."),
    _refused("403", "403", "Shows the refusal; the same again does not help by itself."),
    _refused("404", "404 for its avatar", "Shows which of its words is not found."),
    _answer(
        "code",
        "The create call is refused every time with this code of HeyGen's; nothing is created.",
        "Shows the code and does not send the same again by itself, unless the code says so.",
        Argument.CODE,
    ),
    _refused("429", "429 and Retry-After", "Waits as long as it was told, then sends the same again."),
    _answer(
        "429:noretry",
        "The create call is refused once with 429 and without Retry-After; nothing is created.",
        "Waits by its own growing pauses, then sends the same again.",
    ),
    _answer(
        "429:date",
        "The create call is refused once with 429 and a Retry-After that is a date; nothing is created.",
        "Reads either form of the header, then sends the same again.",
    ),
    _answer(
        "429:daily",
        "The create call is refused with 429 quota_exceeded until the next day (UTC) begins.",
        "Keeps the reel, says that the day's limit is reached, and tries rarely.",
    ),
    _refused("500", "500", RESENDS),
    _refused("503", "503", RESENDS),
    _refused("504", "504", RESENDS),
    _answer(
        "409",
        "The video is created, but the first answer is 409 request_in_progress.",
        "Asks again with the same idempotency key and receives the first answer.",
    ),
    _answer(
        "slow",
        "The create call works this many real seconds; the same key meanwhile gets 409.",
        "Waits for slow answers and treats 409 as still running.",
        Argument.DURATION,
        default="31s",
    ),
    _answer(
        "timeout",
        "The video is created and paid for, then the answer is held for this many real seconds.",
        "Sends the same again with the same idempotency key, never without one.",
        Argument.DURATION,
        default="130s",
    ),
    _answer("html", "The video is created, but the first answer is an HTML page with status 200.", UNKNOWN),
    _answer("malformed", "The video is created, but the first answer is cut off in the middle of its JSON.", UNKNOWN),
    _answer(
        "warning",
        "The good answer carries a warning beside its data, and headers deprecation and sunset.",
        "Ignores what it does not know.",
    ),
    _statuses(
        "partial", "The bulk status call leaves this video out of its answer.", "Asks for the missing video alone."
    ),
    _read("404", "get 404"),
    _read("429", "get 429 with Retry-After", "Asks as late as it was told."),
    _read("500", "get 500"),
    _read("503", "get 503"),
    _read("html", "get an HTML page with status 200"),
    _read("malformed", "get JSON that is cut off"),
    _read("reset", "are cut off without an answer"),
    _struck(
        "401",
        "the account's key is refused, as after a rotation",
        "Says that the key is not accepted, loses no reel, and goes on with the new key.",
    ),
    _struck("429", "every call of the account gets 429", "Slows down as a whole, not each reel by itself."),
    _struck("500", "every call of the account gets 500"),
    _struck("503", "every call of the account gets 503"),
    _struck("cut", "every call of the account is cut off without an answer"),
    _struck(
        "lists",
        "lists and the history show nothing new",
        "Does not conclude from an absence in a list that a video does not exist.",
    ),
    _struck(
        "webhooks",
        "no delivery leaves; then all come at once",
        "Falls back to asking, and takes the burst in afterwards.",
    ),
)
