"""Whether every event is taken: again, unknown, out of order, in older and in odd shapes."""

from __future__ import annotations

import json
import secrets
from typing import Any

from fake_heygen.proof.certificate.event import FAIL, SUCCESS, raw
from fake_heygen.proof.certificate.rule import Rule
from fake_heygen.proof.certificate.subject import Failed, Subject, must_believe, must_survive

COPIES = 4
UNKNOWN = ("avatar_video_gif.success", "photo_avatar_train.fail", "something.that.does.not.exist.yet")


def _again(subject: Subject) -> str | None:
    body = subject.body()
    first, *others = [subject.genuine(body) for _ in range(COPIES)]
    must_believe(first, "a delivery")
    for answer in others:
        must_believe(answer, "the same delivery once more")
        if answer.status != first.status:
            raise Failed(f"the same delivery once more must be answered alike: {first.status}, then {answer.status}")
    return None


def _again_at_once(subject: Subject) -> str | None:
    for answer in subject.at_once([subject.body()] * COPIES):
        must_believe(answer, f"one of {COPIES} copies that come at the same time")
    return None


def _unknown(subject: Subject) -> str | None:
    for event_type in UNKNOWN:
        must_believe(subject.genuine(subject.body(event_type)), f"the event {event_type}")
    return None


def _order(subject: Subject) -> str | None:
    for first, then in ((SUCCESS, FAIL), (FAIL, SUCCESS), (SUCCESS, "avatar_video_caption.success")):
        video_id = subject.video_id or secrets.token_hex(16)
        must_believe(subject.genuine(subject.body(first, video_id=video_id)), first)
        must_believe(subject.genuine(subject.body(then, video_id=video_id)), f"{then} after {first}")
    return None


def _older_shapes(subject: Subject) -> str | None:
    data = subject.event()["event_data"]
    older: list[dict[str, Any]] = [
        {"event": SUCCESS, "data": {"video_id": data["video_id"], "video_url": data["url"]}},
        {"event": FAIL, "data": {"video_id": data["video_id"], "error": "Rendering failed"}},
        {"event_type": FAIL, "event_data": {"video_id": data["video_id"], "failure_message": "Rendering failed"}},
    ]
    for document in older:
        must_believe(subject.genuine(raw(document)), f"a body with {', '.join(document)}")
    return None


def _extra(subject: Subject) -> str | None:
    body = raw(subject.event(more={"a": [1, None]}) | {"warning": "deprecated", "": 0, "simulated": True})
    must_believe(subject.genuine(body), "a body with fields that nobody knows")
    return None


def _missing(subject: Subject) -> str | None:
    whole = subject.event()
    for key in ("event_id", "created_at"):
        must_believe(subject.genuine(raw({k: v for k, v in whole.items() if k != key})), f"a body without {key}")
    for key in ("url", "folder_id", "callback_id"):
        less = {k: v for k, v in whole["event_data"].items() if k != key}
        must_believe(subject.genuine(raw(whole | {"event_data": less})), f"a body without {key}")
    return None


def _charset_named(subject: Subject) -> str | None:
    body = subject.body()
    headers = [(n, b"application/json; charset=utf-8" if n == "Content-Type" else v) for n, v in subject.signed(body)]
    must_believe(subject.post(body, headers, url=subject.genuine_url), "a body whose charset is named")
    return None


def _odd(subject: Subject) -> str | None:
    whole = subject.event()
    about: dict[str, Any] = whole["event_data"]
    odd: dict[str, dict[str, Any]] = {
        "event_data null": {"event_data": None},
        "event_data that is a list": {"event_data": []},
        "event_data that is a text": {"event_data": "text"},
        "a video_id that is a number": {"event_data": about | {"video_id": 7}},
        "a video_id that is a list": {"event_data": about | {"video_id": ["v"], "url": {}}},
        "a url into the receiver's own network": {"event_data": about | {"url": "http://169.254.169.254/latest/"}},
        "half a character in a text": {"event_data": about | {"callback_id": "\x00\ud83d"}},
        "an event_type that is a number": {"event_type": 7},
        "event_type null": {"event_type": None},
        "an event_type without end": {"event_type": "x" * 5000},
        "event and data null": {"event": None, "data": None},
        "data null": {"event": SUCCESS, "data": None},
        "data that is a list": {"event": FAIL, "data": ["v"]},
    }
    for what, change in odd.items():
        body = json.dumps(whole | change).encode()  # in ASCII, since only an escape can carry half a character
        must_survive(subject.genuine(body), f"a body with {what}")
    must_survive(subject.genuine(b"{}"), "an empty object")
    return None


RULES = (
    Rule(name="duplicate-believed", claim="the same delivery is answered with the same 2xx again", examine=_again),
    Rule(name="duplicates-at-once-believed", claim="copies at the same time are all believed", examine=_again_at_once),
    Rule(name="unknown-event-believed", claim="an unknown event is answered with 2xx", examine=_unknown),
    Rule(name="any-order-believed", claim="events are believed in any order", examine=_order),
    Rule(name="older-shapes-believed", claim="bodies of older documents are read", examine=_older_shapes),
    Rule(name="extra-fields-believed", claim="unknown fields do no harm", examine=_extra),
    Rule(name="missing-fields-believed", claim="optional fields may be missing", examine=_missing),
    Rule(name="named-charset-believed", claim="Content-Type may name its charset", examine=_charset_named),
    Rule(name="odd-values-survived", claim="fields of the wrong type cause no 5xx", examine=_odd),
)
