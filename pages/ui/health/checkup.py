"""Run the doctor's checks and show how they came out, when, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from core import doctor
from core.check import Check, Result, Told
from core.clock import utcnow
from core.errors import ReelsError
from core.product import Product
from pages.ui.component import component
from pages.ui.language import _, fill, mark
from pages.ui.moments import ago, full
from pages.ui.plain import plainly
from pages.ui.words import Look

RESULTS: Final = {
    Result.FAIL: Look(mark("Fails"), "error", "red"),
    Result.WARN: Look(mark("Look at it"), "warning", "orange"),
    Result.PASS: Look(mark("Good"), "check_circle", "green"),
}
NAMES: Final = {
    "settings": mark("Settings"),
    "mode": mark("Mode"),
    "store": mark("Database"),
    "files": mark("Place for files"),
    "doubt": mark("Reels that need a decision"),
    "heygen": "HeyGen",
    "account": mark("HeyGen account"),
    "wallet": mark("Balance at HeyGen"),
    "clock": mark("Clock of this machine"),
    "queue": mark("Queue"),
    "worker": mark("Worker"),
    "webhook": mark("Webhooks"),
    "webhook-scheme": mark("Webhooks: kind of address"),
    "webhook-dns": mark("Webhooks: name of the public address"),
    "webhook-tls": mark("Webhooks: certificate"),
    "webhook-options": mark("Webhooks: answer in time"),
    "webhook-signed": mark("Webhooks: signed body"),
    "webhook-unsigned": mark("Webhooks: unsigned body"),
    "endpoint": mark("Registered endpoint"),
    "notifications": mark("Notifications"),
    "fake": mark("Bundled fake HeyGen"),
}

_checks = component("checks")


@st.fragment
def draw_checkup(product: Product) -> None:
    """Draw the button, and how the checks came out when they were last run, by whomever."""
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button(_("Run the checks"), key="examine", type="primary", icon=":material/stethoscope:")
        place = st.empty()
    if asked:
        with st.spinner(_("Looking at settings, HeyGen, worker and webhooks…"), show_time=True):
            _examine(product)
    latest = doctor.kept(product)
    if latest is None:
        st.caption(_("The checks have not been run yet. They change nothing and take a few seconds."))
        return
    at, checks = latest
    place.caption(_("As of {at} ({ago})").format(at=full(at), ago=ago(at, utcnow())))
    _draw_sum(checks)
    _checks(key="checks", data={"label": _("Checks"), "checks": [_row(check) for check in _sorted(checks)]})


def _examine(product: Product) -> None:
    try:
        doctor.keep(product, doctor.examine(product))
    except ReelsError as error:
        st.error(plainly(error), icon=":material/error:")


def _draw_sum(checks: Sequence[Check]) -> None:
    failed = sum(check.result is Result.FAIL for check in checks)
    warned = sum(check.result is Result.WARN for check in checks)
    if failed:
        sentence = _("{failed} of {n} checks fail. Begin with the first.").format(failed=failed, n=len(checks))
        st.error(sentence, icon=":material/error:")
    elif warned:
        sentence = _("Nothing fails; {warned} of {n} checks want a look.").format(warned=warned, n=len(checks))
        st.warning(sentence, icon=":material/warning:")
    else:
        st.success(_("All {n} checks are good.").format(n=len(checks)), icon=":material/check_circle:")


def _sorted(checks: Sequence[Check]) -> list[Check]:
    return sorted(checks, key=lambda check: list(RESULTS).index(check.result))


def _row(check: Check) -> dict[str, Any]:
    state = RESULTS[check.result]
    return {
        "word": _(state.word),
        "icon": state.icon,
        "colour": state.colour,
        "what": _what(check.name),
        "seen": _said(check.seen),
        "advice": _said(check.advice),
    }


def _what(name: str) -> str:
    """Return what was looked at, with the name of the account where it has one."""
    check, _at, account = name.partition("@")
    word = _(NAMES.get(check, check))
    return f"{word} · {account}" if account else word


def _said(sentence: Told | str) -> str:
    return _(sentence) if isinstance(sentence, str) else fill(sentence.template, dict(sentence.values))
