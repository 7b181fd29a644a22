"""Choose who speaks: an avatar by its picture, a voice by its sound."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import streamlit as st

from core import catalogue
from core.catalogue import CATALOGUE, Catalogue
from core.clock import utcnow
from core.dashboard import figures
from core.product import Product
from pages.ui.draft import Draft
from pages.ui.language import _
from pages.ui.picker import choose_avatar, choose_voice

LOOK_EVERY_S = 1.0


def cast(product: Product, draft: Draft) -> tuple[str, str]:
    """Draw the choice and return the ids of avatar and voice; both are empty while nothing is on offer."""
    offer = _offer(product, product.store.facts.set_at(CATALOGUE))
    if offer.avatars:
        return _faces(offer, draft)
    st.fragment(_await_offer, run_every=LOOK_EVERY_S)(product)
    return "", ""


@lru_cache(maxsize=2)
def _offer(product: Product, _fetched_at: datetime | None) -> Catalogue:
    """Read what is on offer; a large account has thousands of voices, so it is read once for each fetching."""
    return catalogue.read(product.store)


def _faces(offer: Catalogue, draft: Draft) -> tuple[str, str]:
    """Draw avatars and voices; until a voice is chosen by hand it follows the avatar."""
    st.subheader(_("Avatar"), anchor=False)
    avatar_id = choose_avatar(offer.avatars, draft.avatar_id, draft.name("avatar"))
    if avatar_id != draft.avatar_id:
        avatar = next(avatar for avatar in offer.avatars if avatar.id == avatar_id)
        draft.avatar_id, draft.voice_id = avatar_id, avatar.default_voice_id or draft.voice_id
    st.subheader(_("Voice"), anchor=False)
    draft.voice_id = choose_voice(offer.voices, draft.voice_id, draft.name("voice"))
    return avatar_id, draft.voice_id


def _await_offer(product: Product) -> None:
    """Wait for avatars and voices, which come from HeyGen shortly after the start."""
    if catalogue.read(product.store).avatars:
        st.rerun()
    if figures(product, utcnow()).heygen_problem is not None:
        st.caption(_("HeyGen gives no avatars now; the reel will take the first one of the account."))
        return
    st.caption(_("Avatars and voices are being fetched from HeyGen…"))
    with st.container(horizontal=True):
        for _place in range(4):
            st.skeleton(height=150, width=120)
