"""Keep the campaign that is being written: in this session, and in the store under the key in the address."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import streamlit as st

from core.campaign_draft import DRAFT_KEY, CampaignDraft, from_text, to_text
from core.campaign_rows import Common
from core.campaigns import new_draft_key
from core.clock import utcnow
from core.errors import ReelsError
from core.product import Product
from core.store import Campaign

KEPT: Final = "many"
ADDRESS: Final = "draft"


@dataclass(slots=True, kw_only=True)
class Writing:
    """Hold the draft, which of its rows are shown for editing, and what was last said to be wrong.

    `version` counts the tables that were put before the viewer: an editor's edits belong to one of them; `revision`
    counts the presets that were taken.
    """

    draft: CampaignDraft
    version: int = 0
    shown: list[int] = field(default_factory=list)
    states: list[str] | None = None
    problem: ReelsError | None = None
    became: Campaign | None = None
    stored: str = ""
    latest: CampaignDraft | None = None
    revision: int = 0

    def name(self, part: str) -> str:
        """Return the key of a field of this draft."""
        return f"{part}-{self.draft.key}"

    def place(self, part: str) -> str:
        """Return the key of one of the choices for all rows."""
        return f"{self.name(part)}-{self.revision}"

    def replace_common(self, common: Common) -> None:
        """Put other choices in place for all rows, from a preset: their widgets start anew."""
        self.change(common=common)
        self.revision += 1

    @property
    def table(self) -> str:
        """Return the key of the editor."""
        return f"{self.name('rows')}-{self.version}"

    def edited(self) -> CampaignDraft:
        """Return the draft with what has been edited since the table was put before the viewer."""
        edits: dict[int, dict[str, Any]] = (st.session_state.get(self.table) or {}).get("edited_rows", {})
        return self.draft.edited(self.shown, {int(place): changes for place, changes in edits.items()})

    def put(self, draft: CampaignDraft, shown: list[int] | None = None) -> None:
        """Put a table before the viewer: all rows, or those at some places."""
        self.draft = self.latest = draft
        self.version += 1
        self.states = None
        self.shown = list(range(len(draft.rows))) if shown is None else shown

    def change(self, **changes: Any) -> None:
        """Change what counts for all rows; the table and its edits stay."""
        self.draft = replace(self.draft, **changes)


def current(product: Product) -> Writing:
    """Return what this session writes; an address with a key takes up the draft that is kept under it."""
    key = st.query_params.get(ADDRESS, "")
    writing: Writing | None = st.session_state.get(KEPT)
    if writing is None or (DRAFT_KEY.fullmatch(key) and key != writing.draft.key):
        writing = _taken_up(product, key) if DRAFT_KEY.fullmatch(key) else begin()
        st.session_state[KEPT] = writing
    elif writing.table not in st.session_state and writing.latest is not None:
        writing.put(writing.latest, writing.shown)  # the viewer was on another page, which drops what an editor holds
    if st.query_params.get(ADDRESS) != writing.draft.key:
        st.query_params[ADDRESS] = writing.draft.key
    return writing


def begin() -> Writing:
    """Return an empty draft."""
    return Writing(draft=CampaignDraft(key=new_draft_key()))


def _taken_up(product: Product, key: str) -> Writing:
    """Return the draft of this key; one that has become a campaign is not written again."""
    campaign = product.store.campaigns.by_draft(key)
    if campaign is not None:
        fresh = begin()
        fresh.became = campaign
        return fresh
    text = product.store.campaigns.draft(key)
    writing = Writing(draft=from_text(text) if text else CampaignDraft(key=key), stored=text or "")
    writing.put(writing.draft)
    return writing


def keep(product: Product, writing: Writing) -> None:
    """Keep the draft as it now is, so that neither a reload nor a restart loses anything."""
    writing.latest = writing.edited()
    text = to_text(writing.latest)
    if text != writing.stored and (writing.stored or not writing.latest.is_blank):
        product.store.campaigns.keep_draft(writing.draft.key, text, utcnow())
        writing.stored = text


def renew() -> None:
    """Begin anew."""
    st.session_state[KEPT] = begin()
    st.query_params.pop(ADDRESS, None)
