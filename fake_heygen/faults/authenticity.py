"""Who speaks: signatures that do not fit, headers that are broken, events that are lies."""

from __future__ import annotations

from fake_heygen.faults.fault import Argument, Family, Fault, Group, Point

REFUSES = "Answers 401, changes nothing and counts it."
SAME_AS_ANY = "Answers 401, as for any signature that does not fit; never an error of its own."
STEADY = "Decides one way and keeps to it; never an error."
ASKS = "Refuses it on a signed route; elsewhere asks HeyGen before believing it."
NOT_OURS = "Changes nothing, whatever route it came by."

_sign = Family(Group.AUTHENTICITY, "sign", Point.SIGN)
_header = Family(Group.AUTHENTICITY, "header", Point.SIGN)
_forge = Family(Group.AUTHENTICITY, "forge", Point.SCHEDULE)

ROWS: tuple[Fault, ...] = (
    _sign("none", "Deliveries to registered endpoints carry no signature.", REFUSES),
    _sign("bad", "Deliveries to registered endpoints carry a signature of which one digit is wrong.", REFUSES),
    _sign("wrong", "Deliveries are signed with a secret that is nobody's.", REFUSES),
    _sign(
        "old",
        "Deliveries are signed with the secret that was valid before the last rotation.",
        "Accepts it only while the old secret is still configured.",
    ),
    _sign(
        "reserialised",
        "The signature is that of the same JSON written differently, not of the bytes sent.",
        "Verifies the raw body, and so answers 401.",
    ),
    _sign("empty", "The signature header is there and empty.", SAME_AS_ANY),
    _sign("short", "The signature is cut off after 20 digits.", SAME_AS_ANY),
    _sign("long", "The signature header has 6,000 characters.", SAME_AS_ANY),
    _sign("nothex", "The signature is words, not digits.", SAME_AS_ANY),
    _sign("binary", "The signature header holds bytes beyond ASCII.", SAME_AS_ANY),
    _sign("base64", "The right digest is written in base64.", SAME_AS_ANY),
    _sign("prefixed", "The right digest stands behind sha256=.", SAME_AS_ANY),
    _sign("upper", "The right digest is written in capital letters.", STEADY),
    _sign("twice", "The signature header comes twice: first a wrong one, then the right one.", STEADY),
    _header("plain", "The signature stands only in the older header Signature.", "Accepts either header."),
    _header(
        "v3",
        "The signature stands only in Heygen-Signature, with timestamp and event id.",
        "Accepts either header and does not require the timestamp.",
    ),
    _header("both", "The signature stands in both headers.", "Accepts it once."),
    _header(
        "bare",
        "Heygen-Signature comes without timestamp and event id.",
        "Accepts it: neither is covered by the signature.",
    ),
    _header(
        "stale",
        "The timestamp header says yesterday.",
        "Accepts it: retries go on for a day, and the signature does not cover the timestamp.",
    ),
    _forge(
        "success",
        "Half-way through the render somebody sends a success event, unsigned, that is not true.",
        ASKS,
    ),
    _forge("fail", "Half-way through the render somebody sends a failure event, unsigned, that is not true.", ASKS),
    _forge(
        "foreign-success",
        "Somebody sends this reel's receivers a success event, unsigned, of a video of another account.",
        NOT_OURS,
    ),
    _forge(
        "foreign-fail",
        "Somebody sends this reel's receivers a failure event, unsigned, of a video of another account.",
        NOT_OURS,
    ),
    _forge(
        "crossed",
        "A success event, rightly signed, comes to this reel's address and names the video of another reel.",
        "Records it and changes neither reel before HeyGen has been asked.",
    ),
    _forge(
        "replay",
        "Somebody sends a true delivery again after this time: same bytes, same signature, same old timestamp.",
        "Acknowledges it as the duplicate that it is; no state changes.",
        Argument.DURATION,
        default="1h",
    ),
)
