"""Count the script while it is typed: characters, words, spoken time and price, and keep what was written."""

from __future__ import annotations

import streamlit as st

from core.estimate import WORDS_A_MINUTE
from core.formats import format_of
from core.product import Product
from core.validation import LONGEST_SCRIPT
from pages.ui.component import component
from pages.ui.destinations import destination, longest_of
from pages.ui.draft import Sheet, keep
from pages.ui.language import _, locale

_meter = component("meter")


@st.fragment
def draw_meter(product: Product, sheet: Sheet, balance: float | None) -> None:
    """Draw the counts under the script field, and write down what is typed there shortly after each pause."""
    key = sheet.name("meter")

    def typed() -> None:
        words = (st.session_state.get(key) or {}).get("typed")
        if isinstance(words, dict):
            sheet.write(str(words.get("title") or ""), str(words.get("script") or ""))

    draft, settings = sheet.draft, product.settings
    shape = format_of(draft.choices.aspect_ratio)
    _meter(
        key=key,
        default={"typed": None},
        on_typed_change=typed,
        data={
            "labels": _labels(demo=settings.demo),
            "locale": str(locale()).replace("_", "-"),
            "limit": LONGEST_SCRIPT,
            "words_a_minute": WORDS_A_MINUTE * draft.choices.staging.speed,
            "price_per_s": settings.price_per_s,
            "currency": "USD",
            "balance": balance,
            "demo": settings.demo,
            "longest_s": shape.limit_s,
            "format": destination(shape),
            "longest": longest_of(shape),
            "text": draft.script,
            "title": sheet.name("title"),
            "field": sheet.name("script"),
            "button": sheet.name("submit"),
        },
    )
    if not keep(product, sheet):
        st.rerun()


def _labels(*, demo: bool) -> dict[str, str]:
    return {
        "characters": _("{n} of {limit} characters"),
        "too_long": _("too long"),
        "word": _("{n} word"),
        "words": _("{n} words"),
        "time": _("about {time} of video"),
        "price": _("nothing to pay (about {price} with a key)") if demo else _("about {price}"),
        "wallet": _("{balance} in the wallet"),
        "wallet_short": _("only {balance} in the wallet"),
        "fits": _("{format}: up to {limit}"),
        "over": _("too long for {format}: up to {limit}"),
    }
