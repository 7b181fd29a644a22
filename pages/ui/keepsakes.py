"""Offer what is left of a finished reel: its files to download, and addresses to share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from core.files import file_path
from core.models import Reel, ReelStatus
from core.store import Store
from core.store.archive import KeptFile
from core.values import LOOPBACK
from pages.ui.language import _, mark
from pages.ui.moments import number
from pages.ui.particulars import own_address

KINDS: Final = {
    "video": (mark("Video"), "movie"),
    "captioned": (mark("Video with captions"), "closed_caption"),
    "thumbnail": (mark("Picture"), "image"),
    "subtitles": (mark("Subtitles"), "subtitles"),
}
MIB: Final = 1024 * 1024


def pictures(reels: Sequence[Reel], store: Store) -> dict[int, str]:
    """Return the addresses of the pictures that are kept of some reels, by reel."""
    kept = store.archive.pictures([reel.id for reel in reels if reel.id is not None])
    return {reel_id: file_path(reel_id, file) for reel_id, file in kept.items()}


def draw_keepsakes(reel: Reel, store: Store) -> None:
    """Draw downloads and shared addresses of a reel."""
    if reel.status is ReelStatus.COMPLETED:
        kept = store.archive.files(reel.id or 0)
        _draw_downloads(reel, kept)
        _draw_share(reel, kept.get("captioned") or kept.get("video"))
    else:
        _draw_share(reel, None)


def _draw_downloads(reel: Reel, kept: dict[str, KeptFile]) -> None:
    with st.container(horizontal=True, gap="small", key="downloads"):
        for kind, (word, icon) in KINDS.items():
            if kind in kept:
                label = f"{_(word)} · {size(kept[kind].bytes)}"
                address = own_address(file_path(reel.id or 0, kept[kind], download=True))
                st.link_button(label, address, icon=f":material/{icon}:", help=_("Download"))
        theirs = reel.captioned_video_url or reel.video_url
        if theirs is not None:
            st.link_button(_("Open at HeyGen"), theirs, icon=":material/open_in_new:", type="tertiary")
    if "video" not in kept and "captioned" not in kept:
        st.caption(_("Our own copy is not there yet; HeyGen's link works for some days."))


def _draw_share(reel: Reel, file: KeptFile | None) -> None:
    with st.expander(_("Share"), icon=":material/link:"):
        st.caption(_("This page"))
        st.code(own_address(f"/reel?id={reel.id}"), language=None, wrap_lines=True)
        if file is not None:
            st.caption(_("The video itself, for whoever has this address"))
            st.code(own_address(file_path(reel.id or 0, file)), language=None, wrap_lines=True)
        if is_here_only(st.context.url or ""):
            st.caption(_("You see the product on this machine only, so these addresses work here and nowhere else."))


def is_here_only(address: str) -> bool:
    """Tell whether an address leads to the machine on which it is opened."""
    host = urlsplit(address).hostname
    return host is None or host in LOOPBACK


def size(n: int) -> str:
    """Write how large a file is."""
    return f"{number(n / MIB, 1)} MB" if n >= MIB else f"{number(max(1, n // 1024))} kB"
