"""Draw the timeline of a reel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from core.evidence import Event
from core.models import Channel
from pages.ui.component import component
from pages.ui.language import _, mark
from pages.ui.moments import exact, number
from pages.ui.verdicts import PROOFS, VERDICTS, note_of
from pages.ui.words import CHANNELS, MODES, STATES, Look

KINDS: Final = {
    "pending": Look(mark("Stored, waiting for its turn"), "schedule", "gray"),
    "sending": Look(mark("Being handed to HeyGen"), "arrow_upward", "blue"),
    "processing": Look(mark("Accepted by HeyGen, in the making"), "movie", "blue"),
    "completed": Look(mark("Ready"), "check", "green"),
    "failed": Look(mark("Failed"), "close", "red"),
    "timed_out": Look(mark("Deadline reached without news"), "hourglass_disabled", "orange"),
    "send_unknown": Look(mark("No confirmation from HeyGen; sent again with the same key"), "sync", "orange"),
    "doubt": Look(mark("Not certain whether HeyGen has it"), "help", "orange"),
    "refused": Look(mark("A webhook was refused"), "block", "orange"),
    "queue_paused": Look(mark("HeyGen asked to wait; the queue pauses"), "pause", "orange"),
    "queue_stopped": Look(mark("HeyGen refuses the account; the queue has stopped"), "front_hand", "red"),
    "webhook": Look(mark("Webhook received"), "call_received", "blue"),
    "check": Look(mark("HeyGen's status has changed"), "autorenew", "gray"),
    "look": Look(mark("HeyGen was asked (sweep)"), "search", "gray"),
    "fallback": Look(mark("The webhook is overdue; HeyGen is asked instead"), "alt_route", "orange"),
    "manual_check": Look(mark("Checked by hand"), "touch_app", "gray"),
    "anomaly": Look(mark("Something that does not fit"), "warning", "orange"),
    "deadline": Look(mark("Deadline reached; HeyGen is asked once more"), "alarm", "orange"),
    "retry": Look(mark("New attempt"), "replay", "blue"),
    "note": Look(mark("Note"), "notes", "gray"),
    "kept": Look(mark("Video and pictures copied; they stay when HeyGen's links end"), "save", "green"),
    "keep_failed": Look(mark("The files could not be copied; HeyGen's links end within days"), "save", "orange"),
    "breaker_open": Look(mark("Webhooks fail to arrive; HeyGen is asked until they are back"), "alt_route", "orange"),
    "breaker_closed": Look(mark("Webhooks arrive again"), "done_all", "green"),
    "archived": Look(mark("Archived"), "inventory_2", "gray"),
    "restored": Look(mark("Brought back into the list"), "unarchive", "gray"),
    "deleted": Look(mark("Deleted"), "delete", "gray"),
}
DETAILS: Final = {
    "attempt": mark("attempt"),
    "mode": mark("mode"),
    "account": mark("account"),
    "video_id": mark("video"),
    "remote_status": mark("HeyGen's status"),
    "completed_at": mark("finished at"),
    "failure_code": mark("code"),
    "failure_param": mark("field"),
    "http_status": mark("HTTP status"),
    "request_id": mark("request id"),
    "event_type": mark("event"),
    "event_id": mark("event id"),
    "verdict": mark("verdict"),
    "note": mark("note"),
    "reason": mark("reason"),
    "error": mark("error"),
    "again_in_s": mark("again in seconds"),
    "until": mark("until"),
    "delivery_id": mark("delivery"),
    "auth": mark("proof"),
    "overdue_after_s": mark("overdue after seconds"),
    "after_s": mark("after seconds"),
    "count": mark("count"),
    "seen": mark("came so many times"),
    "what": mark("what"),
    "by": mark("by whom"),
    "at_heygen": mark("at HeyGen too"),
    "status": mark("as it stood"),
    "why": mark("why"),
    "kept": mark("kept"),
    "captioned": mark("video with captions, bytes"),
    "thumbnail": mark("picture, bytes"),
    "subtitles": mark("subtitles, bytes"),
    "video": mark("video, bytes"),
}
VALUES: Final = {
    "queue_opened": mark("the queue was opened by hand"),
    "not_found_in_list": mark("HeyGen does not have it; it is sent anew"),
    "contradiction": mark("HeyGen contradicts itself; the first answer stays"),
    "completed_with_error": mark("finished, yet with an error code"),
    "webhook_overdue": mark("no webhook in time"),
    "fallback": mark("no webhook in time"),
    "deadline": mark("the deadline"),
    "retry": mark("before a new attempt"),
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "mode": {str(mode): word for mode, word in MODES.items()},
    "status": {str(status): state.word for status, state in STATES.items()},
    "verdict": {str(verdict): state.word for verdict, state in VERDICTS.items()},
    "auth": PROOFS,
}
SAID: Final = ("failure_message", "message")
HIDDEN: Final = frozenset({"channel", "sending", "requested_mode", "how", "body", "key", "note_told", *SAID})
TELLING: Final = frozenset({"completed", "failed", "anomaly"})

_story = component("story")


def draw_story(events: Sequence[Event], key: str, *, proofs: bool) -> None:
    """Draw what happened to a reel, oldest first; each with what proves it, where the viewer may see requests."""
    labels = {"copy": _("Copy as curl"), "copied": _("Copied")}
    entries = [_entry(event, place, proofs=proofs) for place, event in enumerate(events)]
    _story(key=key, data={"label": _("Timeline"), "labels": labels, "entries": entries})


def _entry(event: Event, place: int, *, proofs: bool) -> dict[str, Any]:
    entry = event.entry
    known = KINDS.get(entry.kind) or Look(entry.kind.replace("_", " "), "circle", "gray")
    channel = entry.detail.get("channel")
    how = _(CHANNELS[Channel(channel)]) if channel in set(Channel) and entry.kind in TELLING else ""
    times = f" · {number(len(event.looks))}×" if len(event.looks) > 1 else ""
    said = next((str(entry.detail[name]) for name in SAID if entry.detail.get(name)), "")
    return {
        "time": exact(entry.at),
        "what": _(known.word) + (f" · {how}" if how else "") + times,
        "icon": known.icon,
        "colour": known.colour,
        "note": said,
        "detail": _details(entry.detail),
        "evidence": _evidence(event, place) if proofs and event.evidence else None,
    }


def _evidence(event: Event, place: int) -> dict[str, Any]:
    """Return what can be laid open under an entry."""
    proof = event.evidence
    assert proof is not None  # noqa: S101  # the caller has looked
    return {
        "name": f"{event.entry.at.isoformat()} {event.entry.kind} {place}",
        "summary": _("Request"),
        "times": [exact(look.at) for look in event.looks] if len(event.looks) > 1 else [],
        "request": proof.request,
        "headers": list(proof.headers.items()),
        "body": proof.body,
        "curl": proof.curl,
    }


def _details(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    once = {"seen": 1}  # is nothing to tell
    if detail.get("note"):
        detail = {**detail, "note": note_of(str(detail["note"]), detail.get("note_told"))}
    told = {name: value for name, value in detail.items() if once.get(name) != value and name not in HIDDEN}
    shown = [(name, value) for name, value in told.items() if value not in (None, "", [])]
    return [
        (_(DETAILS[name]) if name in DETAILS else name.replace("_", " "), _word(name, value)) for name, value in shown
    ]


def _word(name: str, value: object) -> str:
    """Write a value; one of our own names by its word, HeyGen's stay as they are."""
    words = WORDS.get(name, {})
    return _(words[str(value)]) if str(value) in words else _value(value)


def _value(value: object) -> str:
    """Write a value; a moment in the viewer's time."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in VALUES:
        return _(VALUES[str(value)])
    if isinstance(value, str) and "T" in value:
        try:
            return exact(datetime.fromisoformat(value))
        except ValueError:
            return value
    return str(value)
