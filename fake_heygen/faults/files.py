"""The files: links that have expired, files that are not there yet, cut off or of another kind."""

from __future__ import annotations

from fake_heygen.faults.fault import Argument, Family, Fault, Group, Point

LATER = "Tries the file again a little later."
CHECKS = "Checks what it was given before it keeps it, and tries again a little later with a fresh link."

_url = Family(Group.FILES, "url", Point.FILE)
_link = Family(Group.FILES, "url", Point.LINK)
_file = Family(Group.FILES, "file", Point.FILE)


def _damaged(word: str, how: str, sound_client: str = CHECKS) -> Fault:
    return _file(word, f"For this long after the end {how}.", sound_client, Argument.DURATION, default="30s")


ROWS: tuple[Fault, ...] = (
    _url(
        "notyet",
        "The link is given, but the file behind it answers 404 for this long after the end.",
        LATER,
        Argument.DURATION,
        default="10s",
    ),
    _link(
        "expired",
        "Links given during this time after the end have expired already; later ones are good.",
        "Asks HeyGen for a fresh link when one answers 403.",
        Argument.DURATION,
        default="30s",
    ),
    _link(
        "short",
        "Links live this long in place of seven days.",
        "Keeps its own copy of the file, or asks for a fresh link each time.",
        Argument.DURATION,
    ),
    _damaged("truncated", "the file breaks off in the middle"),
    _damaged("page", "the link gives an HTML page with status 200"),
    _damaged("empty", "the file has no bytes"),
    _damaged("503", "the file host answers 503", LATER),
)
