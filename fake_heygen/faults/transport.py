"""How the bytes travel: `wire` is the first attempt of each delivery, `line` the answer to the create call."""

from __future__ import annotations

from fake_heygen.faults.fault import Argument, Family, Fault, Group, Point

NEXT = "Records nothing of it and takes the next attempt."
READS = "Reads it to the end."
RESENDS = "Treats it as unknown and sends the same again with the same key."

_wire = Family(Group.TRANSPORT, "wire", Point.WIRE)
_line = Family(Group.TRANSPORT, "line", Point.ANSWER_CREATE)

ROWS: tuple[Fault, ...] = (
    _wire(
        "refused",
        "This many attempts do not reach the receiver at all.",
        "Needs no more than one of the later attempts, or asks.",
        Argument.COUNT,
        default="1",
    ),
    _wire("reset", "The connection is reset in the middle of the body.", NEXT),
    _wire("empty", "The connection is opened and closed without a word.", NEXT),
    _wire(
        "half-open",
        "Half of the body is sent, then nothing for this many real seconds, then the connection is dropped.",
        "Gives the request up after a bounded time, holding nobody else up, and takes the next attempt.",
        Argument.DURATION,
        default="10s",
    ),
    _wire(
        "dribble",
        "The body comes in twenty pieces spread over this many real seconds.",
        "Reads it to the end within its patience, and answers at once then.",
        Argument.DURATION,
        default="3s",
    ),
    _wire(
        "slow-headers",
        "The headers come line by line, spread over this many real seconds.",
        "Holds nobody else up meanwhile.",
        Argument.DURATION,
        default="3s",
    ),
    _wire("truncated", "The body is shorter than Content-Length says, and the sending side is closed.", NEXT),
    _line(
        "refused",
        "This many create calls are cut off before anything was created.",
        "Sends the same again with the same idempotency key.",
        Argument.COUNT,
        default="1",
    ),
    _line("reset", "The video is created; the connection is reset in the middle of the first answer.", RESENDS),
    _line("empty", "The video is created; the connection is closed without an answer.", RESENDS),
    _line(
        "half-open",
        "The video is created; half of the answer comes, then nothing for this many real seconds.",
        RESENDS,
        Argument.DURATION,
        default="3s",
    ),
    _line(
        "dribble",
        "The first answer's body comes in twenty pieces spread over this many real seconds.",
        READS,
        Argument.DURATION,
        default="3s",
    ),
    _line(
        "slow-headers",
        "The first answer's headers come line by line, spread over this many real seconds.",
        READS,
        Argument.DURATION,
        default="3s",
    ),
    _line("truncated", "The video is created; the first answer is shorter than its Content-Length.", RESENDS),
)
