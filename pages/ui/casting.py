"""Choose who speaks: an avatar by its picture, a voice by its sound."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

import streamlit as st

from core import catalogue
from core.account_figures import wallet_of
from core.accounts import fact
from core.catalogue import CATALOGUE, Avatar, Catalogue
from core.clock import utcnow
from core.presets import Choices
from core.product import Product
from pages.ui.accounts import choose_account
from pages.ui.draft import Sheet
from pages.ui.gallery import choose
from pages.ui.language import _

LOOK_EVERY_S = 1.0


def cast(product: Product, sheet: Sheet) -> None:
    """Draw the choice of avatar and voice; nothing changes while nothing is on offer."""
    account = sheet.draft.choices.account
    offer = offered(product, account)
    if offer.avatars:
        _faces(product, offer, sheet)
    else:
        st.fragment(_await_offer, run_every=LOOK_EVERY_S)(product, account)


def choose_brand(product: Product, sheet: Sheet) -> None:
    """Draw the choice of the account, whose avatars and voices are then on offer."""
    choices = sheet.draft.choices
    account = choose_account(product, choices.account, sheet.place("account"))
    if account != choices.account:
        sheet.choose(replace(choices, account=account))


def offered(product: Product, account: str) -> Catalogue:
    """Return what an account has on offer; some have thousands of voices, so it is read once for each fetching."""
    return _offer(product, account, product.store.facts.set_at(fact(CATALOGUE, account)))


@lru_cache(maxsize=8)
def _offer(product: Product, account: str, _fetched_at: datetime | None) -> Catalogue:
    return catalogue.read(product.store, account)


def avatar_of(product: Product, choices: Choices) -> Avatar | None:
    """Return the chosen avatar, None where it is not on offer."""
    offer = offered(product, choices.account)
    return next((avatar for avatar in offer.avatars if avatar.id == choices.avatar_id), None)


def _faces(product: Product, offer: Catalogue, sheet: Sheet) -> None:
    """Draw avatars and voices; until a voice is chosen by hand it follows the avatar."""
    st.header(_("Avatar"), anchor=False)
    choices = sheet.draft.choices
    avatar_id = _choose(product, sheet, "avatar", offer, choices.avatar_id)
    if avatar_id != choices.avatar_id:
        avatar = next(avatar for avatar in offer.avatars if avatar.id == avatar_id)
        choices = replace(choices, avatar_id=avatar_id, voice_id=avatar.default_voice_id or choices.voice_id)
    st.header(_("Voice"), anchor=False)
    sheet.choose(replace(choices, voice_id=_choose(product, sheet, "voice", offer, choices.voice_id)))


def _choose(product: Product, sheet: Sheet, kind: str, offer: Catalogue, chosen: str) -> str:
    favourites = product.store.favourites

    def like(favourite_id: str, liked: bool) -> None:
        favourites.mark(sheet.owner, kind, favourite_id, utcnow(), liked=liked)

    entries = offer.avatars if kind == "avatar" else offer.voices
    return choose(kind, entries, chosen, favourites.of(sheet.owner, kind), like, _place(sheet, kind))


def _place(sheet: Sheet, kind: str) -> str:
    """Return the key of a gallery: each account has one of its own."""
    return sheet.place(fact(kind, sheet.draft.choices.account))


def _await_offer(product: Product, account: str) -> None:
    """Wait for avatars and voices, which come from HeyGen shortly after the start."""
    if offered(product, account).avatars:
        st.rerun()
    if wallet_of(product, account).problem is not None:
        st.caption(_("HeyGen gives no avatars now; the reel will take the first one of the account."))
        return
    st.caption(_("Avatars and voices are being fetched from HeyGen…"))
    with st.container(horizontal=True):
        for _place in range(4):
            st.skeleton(height=150, width=120)
