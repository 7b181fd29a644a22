"""Show how the product does at this moment: the worker, the queue, the webhooks, HeyGen."""

from __future__ import annotations

import streamlit as st

from core.clock import utcnow
from core.dashboard import Figures, figures
from core.models import ProcessingMode
from core.product import Product
from pages.ui.freshness import draw_freshness
from pages.ui.health.accounts import draw_accounts
from pages.ui.language import _, mark
from pages.ui.moments import ago, full, money, number, span
from pages.ui.particulars import draw_facts
from pages.ui.words import MODE_SENTENCES, mode_word

QUEUE_WORDS = {"open": mark("open"), "paused": mark("paused"), "stopped": mark("stopped")}
TICK_S = 2.0


def draw_mode(now: Figures) -> None:
    """Say which mode is in force and what it means."""
    mode = ProcessingMode(now.mode)
    st.header(_("Processing mode"), anchor=False)
    with st.container(border=True):
        st.badge(mode_word(mode), color="blue", icon=":material/sync_alt:")
        st.write(_(MODE_SENTENCES[mode]))
        draw_facts([(_("Address for webhooks"), now.webhook_url or _("none"))])


def queue_word(now: Figures) -> str:
    """Say how the queue stands; of several accounts, how many of their queues are open."""
    if now.accounts:
        n = sum(each.gate.lets_through(now.checked_at) for each in now.accounts)
        return _("{n} of {all} open").format(n=number(n), all=number(len(now.accounts)))
    return _(QUEUE_WORDS[now.gate.state]) if now.gate.state in QUEUE_WORDS else now.gate.state


def draw_counts(now: Figures) -> None:
    """Draw what goes on behind the pages."""
    worker = _("alive") if now.worker_alive else _("not seen")
    queue = queue_word(now)
    with st.grid(4, min_column_width=150, gap="small"):
        st.metric(_("Worker"), worker, icon=":material/bolt:", border=True)
        st.metric(_("Queue"), queue, icon=":material/queue:", border=True)
        st.metric(_("In the making"), number(now.in_flight), icon=":material/movie:", border=True)
        st.metric(_("Waiting"), number(now.active_reels - now.in_flight), icon=":material/schedule:", border=True)


def celery_facts(now: Figures) -> list[tuple[str, str]]:
    """Return what is to be said of the task queue, nothing where there is none."""
    if not now.queues_s:
        return []
    state = _("nobody has looked") if now.broker is None else _("answers") if now.broker == "ok" else _("no answer")
    seen = ((queue, span(age_s) if age_s is not None else _("never")) for queue, age_s in now.queues_s.items())
    return [
        (_("Task queue"), state),
        (_("Queues last served"), " · ".join(f"{queue} {when}" for queue, when in seen)),
    ]


@st.fragment(run_every=TICK_S)
def draw_now(product: Product) -> None:
    """Draw everything, again and again: this page is open while somebody watches."""
    at = utcnow()
    now = figures(product, at)
    draw_freshness(at)
    draw_counts(now)
    draw_mode(now)
    draw_accounts(now)
    st.header(_("Signals"), anchor=False)
    last = now.last_webhook_received
    facts = [
        (_("Worker last seen"), span(now.worker_age_s) if now.worker_age_s is not None else _("never")),
        (_("Last webhook"), f"{full(last)} ({ago(last, at)})" if last else _("none yet")),
        (_("Finished so far"), number(now.completed)),
        (_("Failed so far"), number(now.failed)),
        (_("Given up at the deadline"), number(now.timed_out)),
    ]
    facts += celery_facts(now)
    if now.wallet_balance is not None and not now.accounts:
        facts.append((_("Balance at HeyGen"), money(now.wallet_balance, (now.currency or "USD").upper())))
    if now.demo_url:
        facts.append((_("Address of the bundled fake HeyGen"), now.demo_url))
    with st.container(border=True), st.grid("auto", min_column_width=240, gap="small"):
        draw_facts(facts)
