"""The named schemas: what is sent and what is answered."""

from __future__ import annotations

from fake_heygen.errors import STATUS_OF
from fake_heygen.event import DOCUMENTED
from fake_heygen.openapi.shapes import (
    ANY,
    TRUTH,
    Schema,
    choice,
    enveloped,
    maybe,
    number,
    record,
    ref,
    rows,
    text,
    whole,
)
from fake_heygen.scenario_reader import BILLING
from fake_heygen.video_request import ASPECT_RATIOS, FITS, FORMATS, LONGEST_SCRIPT, RESOLUTIONS

ADDRESS = text(pattern=r"^https://[A-Za-z0-9._-]+(:[1-9][0-9]{0,3})?(/[^\s\x00-\x20]*)?$", maxLength=2048)
COLOUR = text(pattern="^#[0-9a-fA-F]{6}$")
FILLED = text(minLength=1)
STATUS_WORDS = ("queued", "waiting", "pending", "processing", "completed", "failed", "not_found")

BACKGROUND: Schema = {
    "oneOf": [
        record({"type": choice(["color"]), "value": COLOUR}),
        {**record({"type": choice(["image"]), "url": ADDRESS}), "not": {"required": ["asset_id"]}},
        {**record({"type": choice(["image"]), "asset_id": FILLED}), "not": {"required": ["url"]}},
    ]
}
VOICE_SETTINGS = record(
    {},
    {
        "speed": maybe(number(0.5, 1.5)),
        "pitch": maybe(number(-50, 50)),
        "volume": maybe(number(0, 1)),
        "locale": maybe(text()),
    },
)
VIDEO_ORDER = record(
    {
        "type": choice(["avatar"]),
        "avatar_id": text(minLength=1, examples=["lucia_studio_front"]),
        "script": text(minLength=1, maxLength=LONGEST_SCRIPT, pattern=r"\S"),
    },
    {
        "voice_id": maybe(text()),
        "title": maybe(text()),
        "resolution": maybe(choice(RESOLUTIONS)),
        "aspect_ratio": maybe(choice(ASPECT_RATIOS)),
        "fit": maybe(choice(FITS)),
        "background": maybe(BACKGROUND),
        "caption": maybe(record({}, {"file_format": maybe(choice(["srt"])), "style": maybe(choice(["default"]))})),
        "voice_settings": maybe(VOICE_SETTINGS),
        "output_format": maybe(choice(FORMATS)),
        "callback_url": maybe(ADDRESS),
        "callback_id": maybe(FILLED),
    },
)
VIDEO = record(
    {"id": text(), "status": text()},
    {
        "title": maybe(text()),
        "created_at": maybe(whole()),
        "completed_at": maybe(whole()),
        **{
            name: maybe(text())
            for name in ("video_url", "captioned_video_url", "subtitle_url", "thumbnail_url", "gif_url")
        },
        "video_page_url": maybe(text()),
        "duration": maybe(number()),
        "folder_id": maybe(text()),
        "failure_code": maybe(text()),
        "failure_message": maybe(text()),
    },
)
STATUS_ROW = record(
    {
        "video_id": text(),
        "status": choice(STATUS_WORDS),
        "error": maybe(ANY),
        "batch_id": maybe(text()),
        "item_index": maybe(whole()),
    }
)
BATCH_ORDER = record(
    {"videos": rows({"type": "object"}, minItems=1, maxItems=100)},
    {"title": maybe(text()), "callback_url": maybe(ADDRESS)},
)
BATCH = record(
    {
        "batch_id": text(),
        "title": maybe(text()),
        "status": text(),
        "total_items": whole(),
        "counts_by_status": {"type": "object", "additionalProperties": whole()},
        "items": rows(
            record({"item_index": whole(), "status": text(), "video_id": maybe(text()), "error": maybe(ANY)})
        ),
    }
)
ENDPOINT_CHANGE = {"url": maybe(ADDRESS), "events": maybe(rows(choice(tuple(DOCUMENTED)), minItems=1))}
ENDPOINT_ORDER = record({"url": ADDRESS}, {"events": ENDPOINT_CHANGE["events"], "entity_id": maybe(text())})
ENDPOINT = record(
    {
        "endpoint_id": text(),
        "url": text(),
        "status": choice(["enabled", "disabled"]),
        "created_at": text(format="date-time"),
        "events": maybe(rows(text())),
        "secret": maybe(text(pattern="^whsec_")),
    }
)
EVENT = record(
    {"event_id": text(), "event_type": text(), "event_data": {"type": "object"}, "created_at": text(format="date-time")}
)
USER = record(
    {"username": text(), "email": text(), "billing_type": choice(BILLING)},
    {
        "wallet": maybe(record({"currency": text(), "remaining_balance": number(), "auto_reload": ANY})),
    },
)
GROUP = record({"group_id": text(), "name": text()}, {"gender": text(), "preview_image_url": text()})
LOOK = record(
    {"id": text(), "name": text(), "group_id": text()},
    {
        "avatar_type": text(),
        "gender": text(),
        "preview_image_url": maybe(text()),
        "preview_video_url": maybe(text()),
        "preferred_orientation": text(),
        "tags": rows(text()),
        "default_voice_id": maybe(text()),
        "status": text(),
    },
)
VOICE = record(
    {"voice_id": text(), "name": text(), "language": text(), "gender": text()},
    {"preview_audio_url": maybe(text()), "support_pause": TRUTH},
)
ERROR = record(
    {
        "error": record(
            {"code": choice(tuple(STATUS_OF)), "message": text()}, {"param": maybe(text()), "doc_url": maybe(text())}
        )
    }
)
SCHEMAS: dict[str, Schema] = {
    "VideoOrder": VIDEO_ORDER,
    "Created": record({"video_id": text(), "status": text(), "output_format": choice(FORMATS)}),
    "Video": VIDEO,
    "Deleted": record({"id": text(), "deleted": TRUTH}),
    "StatusRow": STATUS_ROW,
    "BatchOrder": BATCH_ORDER,
    "Batch": BATCH,
    "EndpointOrder": ENDPOINT_ORDER,
    "EndpointChange": record({}, ENDPOINT_CHANGE),
    "Endpoint": ENDPOINT,
    "Secret": record({"endpoint_id": text(), "secret": text(pattern="^whsec_")}),
    "EventType": record({"event_type": text(), "description": text()}),
    "Event": EVENT,
    "User": USER,
    "Group": GROUP,
    "Look": LOOK,
    "Voice": VOICE,
    "AssetOrder": record({"file": text(format="binary")}),
    "Asset": record({"asset_id": text(), "url": text(), "mime_type": text(), "size_bytes": whole()}),
    "Nothing": {"type": "object"},
    "Error": ERROR,
}
STATUS_ROWS = enveloped(rows(ref("StatusRow")))
EVENT_TYPES = enveloped(rows(ref("EventType")))
