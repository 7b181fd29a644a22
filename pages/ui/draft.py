"""Keep the reel that is being written: in the store from the first letter, so that no reload loses it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from core.actor import actor
from core.clock import utcnow
from core.drafts import Draft
from core.errors import UnknownReel
from core.estimate import Concern
from core.models import Reel, new_key
from core.presets import Choices, choices_of
from core.product import Product
from core.store import ReelFilter

KEPT: Final = "draft"
ADDRESS: Final = "draft"
SOURCE: Final = "copy"


@dataclass(slots=True, kw_only=True)
class Sheet:
    """Hold a draft while it is written on.

    `owner` is who writes, `first` what the fields start from, `saved` what the store has, `seen` what the fields said
    last; `revision` grows when choices are replaced by others, so that their widgets start anew. `sent` is the reel
    that the same draft had become already, `missing` tells that the draft of the address is gone, `asked` is what
    spoke against making the reel when that was last wanted.
    """

    draft: Draft
    first: Draft
    owner: str = ""
    saved: Draft | None = None
    seen: tuple[str, str] = ("", "")
    source: str = ""
    revision: int = 0
    sent: int | None = None
    missing: bool = False
    asked: tuple[Concern, ...] | None = None

    def name(self, part: str) -> str:
        """Return the key of one of the fields for words."""
        return f"{part}-{self.draft.key}"

    def place(self, part: str) -> str:
        """Return the key of one of the widgets for choices."""
        return f"{part}-{self.draft.key}-{self.revision}"

    def write(self, title: str, script: str) -> None:
        """Take over what was written."""
        self.draft = replace(self.draft, title=title, script=script)

    def read(self, title: str, script: str) -> None:
        """Take over what the fields say, unless they only repeat what they said before something newer was typed."""
        if (title, script) != self.seen:
            self.seen = (title, script)
            self.write(title, script)

    def choose(self, choices: Choices) -> None:
        """Take over what was chosen in the widgets."""
        self.draft = replace(self.draft, choices=choices)

    def replace_choices(self, choices: Choices) -> None:
        """Put other choices in place, from a preset."""
        self.choose(choices)
        self.revision += 1


def sheet_of(draft: Draft, owner: str, source: str = "") -> Sheet:
    """Put a draft on a fresh sheet; a draft that another person began may be gone on with."""
    return Sheet(draft=draft, first=draft, owner=owner, seen=(draft.title, draft.script), source=source)


def current(product: Product) -> Sheet:
    """Return the sheet of this session; the address may name a draft (`?draft=…`) or a reel to copy (`?copy=7`)."""
    owner = actor() or ""
    key, source = st.query_params.get(ADDRESS, ""), st.query_params.get(SOURCE, "")
    kept: Sheet | None = st.session_state.get(KEPT)
    if kept is not None and kept.owner == owner and key in ("", kept.draft.key) and source in ("", kept.source):
        found = kept
    elif key:
        found = _from_store(product, key, owner)
    else:
        found = _from_reel(product, source, owner) if source else _next(product, owner)
    st.session_state[KEPT] = found
    _show_address(found)
    return found


def keep(product: Product, sheet: Sheet) -> bool:
    """Write down what has changed; False when the draft has become a reel elsewhere, and the words begin a new one."""
    draft = sheet.draft
    if sheet.saved is None and (draft.is_blank or draft == sheet.first):
        return True
    if draft == sheet.saved:
        return True
    if draft.is_blank:
        product.store.drafts.drop(draft.key)
        sheet.saved = None
    elif product.store.drafts.keep(draft, utcnow()):
        sheet.saved = draft
    else:
        begin_again(product, sheet, product.store.drafts.reel_of(draft.key))
        return False
    _show_address(sheet)
    return True


def begin_again(product: Product, sheet: Sheet, sent: int | None) -> None:
    """Give the words a draft of their own, for their old one has become the reel `sent`."""
    sheet.draft = sheet.first = sheet.saved = replace(sheet.draft, key=new_key())
    product.store.drafts.keep(sheet.draft, utcnow())
    sheet.sent, sheet.asked, sheet.seen = sent, None, (sheet.draft.title, sheet.draft.script)
    _show_address(sheet)


def submitted(product: Product, sheet: Sheet, reel: Reel) -> None:
    """Begin a new draft once the last one has become a reel, with the same choices."""
    choices, now = sheet.draft.choices, utcnow()
    product.store.drafts.submit(sheet.draft.key, sheet.owner, reel.id or 0, now)
    product.store.drafts.remember(sheet.owner, choices, now)
    st.session_state[KEPT] = sheet_of(Draft(owner=sheet.owner, choices=choices), sheet.owner)


def made(product: Product, sheet: Sheet) -> Reel | None:
    """Return the reel that the draft has become already, or None."""
    reel_id = product.store.drafts.reel_of(sheet.draft.key)
    return None if reel_id is None else product.store.reels.get(reel_id)


def discard(product: Product, sheet: Sheet) -> None:
    """Forget a draft and begin a new one with the same choices."""
    product.store.drafts.drop(sheet.draft.key)
    put_aside(sheet)


def put_aside(sheet: Sheet) -> None:
    """Begin a new draft with the same choices; the present one stays in the list."""
    _lay(sheet_of(Draft(owner=sheet.owner, choices=sheet.draft.choices), sheet.owner))


def take_up(product: Product, sheet: Sheet, key: str) -> None:
    """Go on with a draft of the list."""
    _lay(_from_store(product, key, sheet.owner))


def _lay(sheet: Sheet) -> None:
    st.session_state[KEPT] = sheet
    for name in (ADDRESS, SOURCE):
        st.query_params.pop(name, None)
    _show_address(sheet)


def _show_address(sheet: Sheet) -> None:
    """Let the address name the draft once it is kept, so that a reload finds it."""
    if sheet.saved is not None:
        st.query_params.pop(SOURCE, None)
        if st.query_params.get(ADDRESS) != sheet.draft.key:
            st.query_params[ADDRESS] = sheet.draft.key
    else:
        st.query_params.pop(ADDRESS, None)


def _from_store(product: Product, key: str, owner: str) -> Sheet:
    draft = product.store.drafts.get(key)
    if draft is not None:
        sheet = sheet_of(draft, owner)
        sheet.saved = draft
        return sheet
    sheet = _next(product, owner)
    sheet.sent = product.store.drafts.reel_of(key)
    sheet.missing = sheet.sent is None
    return sheet


def _next(product: Product, owner: str) -> Sheet:
    choices = product.store.drafts.last_choices(owner)
    if choices is None:
        latest = product.store.reels.page(ReelFilter(), 1)
        choices = choices_of(latest[0]) if latest else Choices()
    return sheet_of(Draft(owner=owner, choices=choices), owner)


def _from_reel(product: Product, source: str, owner: str) -> Sheet:
    try:
        reel = product.store.reels.get(int(source) if source.isascii() and source.isdigit() and len(source) < 19 else 0)
    except UnknownReel:
        return sheet_of(Draft(owner=owner), owner, source)
    copy = Draft(owner=owner, title=reel.title, script=reel.script, choices=choices_of(reel))
    return sheet_of(copy, owner, source)
