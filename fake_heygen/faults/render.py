"""How a render goes and ends: most of these rows shape the fate itself."""

from __future__ import annotations

from fake_heygen.faults.fault import Argument, Family, Fault, Group, Point

_render = Family(Group.RENDER, "render")
_outcome = Family(Group.RENDER, "outcome")
_code = Family(Group.RENDER, "code")
_message = Family(Group.RENDER, "message")
_refund = Family(Group.RENDER, "refund")
_reason = Family(Group.RENDER, "reason", Point.ANSWER_GET, Point.ANSWER_STATUSES, Point.PAYLOAD)

ROWS: tuple[Fault, ...] = (
    _render(
        "",
        "The render takes this long on the simulated clock.",
        "Waits without giving up early, and looks rarely when renders are long.",
        Argument.DURATION,
    ),
    _outcome(
        "completed",
        "The render succeeds.",
        "Shows the finished video once HeyGen's own answer says completed.",
    ),
    _outcome(
        "failed",
        "The render ends in a failure.",
        "Shows the failure with its code, and pays again only when asked to.",
    ),
    _code(
        "",
        "The failure carries this failure_code.",
        "Shows the code and reads unknown ones as a plain failure.",
        Argument.CODE,
    ),
    _message("", "The failure carries this text.", "Shows the text as text.", Argument.TEXT),
    _reason(
        "none",
        "A failure carries neither code nor message, wherever it is told.",
        "Shows a plain failure and says that HeyGen gave no reason.",
    ),
    _reason(
        "code",
        "A failure carries its code only; the message is null.",
        "Shows the code in place of the message.",
    ),
    _reason("message", "A failure carries its message only; the code is null.", "Shows the message."),
    _refund(
        "yes",
        "A failed render is paid back, as by default.",
        "Counts what was spent by the ledger, not by the number of reels.",
    ),
    _refund("no", "A failed render stays charged.", "Does not assume that a failure was free."),
)
