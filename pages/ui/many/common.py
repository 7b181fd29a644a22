"""Choose what counts for every row that says nothing else: script, avatar, voice, format, and how it looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from core.accounts import fact
from core.campaign_rows import Checked, Common
from core.estimate import spoken
from core.formats import FORMATS
from core.options import staged, staging_of
from core.presets import Choices
from core.product import Product
from pages.ui.accounts import choose_account
from pages.ui.casting import offered
from pages.ui.destinations import destination
from pages.ui.language import _
from pages.ui.many.checking import names
from pages.ui.many.writing import Writing
from pages.ui.presets import choose_preset, kept_presets
from pages.ui.stage import choose_staging

SCRIPT_HEIGHT = 150


def draw_common(product: Product, writing: Writing) -> None:
    """Draw the choices, and take them into the draft; another account begins with its own avatars and voices."""
    presets = kept_presets(product)
    if presets:
        choose_preset(product, presets, partial(_use, writing))
    common = writing.draft.common
    account = choose_account(product, common.account, writing.place("account"))
    if account != common.account:
        common = replace(common, account=account, avatar_id="", voice_id="")
    offer = offered(product, account)
    script = st.text_area(
        _("Script for all rows that have none of their own"),
        value=common.script,
        key=writing.name("script"),
        height=SCRIPT_HEIGHT,
        persist_state="session",
        placeholder=_("Hello {{name}}, our new collection is here."),
    )
    st.caption(_("A name in double braces, such as {{name}}, is filled in from the column of that name, row by row."))
    with st.grid("auto", min_column_width=220, gap="small"):
        avatar_id = _choose(
            writing,
            fact("avatar", account),
            _("Avatar"),
            common.avatar_id,
            names(offer.avatars),
            _("The account's first avatar"),
        )
        voice_id = _choose(
            writing,
            fact("voice", account),
            _("Voice"),
            common.voice_id,
            names(offer.voices),
            _("The avatar's own voice"),
        )
        shapes = {shape.aspect_ratio: destination(shape) for shape in FORMATS}
        shape = _choose(writing, "shape", _("Shape"), common.aspect_ratio, shapes, None)
    with st.expander(_("Captions, background, speed and pitch"), icon=":material/tune:"):
        before = staging_of(common.options)
        staging = choose_staging(before, writing.place)
    chosen = Common(
        script=script,
        avatar_id=avatar_id,
        voice_id=voice_id,
        aspect_ratio=shape,
        options=common.options if staging == before else staged(common.options, staging),
        account=account,
    )
    if chosen != writing.draft.common:
        writing.change(common=chosen)


def _use(writing: Writing, choices: Choices) -> None:
    """Put the choices of a preset in place; the script stays."""
    writing.replace_common(
        replace(
            writing.draft.common,
            account=choices.account,
            avatar_id=choices.avatar_id,
            voice_id=choices.voice_id,
            aspect_ratio=choices.aspect_ratio,
            options=dict(choices.options),
        )
    )


def _choose(writing: Writing, part: str, label: str, chosen: str, offer: Mapping[str, str], nothing: str | None) -> str:
    """Draw a list of names and return the id of the chosen one; `nothing` is what an empty id means."""
    options = [*([""] if nothing is not None else []), *offer]
    if chosen not in options:
        options.append(chosen)
    return st.selectbox(
        label,
        options,
        index=options.index(chosen),
        format_func=lambda one: offer.get(one, one) or nothing or "",
        key=writing.place(part),
        persist_state="session",
        placeholder=label,
    )


def draw_example(checked: Sequence[Checked], script: str, *, demo: bool) -> None:
    """Draw the first good row as it will be spoken, where the script has variables."""
    first = next((one for one in checked if one.reel is not None), None)
    if "{{" not in script or first is None or first.reel is None:
        return
    with st.container(border=True, key="example"):
        st.caption(_("Row {row} will say:").format(row=first.row.number))
        st.text(spoken(first.reel.script, demo=demo))
