"""Ask once more before a video is paid for that is longer than its destination takes, or dearer than the wallet."""

from __future__ import annotations

import streamlit as st

from core.drafts import Draft
from core.estimate import Concern, Estimate, concerns, estimate
from core.formats import format_of
from core.product import Product
from pages.ui.destinations import destination, lasting, longest_of
from pages.ui.draft import Sheet
from pages.ui.language import _
from pages.ui.moments import money


def estimated(product: Product, draft: Draft) -> Estimate:
    """Return what the draft's video will come to."""
    settings = product.settings
    speed = draft.choices.staging.speed
    return estimate(draft.script, speed=speed, price_per_s=settings.price_per_s, demo=settings.demo)


def found(product: Product, draft: Draft, balance: float | None) -> tuple[Concern, ...]:
    """Return what speaks against making the draft's video."""
    limit_s = format_of(draft.choices.aspect_ratio).limit_s
    return concerns(estimated(product, draft), limit_s=limit_s, balance=balance)


def asks(product: Product, sheet: Sheet, balance: float | None) -> bool:
    """Say what was found when the reel was to be made; True while that is to be answered.

    It is forgotten as soon as something else speaks against making it, or nothing any more.
    """
    if sheet.asked != found(product, sheet.draft, balance):
        sheet.asked = None
    for concern in sheet.asked or ():
        st.warning(sentence(product, sheet.draft, concern, balance), icon=":material/front_hand:")
    return sheet.asked is not None


def sentence(product: Product, draft: Draft, concern: Concern, balance: float | None) -> str:
    """Say what speaks against making it, and what can be done."""
    come = estimated(product, draft)
    if concern is Concern.TOO_LONG:
        shape = format_of(draft.choices.aspect_ratio)
        return _(
            "The video will last about {time}, and {format} takes at most {limit}: shorten the script, raise the speed "
            "or choose another format."
        ).format(time=lasting(come.seconds), format=destination(shape), limit=longest_of(shape))
    return _(
        "The video will cost about {price}, and the wallet has {balance}: top it up or shorten the script."
    ).format(price=money(come.price), balance=money(balance or 0))
