"""Put what became of a delivery into words, icons and colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from core.models import Channel, Delivery, ReelStatus, Verdict
from pages.ui.language import _, fill, mark
from pages.ui.words import STATES, Look

VERDICTS: Final = {
    Verdict.APPLIED: Look(mark("Applied"), "check_circle", "green"),
    Verdict.DUPLICATE: Look(mark("Nothing new"), "content_copy", "gray"),
    Verdict.WAITING: Look(mark("To be worked off"), "schedule", "blue"),
    Verdict.EARLY: Look(mark("Too early"), "hourglass_top", "blue"),
    Verdict.UNCONFIRMED: Look(mark("Not confirmed"), "help", "orange"),
    Verdict.CONTRADICTION: Look(mark("Contradiction"), "compare_arrows", "orange"),
    Verdict.UNKNOWN_EVENT: Look(mark("Other event"), "info", "gray"),
    Verdict.UNKNOWN_REEL: Look(mark("Nobody's video"), "question_mark", "orange"),
    Verdict.OTHER_VIDEO: Look(mark("Another video"), "call_split", "orange"),
    Verdict.POISON: Look(mark("Cannot be worked off"), "dangerous", "red"),
}
MEANINGS: Final = {
    Verdict.APPLIED: mark("HeyGen confirmed it, and the reel has its end from this delivery."),
    Verdict.DUPLICATE: mark("The reel had this end already; nothing changed."),
    Verdict.WAITING: mark("It is stored and safe; the worker has not come to it yet."),
    Verdict.EARLY: mark("It came before HeyGen's answer to the submission; it is looked at again by itself."),
    Verdict.UNCONFIRMED: mark("HeyGen itself does not say so yet; it is asked again by itself."),
    Verdict.CONTRADICTION: mark("It says the opposite of the end that the reel has; the reel stays as it is."),
    Verdict.UNKNOWN_EVENT: mark("It is of a kind that says nothing about the end of a video; nothing changed."),
    Verdict.UNKNOWN_REEL: mark("No reel here has this video; it may be somebody else's of the same account."),
    Verdict.OTHER_VIDEO: mark("The video is not the one that this reel has now; nothing changed."),
    Verdict.POISON: mark(
        "Working it off failed again and again. The raw body is kept; replay it once the cause is gone."
    ),
}
LEARNED_BY: Final = {
    Channel.WEBHOOK: mark("a webhook"),
    Channel.POLL: mark("polling"),
    Channel.MANUAL: mark("a check by hand"),
    Channel.RECOVERY: mark("HeyGen's history"),
    "submission": mark("the submission"),
}
ASIDE: Final = Look(mark("Set aside"), "inbox_customize", "red")
REASONS: Final = {
    "unsigned": mark("without proof"),
    "forged": mark("false proof"),
}
PROOFS: Final = {"token": mark("secret address (token)"), "signature": mark("signature")}
_LIGHT: Final = {
    Verdict.APPLIED: "#2E7D4F",
    Verdict.DUPLICATE: "#A3ABAE",
    Verdict.WAITING: "#0F6E84",
    Verdict.EARLY: "#7DB9C8",
    Verdict.UNCONFIRMED: "#D0A92A",
    Verdict.CONTRADICTION: "#B7651B",
    Verdict.UNKNOWN_EVENT: "#646C70",
    Verdict.UNKNOWN_REEL: "#6B4EA8",
    Verdict.OTHER_VIDEO: "#B59BDD",
    Verdict.POISON: "#B83A3A",
}
_DARK: Final = {
    Verdict.APPLIED: "#5FBF87",
    Verdict.DUPLICATE: "#6F7B80",
    Verdict.WAITING: "#4FB3CB",
    Verdict.EARLY: "#2B7588",
    Verdict.UNCONFIRMED: "#D9B93F",
    Verdict.CONTRADICTION: "#E2974B",
    Verdict.UNKNOWN_EVENT: "#AAB5B9",
    Verdict.UNKNOWN_REEL: "#A58BDD",
    Verdict.OTHER_VIDEO: "#6A53A0",
    Verdict.POISON: "#E57373",
}


def proof_word(delivery: Delivery) -> str:
    """Say what proves a delivery, and which account signed it where that has a name."""
    word = _(PROOFS.get(delivery.proof, delivery.proof))
    return f"{word} · {delivery.signer}" if delivery.signer else word


def look_of(delivery: Delivery) -> Look:
    """Return how a delivery is shown."""
    return ASIDE if delivery.set_aside else VERDICTS[delivery.verdict]


def note_of(note: str, told: Sequence[Any] | None) -> str:
    """Return the note of a delivery in the viewer's language; one that has no template stays as it is."""
    if told is None:
        return note
    template, values = told
    return fill(str(template), {name: _known(name, str(value)) for name, value in values.items()})


def _known(name: str, value: str) -> str:
    """Translate the values that are words of ours; HeyGen's own words stay."""
    if name == "status" and value in set(ReelStatus):
        return _(STATES[ReelStatus(value)].word).lower()
    return _(LEARNED_BY[value]) if name == "channel" and value in LEARNED_BY else value


def colours() -> dict[Verdict, str]:
    """Return each verdict's colour in a chart, for the viewer's theme."""
    return _DARK if st.context.theme.type == "dark" else _LIGHT
