"""Explain the three modes in the words that the team knows them by, each with a drawing of what happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.models import ProcessingMode
from pages.ui.component import component
from pages.ui.language import _, mark
from pages.ui.words import mode_word

_sequence = component("sequence")


@dataclass(frozen=True, slots=True)
class Step:
    """Hold one thing that happens: who to whom (`right` asks HeyGen, `left` answers, `lost`, `ours`, `theirs`)."""

    kind: str
    text: str
    tone: str = "gray"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Hold what is told of one mode."""

    motto: str
    steps: Sequence[Step]
    good: Sequence[str]
    bad: Sequence[str]
    use: str


_SENT: Final = Step("right", mark("make this reel"), "blue")
_MAKES: Final = Step("theirs", mark("makes the video"))
_HERE: Final = Step("left", mark("yes: here is the video"), "green")
_READY: Final = Step("ours", mark("Ready"), "green")

MODES: Final = {
    ProcessingMode.WEBHOOK: Explained(
        motto=mark("Automatic notifications in real time"),
        steps=(
            _SENT,
            _MAKES,
            Step("left", mark("webhook: it is done"), "blue"),
            Step("right", mark("is that so?")),
            _HERE,
            _READY,
        ),
        good=(
            mark("Immediate answer when the video is ready"),
            mark("Takes no resources of the server for constant checking"),
            mark("Scales to many videos at once"),
            mark("Fluid experience for whoever uses it"),
        ),
        bad=(
            mark("Needs a public address that the internet can reach"),
            mark("Needs more set-up for local development"),
            mark("Depends on HeyGen's connection"),
        ),
        use=mark("Production with a public server"),
    ),
    ProcessingMode.POLLING: Explained(
        motto=mark("Periodic checking"),
        steps=(
            _SENT,
            _MAKES,
            Step("right", mark("done?")),
            Step("left", mark("not yet")),
            Step("right", mark("done?")),
            _HERE,
            _READY,
        ),
        good=(
            mark("Needs no public address"),
            mark("Works perfectly in local development"),
            mark("Full control over when to check"),
            mark("Simple to set up"),
        ),
        bad=(
            mark("Late to notice that the video is ready"),
            mark("Takes resources of the server for periodic checks"),
            mark("A slower experience for whoever uses it"),
        ),
        use=mark("Local development and testing"),
    ),
    ProcessingMode.HYBRID: Explained(
        motto=mark("Webhooks, with polling to fall back on"),
        steps=(
            _SENT,
            _MAKES,
            Step("lost", mark("webhook: it is done"), "red"),
            Step("ours", mark("the webhook is overdue"), "orange"),
            Step("right", mark("done?")),
            _HERE,
            _READY,
        ),
        good=(
            mark("The best of both worlds"),
            mark("Webhook when there is one, polling as the support"),
            mark("Robust when the connection fails"),
            mark("Works in any environment"),
        ),
        bad=(
            mark("More to set up"),
            mark("Needs a logic of falling back (it is built in)"),
        ),
        use=mark("What moves between development and production, and staging"),
    ),
}


def draw_modes(in_force: ProcessingMode) -> None:
    """Draw the three modes side by side; the one in force is marked."""
    for column, (mode, told) in zip(st.columns(3, gap="medium"), MODES.items(), strict=True):
        with column, st.container(border=True, height="stretch"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.header(mode_word(mode), anchor=False, width="content")
                if mode is in_force:
                    st.badge(_("in force"), icon=":material/check:", color="green")
            st.caption(_(told.motto))
            draw_steps(told.steps, key=f"mode-{mode}")
            st.markdown("  \n".join(f":green[:material/check:] {_(text)}" for text in told.good))
            st.markdown("  \n".join(f":red[:material/close:] {_(text)}" for text in told.bad))
            st.caption(_("Recommended use"))
            st.markdown(f"**{_(told.use)}**")


def draw_steps(steps: Sequence[Step], key: str) -> None:
    """Draw what happens between the product and HeyGen; the same stands in words for who cannot see it."""
    shown = [{"kind": step.kind, "text": _(step.text), "tone": step.tone} for step in steps]
    _sequence(key=key, data={"sides": [_("Product"), "HeyGen"], "steps": shown, "alt": in_words(steps)})


def in_words(steps: Sequence[Step]) -> str:
    """Tell in words what a drawing shows."""
    sentences = {
        "right": _("Product to HeyGen: {text}"),
        "left": _("HeyGen to product: {text}"),
        "lost": _("HeyGen to product: {text}; it is lost on the way"),
        "ours": _("Product: {text}"),
        "theirs": _("HeyGen: {text}"),
    }
    return ". ".join(sentences[step.kind].format(text=_(step.text)) for step in steps) + "."
