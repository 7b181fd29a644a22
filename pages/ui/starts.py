"""Offer what a reel can start from: a preset, or a draft that was put aside; and keep the present choices."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.clock import utcnow
from core.drafts import Draft
from core.errors import InvalidPreset
from core.presets import LONGEST_NAME, Preset, named
from core.product import Product
from pages.ui import draft as drafts
from pages.ui.draft import Sheet
from pages.ui.language import _
from pages.ui.moments import moment
from pages.ui.plain import plainly
from pages.ui.presets import choose_preset, kept_presets, preset_name

DRAFTS: Final = 20
LONGEST_LABEL: Final = 60


def draw_starts(product: Product, sheet: Sheet) -> None:
    """Draw presets and drafts beside each other."""
    presets = kept_presets(product)
    others = [draft for draft in product.store.drafts.page(sheet.owner, DRAFTS) if draft.key != sheet.draft.key]
    if presets:
        choose_preset(product, presets, sheet.replace_choices)
    if others:
        _choose_draft(product, sheet, {draft.key: _label(draft) for draft in others})
    with st.popover(_("Presets"), icon=":material/bookmark:"):
        _save(product, sheet)
        if presets:
            _delete(product, presets)


def _choose_draft(product: Product, sheet: Sheet, labels: dict[str, str]) -> None:
    def take_up() -> None:
        key = st.session_state["continue"]
        st.session_state["continue"] = None
        if key:
            drafts.take_up(product, sheet, key)

    st.selectbox(
        _("Continue a draft"),
        list(labels),
        index=None,
        format_func=lambda key: labels.get(key, ""),
        placeholder=_("Continue a draft"),
        key="continue",
        on_change=take_up,
        filter_mode=None,
        label_visibility="collapsed",
        width=220,
    )


def _label(draft: Draft) -> str:
    """Return the first words of a draft and when it was last written on."""
    words = " ".join((draft.title or draft.script).split())
    short = words if len(words) <= LONGEST_LABEL else words[: LONGEST_LABEL - 1] + "…"
    return f"{short} · {moment(draft.updated_at)}"


def _save(product: Product, sheet: Sheet) -> None:
    """Draw the form that keeps the present choices under a name."""

    def save() -> None:
        try:
            preset = named(st.session_state["preset-name"], st.session_state["preset-campaign"], sheet.draft.choices)
        except InvalidPreset as error:
            st.session_state["preset-problem"] = error
            return
        st.session_state.pop("preset-problem", None)
        product.store.presets.save(preset, sheet.owner, utcnow())
        st.session_state["preset-name"] = st.session_state["preset-campaign"] = ""
        st.toast(_("The preset is kept."), icon=":material/bookmark_added:")

    st.caption(_("Keeps avatar, voice, format, background, captions, speed and pitch."))
    st.text_input(_("Name of the preset"), key="preset-name", max_chars=LONGEST_NAME, on_change="ignore")
    st.text_input(_("Campaign (optional)"), key="preset-campaign", max_chars=LONGEST_NAME, on_change="ignore")
    problem = st.session_state.get("preset-problem")
    if problem is not None:
        st.error(plainly(problem), icon=":material/edit:")
    st.button(_("Keep as a preset"), key="preset-save", icon=":material/bookmark_add:", on_click=save)


def _delete(product: Product, presets: dict[int, Preset]) -> None:
    def delete() -> None:
        if st.session_state["preset-gone"] is not None:
            product.store.presets.delete(st.session_state["preset-gone"])
            st.session_state["preset-gone"] = None

    st.selectbox(
        _("Delete a preset"),
        list(presets),
        index=None,
        format_func=lambda preset_id: preset_name(presets[preset_id]) if preset_id in presets else "",
        placeholder=_("Choose a preset"),
        key="preset-gone",
    )
    gone = st.session_state["preset-gone"] is None
    st.button(_("Delete"), key="preset-delete", icon=":material/delete:", on_click=delete, disabled=gone)
