"""Show whom the product tells when reels and campaigns end, try it, and see to what could not be delivered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from core.clock import utcnow
from core.errors import ReelsError
from core.notify import LAST, TestResult, send_test
from core.product import Product
from core.targets import Target, names, open_targets
from pages.ui.language import _
from pages.ui.moments import full, number, span
from pages.ui.particulars import draw_facts
from pages.ui.plain import plainly

RESULTS: Final = "telling_results"
WRONG: Final = "telling_wrong"
SHOWN: Final = 50


@st.fragment
def draw_telling(product: Product) -> None:
    """Draw the targets, the button that tries them, and what was set aside."""
    _draw_problem()
    try:
        targets = open_targets(product.settings.notify_urls)
    except ReelsError as error:
        st.error(plainly(error), icon=":material/error:")
        return
    if not targets:
        nobody = _(
            "Nobody is told when reels end. Set NOTIFY_URLS to send messages to Slack, Teams, e-mail and others; "
            "docs/telling.md says how."
        )
        st.info(nobody, icon=":material/notifications_off:")
    else:
        st.write(_("A message goes out when a reel or a campaign has ended; a storm of them becomes a digest."))
        _draw_sum(product)
        _draw_targets(product, targets)
    _draw_aside(product, targets)


def _draw_sum(product: Product) -> None:
    last = product.store.facts.set_at(LAST)
    facts = [
        (_("Last message"), full(last) if last else _("none yet")),
        (_("Messages waiting"), number(product.store.notifications.waiting())),
    ]
    with st.grid("auto", min_column_width=220, gap="small"):
        draw_facts(facts)


def _draw_targets(product: Product, targets: Sequence[Target]) -> None:
    """Draw each target, masked, with what waits for it and how the last test message went."""
    if st.button(_("Send a test message"), key="telling-test", type="primary", icon=":material/send:"):
        with st.spinner(_("Sending to every target…"), show_time=True):
            st.session_state[RESULTS] = {result.target: result for result in send_test(product.settings)}
    results: dict[str, TestResult] = st.session_state.get(RESULTS, {})
    waiting = product.store.notifications.waiting_by_target()
    for target in targets:
        with st.container(border=True, gap="xsmall"):
            st.text(target.name)
            if target.name in results:
                _draw_result(results[target.name])
            n, problem = waiting.get(target.key, (0, None))
            if problem is not None:
                st.badge(_("{n} waiting").format(n=number(n)), icon=":material/schedule:", color="orange")
                st.text(problem)


def _draw_result(result: TestResult) -> None:
    if result.arrived:
        sentence = _("The test message arrived in {time}").format(time=span(result.seconds))
        st.badge(sentence, icon=":material/check_circle:", color="green")
        return
    st.badge(_("The test message did not arrive"), icon=":material/error:", color="red")
    st.text(result.problem)


def _draw_aside(product: Product, targets: Sequence[Target]) -> None:
    """Draw what was given up, and let a person decide."""
    notifications = product.store.notifications
    n = notifications.set_aside()
    if not n:
        return
    sentence = _("Messages that could not be delivered: {n}. Mend the target, test it, and send them again.")
    st.warning(sentence.format(n=number(n)), icon=":material/unsubscribe:")
    known = names(targets)
    rows = [
        {
            _("Made"): full(aside.made_at),
            _("Target"): known.get(aside.target, _("A former target")),
            _("Problem"): aside.problem,
        }
        for aside in notifications.aside(SHOWN)
    ]
    st.dataframe(rows, hide_index=True, width="stretch")
    keys = [target.key for target in targets]
    with st.container(horizontal=True):
        st.button(
            _("Send them again"),
            key="telling-again",
            type="primary",
            icon=":material/replay:",
            disabled=not targets,
            on_click=_do,
            args=(lambda: notifications.send_again(keys, utcnow()),),
        )
        st.button(
            _("Forget them"),
            key="telling-forget",
            icon=":material/delete:",
            on_click=_do,
            args=(notifications.forget,),
        )


def _do(act: Callable[[], None]) -> None:
    """Do what was asked for, and remember why not where it cannot be done."""
    try:
        act()
    except ReelsError as error:
        st.session_state[WRONG] = error


def _draw_problem() -> None:
    error = st.session_state.pop(WRONG, None)
    if error is not None:
        st.error(plainly(error), icon=":material/error:")
