"""Run the checks of the troubleshooting guide: each passes, warns or fails, and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from core import endpoint
from core.check import Check, Result, told, told_of
from core.clock import isoformat, utcnow
from core.dashboard import worker_age_s
from core.errors import HeyGenError, SettingsError, StoreError
from core.models import ProcessingMode, SendState
from core.notify import LAST
from core.probe import probe
from core.product import DEMO_URL, RECEIVER_URL, Product
from core.secret_file import SecretFile
from core.targets import open_targets
from core.worker import ALIVE_S

CLOCK_LIMIT_S: Final = 60.0


def examine(product: Product) -> list[Check]:
    """Run every check; none of them changes anything."""
    return [check for run in _CHECKS for check in run(product)]


def _settings(product: Product) -> Iterator[Check]:
    settings = product.settings
    mode, requested = product.processor.mode, product.processor.requested_mode
    key = "demo mode: no key, the bundled fake is used" if settings.demo else "a key is set"
    yield Check(name="settings", result=Result.PASS, seen=f"APP_ENV {settings.app_env}, {key}")
    if mode is not requested:
        advice = "set HEYGEN_WEBHOOK_BASE_URL to the public address of the receiver"
        yield Check(name="mode", result=Result.WARN, seen=f"{requested} works as {mode}", advice=advice)
    else:
        yield Check(name="mode", result=Result.PASS, seen=str(mode))


def _store(product: Product) -> Iterator[Check]:
    try:
        counts = product.store.reels.counts()
    except StoreError as error:
        yield Check(name="store", result=Result.FAIL, seen=str(error), advice="check DATABASE_URL and the disk")
        return
    yield Check(name="store", result=Result.PASS, seen=f"{product.store.path}: {sum(counts.values())} reels")
    doubt = product.store.reels.waiting_to_send().get(SendState.DOUBT, 0)
    if doubt:
        advice = "open each and decide whether it may be sent again"
        yield Check(name="doubt", result=Result.WARN, seen=f"{doubt} reels may have been sent or not", advice=advice)


def _heygen(product: Product) -> Iterator[Check]:
    where = product.client.base_url
    try:
        account = product.client.me()
    except HeyGenError as error:
        advice = "start the product: the fake runs with it" if product.settings.demo else "check key and connection"
        yield Check(name="heygen", result=Result.FAIL, seen=str(error), advice=advice)
        return
    what = "the bundled fake" if product.settings.demo else "HeyGen"
    yield Check(name="heygen", result=Result.PASS, seen=f"{what} at {where} knows {account.name or 'the key'}")
    if account.balance is not None:
        empty = account.balance <= 0
        yield Check(
            name="wallet",
            result=Result.WARN if empty else Result.PASS,
            seen=f"{account.balance:.2f} {account.currency or ''}".strip(),
            advice="top up the wallet at HeyGen" if empty else "",
        )
    yield from _clock(product)


def _clock(product: Product) -> Iterator[Check]:
    try:
        theirs = product.client.server_time()
    except HeyGenError:
        theirs = None
    if theirs is None:
        yield Check(name="clock", result=Result.WARN, seen="HeyGen sent no Date header", advice="compare by hand")
        return
    off_s = abs((utcnow() - theirs).total_seconds())
    good = off_s < CLOCK_LIMIT_S
    advice = "" if good else "set this machine's clock (NTP)"
    yield Check(name="clock", result=Result.PASS if good else Result.WARN, seen=f"{off_s:.0f} s apart", advice=advice)


def _gate(product: Product) -> Iterator[Check]:
    gate = product.processor.submission.gate()
    if gate.state == "open":
        yield Check(name="queue", result=Result.PASS, seen="open")
    else:
        result = Result.FAIL if gate.state == "stopped" else Result.WARN
        advice = {
            "insufficient_credit": "top up the wallet; then retry any waiting reel",
            "unauthorized": "set a valid HEYGEN_API_KEY and restart",
        }.get(gate.reason or "", "it opens again by itself")
        yield Check(name="queue", result=result, seen=f"{gate.state}: {gate.reason}", advice=advice)


def _worker(product: Product) -> Iterator[Check]:
    age_s = worker_age_s(product, utcnow())
    if age_s is None or age_s > ALIVE_S:
        seen = "none has run yet" if age_s is None else f"silent for {timedelta(seconds=round(age_s))}"
        advice = "start the product, or `python -m core worker`"
        yield Check(name="worker", result=Result.WARN, seen=seen, advice=advice)
    else:
        yield Check(name="worker", result=Result.PASS, seen=f"seen {age_s:.1f} s ago")


def _webhook(product: Product) -> Iterator[Check]:
    if product.processor.mode is ProcessingMode.POLLING:
        yield Check(name="webhook", result=Result.PASS, seen="not used in polling mode")
        return
    base = product.processor.webhook_base_url or ""
    if product.settings.demo:
        base = product.store.facts.get(RECEIVER_URL) or base
    secrets = [*SecretFile(product.store.path).believed(utcnow()), *product.settings.webhook_secrets]
    yield from probe(base, secrets)
    yield from _endpoint(product, bool(secrets))


def _endpoint(product: Product, has_secret: bool) -> Iterator[Check]:
    """Look at the account's own endpoint; it is optional, since every reel names its callback address."""
    name = "endpoint"
    try:
        known = endpoint.registered(product)
    except HeyGenError as error:
        yield Check(name=name, result=Result.WARN, seen=str(error))
        return
    if known is None:
        advice = "optional: `python -m core register` adds signed deliveries and their history"
        yield Check(name=name, result=Result.PASS, seen="none registered; reels name their own address", advice=advice)
    elif known.status != "enabled":
        advice = "HeyGen has disabled it after failures: delete it there, then `python -m core register`"
        yield Check(name=name, result=Result.FAIL, seen=f"{known.url} is {known.status}", advice=advice)
    elif known.events is not None and not set(endpoint.EVENTS) <= set(known.events):
        advice = f"subscribe it to {', '.join(endpoint.EVENTS)}"
        yield Check(name=name, result=Result.WARN, seen=f"subscribed to {', '.join(known.events)}", advice=advice)
    elif not has_secret:
        advice = "`python -m core register` takes its secret over"
        yield Check(name=name, result=Result.FAIL, seen="registered, but we hold no secret", advice=advice)
    else:
        yield Check(name=name, result=Result.PASS, seen=f"{known.url} is enabled")


def _notifications(product: Product) -> Iterator[Check]:
    name, notifications = "notifications", product.store.notifications
    try:
        targets = open_targets(product.settings.notify_urls)
    except SettingsError as error:
        yield Check(name=name, result=Result.FAIL, seen=told_of(error), advice=told("mend NOTIFY_URLS and restart"))
        return
    if not targets:
        advice = told("optional: set NOTIFY_URLS to be told when reels and campaigns end")
        yield Check(name=name, result=Result.PASS, seen=told("nobody is told"), advice=advice)
        return
    last, waiting, aside = product.store.facts.set_at(LAST), notifications.waiting(), notifications.set_aside()
    at = isoformat(last) if last else "–"
    if aside:
        words = {"n": len(targets), "at": at, "w": waiting, "a": aside}
        seen = told("targets: {n}, last message: {at}, waiting: {w}, set aside: {a}", **words)
        advice = told("try `python -m core notify-test`, mend the target, then send them again on the page Status")
        yield Check(name=name, result=Result.WARN, seen=seen, advice=advice)
    else:
        seen = told("targets: {n}, last message: {at}, waiting: {w}", n=len(targets), at=at, w=waiting)
        yield Check(name=name, result=Result.PASS, seen=seen)


def _demo(product: Product) -> Iterator[Check]:
    if product.settings.demo:
        url = product.store.facts.get(DEMO_URL)
        seen = f"the fake HeyGen was last started at {url}" if url else "the product has not run yet"
        yield Check(name="fake", result=Result.PASS if url else Result.WARN, seen=seen)


_CHECKS: Final[tuple[Callable[[Product], Iterator[Check]], ...]] = (
    _settings,
    _store,
    _heygen,
    _gate,
    _worker,
    _webhook,
    _notifications,
    _demo,
)
