"""Draw the parts of one reel: its video, its progress, its failure, its details."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urlsplit

import streamlit as st

from core.archive import kept_file
from core.errors import PlaceError
from core.expectation import Band
from core.files import file_path
from core.models import ProcessingMode, Reel, ReelStatus
from core.processor import HeyGenVideoProcessor
from pages.ui.failures import plain_words
from pages.ui.language import _
from pages.ui.moments import full, number, span
from pages.ui.outlook import expectation, experience
from pages.ui.words import channel_word, happening, mode_word, name_of

TALL_WIDTH: Final = 340

logger = logging.getLogger(__name__)


def draw_video(reel: Reel, processor: HeyGenVideoProcessor) -> None:
    """Draw the player: our copy where it is kept, for HeyGen's links end within days."""
    kept = processor.store.archive.files(reel.id or 0)
    address = reel.captioned_video_url or reel.video_url
    ours = kept.get("captioned") or kept.get("video")
    source = address if ours is None else own_address(file_path(reel.id or 0, ours))
    if source is None:
        st.info(_("HeyGen calls the reel finished but gave no video."), icon=":material/videocam_off:")
        return
    wide = reel.aspect_ratio in {"16:9", "5:4", "auto"}
    width: Literal["stretch"] | int = "stretch" if wide else TALL_WIDTH
    subtitles = None if "captioned" in kept else _subtitles(processor, reel.id or 0)
    st.video(source, alt=name_of(reel), width=width, subtitles=subtitles)


def _subtitles(processor: HeyGenVideoProcessor, reel_id: int) -> bytes | None:
    """Return the kept subtitles; a video plays without them where they cannot be read now."""
    try:
        found = kept_file(processor, reel_id, "subtitles")
        return None if found is None else b"".join(found.chunks())
    except (PlaceError, OSError) as error:
        logger.info("No subtitles: %s", error, extra={"reel_id": reel_id})
        return None


def own_address(path: str) -> str:
    """Return the whole address of a path on our own server, as the viewer's browser reaches it."""
    page = urlsplit(st.context.url or "")
    return f"{page.scheme}://{page.netloc}{path}"


def draw_progress(reel: Reel, now: datetime, band: Band, *, overdue: bool, gone: str = "") -> None:
    """Say what is happening, for how long, when the end is to be expected, and what is late.

    `gone` says that the reel waits for an account that is not configured.
    """
    if gone:
        st.warning(gone, icon=":material/key_off:")
        return
    since = reel.submitted_at or reel.created_at or now
    with st.container(border=True):
        st.markdown(f"**{happening(reel)}**")
        st.metric(_("Elapsed"), span((now - since).total_seconds()))
        st.write(expectation(band, reel.submitted_at, now))
        st.caption(experience(band) + " " + _("This page updates by itself."))
    if not overdue:
        return
    if reel.mode is ProcessingMode.WEBHOOK:
        st.warning(
            _("HeyGen's call is overdue. In webhook mode nobody asks by itself: check now."),
            icon=":material/alarm:",
        )
    else:
        st.info(_("HeyGen's call is overdue; HeyGen is being asked instead."), icon=":material/alarm:")


def draw_failure(reel: Reel) -> None:
    """Say in plain words what went wrong and what to do, HeyGen's own words under it."""
    if reel.status is ReelStatus.TIMED_OUT:
        st.warning(
            _(
                "HeyGen gave no news until the deadline. "
                "The reel still completes if news comes; a retry asks HeyGen first."
            ),
            icon=":material/hourglass_disabled:",
        )
    else:
        st.error(plain_words(reel.failure_code), icon=":material/error:")
    facts = [
        (_("HeyGen says"), reel.failure_message),
        (_("Code"), reel.failure_code),
        (_("Field"), reel.failure_param),
        (_("Request id"), reel.request_id),
    ]
    draw_facts([(label, value) for label, value in facts if value])


def draw_particulars(reel: Reel, account: str = "") -> None:
    """Draw what was asked for and how it went; the account is named where there are several."""
    facts = [
        (_("HeyGen account"), account),
        (_("Mode"), mode_word(reel.mode)),
        (_("Shape"), reel.aspect_ratio),
        (_("Created"), full(reel.created_at)),
        (_("Learned"), channel_word(reel.detected_by)),
        (_("Finished"), full(reel.completed_at) if reel.completed_at else ""),
        (_("Length"), span(reel.duration_s) if reel.duration_s else ""),
        (_("Attempt"), number(reel.attempt) if reel.attempt > 1 else ""),
        (_("Archived"), full(reel.archived_at) if reel.archived_at else ""),
    ]
    with st.grid("auto", min_column_width=150, gap="small"):
        draw_facts([(label, value) for label, value in facts if value])
    with st.expander(_("Script"), icon=":material/notes:"):
        st.text(reel.script)


def draw_facts(facts: Sequence[tuple[str, str | None]]) -> None:
    """Draw labelled values; a value is text and never markup."""
    for label, value in facts:
        with st.container(gap=None):
            st.caption(label)
            st.text(value or "–")
