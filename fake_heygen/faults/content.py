"""What a delivery says: unknown, absent, superfluous, broken, far too much."""

from __future__ import annotations

from fake_heygen.faults.fault import Argument, Family, Fault, Group, Point

REFUSES = "Answers 400 or 415 within its time, changes nothing, and finds the end by asking."
RECORDS = "Answers 2xx, records it and changes nothing."
KNOWS = "Knows the reel by its video_id or by the address."

_event = Family(Group.CONTENT, "event", Point.SCHEDULE)
_document = Family(Group.CONTENT, "body", Point.DOCUMENT)
_written = Family(Group.CONTENT, "body", Point.BODY)
_url = Family(Group.CONTENT, "url", Point.PAYLOAD)
_no_url = Family(Group.CONTENT, "url", Point.PAYLOAD, Point.ANSWER_GET)

ROWS: tuple[Fault, ...] = (
    _event("unknown", "A moment before its true event comes one of a type that no documentation names.", RECORDS),
    _event("unsubscribed", "An avatar_video_gif.success comes that the endpoint did not subscribe to.", RECORDS),
    _document("null", "Every field of event_data but video_id and url is null.", KNOWS),
    _document("missing", "Of event_data only video_id and url are there.", KNOWS),
    _document(
        "anonymous",
        "The event names no video: video_id is missing.",
        "Knows the reel by callback_id or by the address, or changes nothing.",
    ),
    _document(
        "extra",
        "The event carries fields that no documentation names, at both levels.",
        "Ignores what it does not know.",
    ),
    _document("older", "The body has the older words: event, data, video_url, error.", "Reads both shapes."),
    _document("bare", "The body carries neither event_id nor created_at.", "Tells duplicates by what they say."),
    _document(
        "flat",
        "A failure says error, message, failure_code and failure_message in place of msg.",
        "Shows whichever of them is there.",
    ),
    _written("broken", "The JSON is cut off in the middle.", REFUSES),
    _written("empty", "The body is empty.", REFUSES),
    _written("list", "The body is a JSON list around the event.", REFUSES),
    _written("latin1", "The body says UTF-8 and is written in ISO-8859-1, with an ñ in it.", REFUSES),
    _written("utf16", "The body is written in UTF-16.", REFUSES),
    _written(
        "huge",
        "The body is padded to this many MiB.",
        "Answers 413 without reading it all, and finds the end by asking.",
        Argument.COUNT,
        default="2",
    ),
    _written("deep", "The event carries a list that is nested 10,000 deep.", REFUSES),
    _written(
        "doubled",
        "Keys come twice: event_type is first untrue and then true.",
        "Decides one way, and asks HeyGen before it believes either.",
    ),
    _written(
        "gzip",
        "The body is compressed, and says so in Content-Encoding.",
        "Answers 415 or reads it; never an error.",
    ),
    _written(
        "gzip-bomb",
        "The body is 32 KiB that unpack to 32 MiB.",
        "Never unpacks without a limit; answers 413 or 415 at once.",
    ),
    _url(
        "ssrf",
        "The event's url leads to the metadata service of a cloud, http://169.254.169.254/.",
        "Never fetches what an event names; takes the link from HeyGen's own answer.",
    ),
    _no_url(
        "missing",
        "The success event has no url, and for this long the completed video has no video_url.",
        "Asks again until there is a link.",
        Argument.DURATION,
        default="30s",
    ),
)
