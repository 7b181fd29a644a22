"""How HeyGen words a video: in get, in list, in the bulk status call and in events."""

from __future__ import annotations

from typing import Any

from fake_heygen.hooks.files import link_life_s
from fake_heygen.hooks.read_answer import told_row, told_view
from fake_heygen.hooks.status import told_status
from fake_heygen.links import Links
from fake_heygen.video import Video

ENDED = ("completed", "failed")


def video_view(video: Video, now: float, links: Links) -> dict[str, Any]:
    """Return the object of GET /v3/videos/{id}."""
    status = told_status(video, now)
    view: dict[str, Any] = {
        "id": video.video_id,
        "title": video.request.title,
        "status": status,
        "created_at": int(video.created_at),
        "completed_at": int(video.ends_at) if status in ENDED else None,
        "video_url": None,
        "captioned_video_url": None,
        "subtitle_url": None,
        "thumbnail_url": None,
        "gif_url": None,
        "video_page_url": links.page(video.video_id),
        "duration": None,
        "folder_id": None,
    }
    if status == "completed":
        view |= _files(video, now, links)
    if status == "failed":
        view |= {"failure_code": video.fate.code, "failure_message": video.fate.message}
    return told_view(view, video, now)


def status_row(video_id: str, video: Video | None, now: float) -> dict[str, Any] | None:
    """Return the row of GET /v3/videos/statuses, whose words differ a little; None when it is left out."""
    status = told_status(video, now) if video else "not_found"
    error = None
    if video and status == "failed":
        error = {"code": video.fate.code, "message": video.fate.message}
    row = {
        "video_id": video_id,
        "status": "waiting" if status == "pending" else status,
        "error": error,
        "batch_id": video.batch_id if video else None,
        "item_index": video.item_index if video else None,
    }
    return told_row(row, video) if video else row


def event_data(event_type: str, video: Video, url: str, links: Links) -> dict[str, Any]:
    """Return what an event says of a video."""
    about = {"video_id": video.video_id, "callback_id": video.request.callback_id}
    if event_type.endswith(".fail"):
        message = video.fate.message
        return {"video_id": video.video_id, "msg": message, "callback_id": video.request.callback_id}
    return {
        "video_id": about["video_id"],
        "url": url,
        "gif_download_url": None,
        "video_share_page_url": links.page(video.video_id),
        "video_page_url": links.page(video.video_id),
        "folder_id": None,
        "callback_id": about["callback_id"],
    }


def _files(video: Video, now: float, links: Links) -> dict[str, Any]:
    request, life_s, kind = video.request, link_life_s(video, now), video.request.output_format
    captioned_url = (
        links.video(video.video_id, now, life_s, captioned=True, suffix=kind) if request.caption_style else None
    )
    return {
        "video_url": links.video(video.video_id, now, life_s, suffix=kind),
        "captioned_video_url": captioned_url,
        "subtitle_url": links.subtitles(video.video_id, now) if request.captioned else None,
        "thumbnail_url": links.thumbnail(video.video_id, now),
        "duration": video.duration_s,
    }
