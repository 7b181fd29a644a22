"""Put into words and into a bar how a campaign stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import streamlit as st

from core.models import ReelStatus
from core.store import Campaign
from core.store.campaigns import DOUBT, CampaignState
from pages.ui.component import component
from pages.ui.going import go
from pages.ui.language import _, mark
from pages.ui.moments import ago, number
from pages.ui.words import STATES, Look

LOOKS: Final = {
    CampaignState.RETRYING: Look(mark("Trying again"), "replay", "blue"),
    CampaignState.OPEN: Look(mark("In the making"), "progress_activity", "blue"),
    CampaignState.DOUBT: Look(mark("Needs a decision"), "help", "orange"),
    CampaignState.WITH_ERRORS: Look(mark("Done with errors"), "error", "orange"),
    CampaignState.DONE: Look(mark("Done"), "check_circle", "green"),
}
ORDER: Final = (
    (ReelStatus.COMPLETED, STATES[ReelStatus.COMPLETED]),
    (ReelStatus.FAILED, STATES[ReelStatus.FAILED]),
    (ReelStatus.TIMED_OUT, STATES[ReelStatus.TIMED_OUT]),
    (DOUBT, LOOKS[CampaignState.DOUBT]),
    (ReelStatus.PROCESSING, STATES[ReelStatus.PROCESSING]),
    (ReelStatus.PENDING, STATES[ReelStatus.PENDING]),
)
LIST: Final = "campaign_list"

_bar = component("campaign_bar")
_list = component(LIST)


def standing(campaign: Campaign) -> Look:
    """Return how a campaign as a whole is shown."""
    return LOOKS[campaign.state]


def progress(campaign: Campaign) -> str:
    """Say how many of its reels are ready, and how many were deleted, which are not among them."""
    ready = _("{done} of {n} ready").format(done=number(campaign.done), n=number(campaign.reels))
    if not campaign.deleted:
        return ready
    return ready + " · " + _("deleted: {n}").format(n=number(campaign.deleted))


def draw_bar(campaign: Campaign) -> None:
    """Draw a bar of a campaign's reels by state, each state with its icon, its word and its number."""
    _bar(key=f"bar-{campaign.id}", data={"label": progress(campaign), "parts": _parts(campaign)})


def draw_campaigns(campaigns: Sequence[Campaign], now: datetime) -> None:
    """Draw campaigns; a click on one leads to its page."""
    rows = [_row(campaign, now) for campaign in campaigns]
    _list(key=LIST, data={"label": _("Campaigns"), "rows": rows}, on_open_change=_opened)


def _opened() -> None:
    campaign_id = st.session_state[LIST].open
    if campaign_id is not None:
        go("pages/campaign.py", id=str(int(campaign_id)))


def _row(campaign: Campaign, now: datetime) -> dict[str, Any]:
    look = standing(campaign)
    return {
        "id": campaign.id,
        "href": f"campaign?id={campaign.id}",
        "name": campaign.name,
        "word": _(look.word),
        "icon": look.icon,
        "colour": look.colour,
        "progress": progress(campaign),
        "age": ago(campaign.created_at, now),
        "parts": _parts(campaign),
    }


def _parts(campaign: Campaign) -> list[dict[str, Any]]:
    return [
        {"word": _(look.word), "icon": look.icon, "colour": look.colour, "n": n, "number": number(n)}
        for state, look in ORDER
        if (n := campaign.counts.get(state, 0))
    ]
