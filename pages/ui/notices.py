"""Say what stands in the way of the whole product: one sentence what is wrong, one what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import streamlit as st

from core.account_figures import Problem
from core.accounts import gone
from core.config import of_account
from core.dashboard import Figures
from core.gate import Gate
from core.heartbeat import NEEDED, is_alive
from pages.ui.accounts import account_word
from pages.ui.language import _, fill, mark
from pages.ui.moments import moment, number, span
from pages.ui.plain import plain_values, plainly

WRONG_KEY: Final = mark(
    "HeyGen does not accept the key (401), so nothing is sent. "
    "Put the right key into HEYGEN_API_KEY and restart; the waiting reels then go out."
)
WRONG_NAMED_KEY: Final = mark(
    "HeyGen does not accept the key (401), so nothing of this account is sent. "
    "Put the right key into {setting} and restart; the waiting reels then go out."
)
NO_CREDIT: Final = mark(
    "HeyGen has no credit left (402), so nothing is sent. "
    "Top up the account; the waiting reels go out by themselves within a minute."
)
STOPPED: Final = mark("HeyGen refuses the account ({reason}), so nothing is sent. Look at the account at HeyGen.")
PAUSED: Final = mark("HeyGen asked to wait ({reason}). The queue goes on by itself at {until}.")
UNREACHED: Final = mark("HeyGen cannot be reached. Nothing is lost; the queue tries again at {until}.")
WORKER: Final = mark(
    "The worker has not been seen for {age}, so reels neither go out nor finish. "
    "Restart the product, or start `python -m core worker`."
)
NEVER: Final = mark("The worker is starting; reels go out as soon as it runs.")
BROKER: Final = mark(
    "The task queue does not answer, so reels neither go out nor finish. Nothing is lost: webhooks are still taken in, "
    "and all goes on by itself when it is back. Look at the broker of CELERY_BROKER_URL."
)
QUEUES: Final = mark(
    "No Celery worker has been seen on {queues} for {age}, so reels neither go out nor finish. "
    "Start `celery -A core.tasks worker` and `celery -A core.tasks beat`."
)
NO_QUEUES: Final = mark(
    "No Celery worker has been seen yet; reels go out as soon as `celery -A core.tasks worker` and "
    "`celery -A core.tasks beat` run."
)
LATER: Final = mark(
    "No Celery worker has been seen on {queues} of late, so finished files or messages wait. "
    "Start one with `-Q archive,notify`."
)
NO_ADDRESS: Final = mark(
    "Hybrid mode has no public address for webhooks, so it works as polling. Set HEYGEN_WEBHOOK_BASE_URL to get calls."
)
CHANNEL: Final = mark(
    "Webhooks fail to arrive, so HeyGen is asked instead. Check that {url} can be reached from outside."
)
UNAUTHORIZED: Final = frozenset({"unauthorized", "authentication_failed"})
CREDIT: Final = frozenset({"insufficient_credit", "subscription_required", "plan_upgrade_required"})


@dataclass(frozen=True, slots=True)
class Notice:
    """Hold one notice: how grave it is, its icon and its text, and the account that it is about."""

    level: str
    icon: str
    text: str
    about: str = ""


def notices(figures: Figures) -> list[Notice]:
    """Return the notices that hold now, the gravest first."""
    found = [*_accounts(figures), *_forsaken(figures), *_worker(figures), *_channel(figures)]
    return sorted(found, key=lambda notice: ("error", "warning", "info").index(notice.level))


def _accounts(figures: Figures) -> list[Notice]:
    """Return what stands in the way of HeyGen; of several accounts, each by its name."""
    if not figures.accounts:
        return _queue(figures.gate, figures.checked_at) or _problem(figures.heygen_problem)
    found = []
    for each in figures.accounts:
        own = _queue(each.gate, figures.checked_at, each.name) or _problem(each.wallet.problem, each.name)
        found += [Notice(one.level, one.icon, f"{account_word(each.name)}: {one.text}", each.name) for one in own]
    return found


def _forsaken(figures: Figures) -> list[Notice]:
    """Say which accounts reels wait for in vain."""
    found = []
    for name, n in figures.forsaken.items():
        count = _("Reels that wait: {n}.").format(n=number(n))
        found.append(Notice("warning", "key_off", f"{plainly(gone(name))} {count}", name))
    return found


def _queue(gate: Gate, now: datetime, account: str = "") -> list[Notice]:
    reason = gate.reason or ""
    if gate.state == "stopped":
        return [_refused(reason, account)]
    if gate.state == "paused" and not gate.lets_through(now):
        lost = reason == "unreachable"
        text = _(UNREACHED if lost else PAUSED).format(reason=reason, until=moment(gate.until))
        return [Notice("warning", "cloud_off" if lost else "pause_circle", text)]
    return []


def _refused(reason: str, account: str) -> Notice:
    wrong = WRONG_NAMED_KEY if account else WRONG_KEY
    template = wrong if reason in UNAUTHORIZED else NO_CREDIT if reason in CREDIT else STOPPED
    text = _(template).format(reason=reason, setting=of_account("HEYGEN_API_KEY", account))
    return Notice("error", "front_hand", text)


def _problem(problem: Problem | None, account: str = "") -> list[Notice]:
    if problem is None:
        return []
    if problem.code in UNAUTHORIZED | CREDIT:
        return [_refused(problem.code, account)]
    return [Notice("warning", "cloud_off", fill(problem.message, plain_values(problem.values)))]


def _worker(figures: Figures) -> list[Notice]:
    if figures.queues_s:
        return _celery(figures)
    if figures.worker_alive:
        return []
    if figures.worker_age_s is None:
        return [Notice("info", "hourglass_top", _(NEVER))]
    return [Notice("error", "power_off", _(WORKER).format(age=span(figures.worker_age_s)))]


def _celery(figures: Figures) -> list[Notice]:
    if figures.broker not in {None, "ok"}:
        return [Notice("error", "cloud_off", _(BROKER))]
    silent = [queue for queue, age_s in figures.queues_s.items() if not is_alive(age_s)]
    if figures.worker_alive:
        late = ", ".join(queue for queue in silent if queue not in NEEDED)
        return [Notice("warning", "power_off", _(LATER).format(queues=late))] if late else []
    if figures.worker_age_s is None:
        return [Notice("info", "hourglass_top", _(NO_QUEUES))]
    queues = ", ".join(queue for queue in silent if queue in NEEDED)
    return [Notice("error", "power_off", _(QUEUES).format(queues=queues, age=span(figures.worker_age_s)))]


def _channel(figures: Figures) -> list[Notice]:
    if figures.requested_mode != figures.mode:
        return [Notice("info", "link_off", _(NO_ADDRESS))]
    if figures.channel_open and figures.webhook_url:
        return [Notice("warning", "alt_route", _(CHANNEL).format(url=figures.webhook_url))]
    return []


def draw_notices(figures: Figures) -> None:
    """Draw the notices of this moment."""
    st.session_state["notices"] = notices(figures)
    with st.container():  # what comes and goes in here moves nothing below it
        for notice in st.session_state["notices"]:
            draw = {"error": st.error, "warning": st.warning}.get(notice.level, st.info)
            draw(notice.text, icon=f":material/{notice.icon}:")


def changed(figures: Figures) -> bool:
    """Tell whether the notices on the screen are no longer those that hold; where none were drawn, they never are."""
    if "notices" not in st.session_state:
        return False
    return _kinds(st.session_state["notices"]) != _kinds(notices(figures))


def _kinds(notices: list[Notice]) -> list[tuple[str, str, str]]:
    """Return what tells notices apart; the moments in their texts pass by themselves."""
    return [(notice.level, notice.icon, notice.about) for notice in notices]
