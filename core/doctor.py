"""Run the checks of the troubleshooting guide: each passes, warns or fails, and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from core import endpoint, heartbeat
from core.account_figures import forsaken
from core.accounts import HeyGenAccount, fact, spoken
from core.broker import Broker
from core.check import Check, Result, told, told_of
from core.clock import SKEW, isoformat, utcnow
from core.config import of_account
from core.dashboard import worker_age_s
from core.errors import BrokerGone, HeyGenError, PlaceError, SettingsError, StoreError
from core.models import ProcessingMode, SendState
from core.notify import LAST
from core.probe import probe
from core.product import DEMO_URL, RECEIVER_URL, Product
from core.targets import open_targets
from core.values import LOOPBACK

LATEST: Final = "doctor"
STORE: Final = "store"


def examine(product: Product) -> list[Check]:
    """Run every check; none of them leaves anything changed. Without a store the others cannot be run."""
    checks: list[Check] = []
    for run in _CHECKS:
        checks += run(product)
        if any(check.name == STORE and check.result is Result.FAIL for check in checks):
            break
    return checks


def kept(product: Product) -> tuple[datetime, list[Check]] | None:
    """Return when the checks were last run for all to see, and how they came out; None if never."""
    facts = product.store.facts
    at, rows = facts.set_at(LATEST), facts.get(LATEST)
    return None if at is None or rows is None else (at, [Check.of_fact(row) for row in rows])


def keep(product: Product, checks: Sequence[Check]) -> None:
    """Keep how the checks came out; raises StoreError."""
    product.store.facts.put(LATEST, [check.to_fact() for check in checks], utcnow())


def _settings(product: Product) -> Iterator[Check]:
    settings = product.settings
    mode, requested = product.processor.mode, product.processor.requested_mode
    demo = told("APP_ENV {env}, demo mode: no key, the bundled fake is used", env=settings.app_env)
    keyed = told("APP_ENV {env}, a key is set", env=settings.app_env)
    accounts = product.processor.accounts
    many = told("APP_ENV {env}, accounts: {names}", env=settings.app_env, names=_listed(accounts.names))
    seen = many if settings.accounts else demo if settings.demo else keyed
    yield Check(name="settings", result=Result.PASS, seen=seen)
    if mode is not requested:
        advice = told("set HEYGEN_WEBHOOK_BASE_URL to the public address of the receiver")
        seen = told("{requested} works as {mode}", requested=requested, mode=mode)
        yield Check(name="mode", result=Result.WARN, seen=seen, advice=advice)
    else:
        yield Check(name="mode", result=Result.PASS, seen=str(mode))


def _store(product: Product) -> Iterator[Check]:
    try:
        counts = product.store.reels.counts()
    except StoreError as error:
        advice = told("check DATABASE_URL and the disk")
        yield Check(name=STORE, result=Result.FAIL, seen=told_of(error), advice=advice)
        return
    seen = told("{path}: {n} reels", path=product.store.address, n=sum(counts.values()))
    yield Check(name=STORE, result=Result.PASS, seen=seen)
    doubt = product.store.reels.waiting_to_send().get(SendState.DOUBT, 0)
    if doubt:
        advice = told("open each and decide whether it may be sent again")
        seen = told("{n} reels may have been sent or not", n=doubt)
        yield Check(name="doubt", result=Result.WARN, seen=seen, advice=advice)


def _files(product: Product) -> Iterator[Check]:
    """Write, read and delete one small file where finished files are kept."""
    try:
        place = product.processor.files
        place.probe()
    except (PlaceError, SettingsError) as error:
        advice = told("check ARCHIVE_URL, its credentials and their rights; what is not kept yet is tried again")
        yield Check(name="files", result=Result.FAIL, seen=told_of(error), advice=advice)
    else:
        yield Check(name="files", result=Result.PASS, seen=told("{place} can be written and read", place=place))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(spoken, names))


def _accounts(product: Product) -> Iterator[Check]:
    """Look at each account by itself, and for those that reels wait for in vain."""
    for each in product.processor.accounts:
        yield from _heygen(product, each)
        yield from _gate(product, each.name)
    yield from _clock(product)
    for name, n in forsaken(product).items():
        setting = "HEYGEN_ACCOUNTS" if name else "HEYGEN_API_KEY"
        seen = told("the account {account} is not configured: {n} of its reels wait", account=spoken(name), n=n)
        advice = told("set {setting} again and restart; nothing is lost meanwhile", setting=setting)
        yield Check(name=fact("account", name), result=Result.WARN, seen=seen, advice=advice)


def _heygen(product: Product, each: HeyGenAccount) -> Iterator[Check]:
    where = each.client.base_url
    try:
        account = each.client.me()
    except HeyGenError as error:
        start = told("start the product: the fake runs with it")
        advice = start if product.settings.demo else told("check key and connection")
        yield Check(name=fact("heygen", each.name), result=Result.FAIL, seen=told_of(error), advice=advice)
        return
    fake = told("the bundled fake at {where} answers", where=where)
    real = told("HeyGen at {where} knows the key of {name}", where=where, name=account.name or "?")
    yield Check(name=fact("heygen", each.name), result=Result.PASS, seen=fake if product.settings.demo else real)
    if account.balance is not None:
        empty = account.balance <= 0
        yield Check(
            name=fact("wallet", each.name),
            result=Result.WARN if empty else Result.PASS,
            seen=told("{balance} {currency}", balance=f"{account.balance:.2f}", currency=account.currency or "USD"),
            advice=told("top up the wallet at HeyGen") if empty else "",
        )


def _clock(product: Product) -> Iterator[Check]:
    try:
        theirs = product.client.server_time()
    except HeyGenError:
        theirs = None
    if theirs is None:
        seen, advice = told("HeyGen sent no Date header"), told("compare by hand")
        yield Check(name="clock", result=Result.WARN, seen=seen, advice=advice)
        return
    off_s = abs((utcnow() - theirs).total_seconds())
    good = off_s < SKEW.total_seconds()
    apart = told("{seconds} s apart", seconds=round(off_s))
    if good:
        yield Check(name="clock", result=Result.PASS, seen=apart)
    else:
        yield Check(name="clock", result=Result.WARN, seen=apart, advice=told("set this machine's clock (NTP)"))


def _gate(product: Product, account: str) -> Iterator[Check]:
    name, gate = fact("queue", account), product.processor.submission_of(account).gate()
    if gate.state == "open":
        yield Check(name=name, result=Result.PASS, seen=told("open"))
        return
    cures = {
        "insufficient_credit": told("top up the wallet; then retry any waiting reel"),
        "unauthorized": told("set a valid {setting} and restart", setting=of_account("HEYGEN_API_KEY", account)),
    }
    seen = told("{state}: {reason}", state=gate.state, reason=gate.reason)
    advice = cures.get(gate.reason or "", told("it opens again by itself"))
    yield Check(name=name, result=Result.FAIL if gate.state == "stopped" else Result.WARN, seen=seen, advice=advice)


def _worker(product: Product) -> Iterator[Check]:
    age_s = worker_age_s(product, utcnow())
    if age_s is None or not heartbeat.is_alive(age_s):
        silent = told("silent for {span}", span=timedelta(seconds=round(age_s or 0)))
        seen = told("none has run yet") if age_s is None else silent
        on_celery = told("start `celery -A core.tasks worker` and `celery -A core.tasks beat`")
        here = told("start the product, or `python -m core worker`")
        advice = on_celery if product.settings.celery_broker_url else here
        yield Check(name="worker", result=Result.WARN, seen=seen, advice=advice)
    else:
        yield Check(name="worker", result=Result.PASS, seen=told("seen {seconds} s ago", seconds=round(age_s, 1)))


def _broker(product: Product) -> Iterator[Check]:
    if product.settings.celery_broker_url is None:
        return
    broker = Broker(product.settings.celery_broker_url)
    try:
        broker.ping()
        yield Check(name="broker", result=Result.PASS, seen=told("the broker at {place} answers", place=broker.place))
    except BrokerGone as error:
        advice = told("start it, or mend CELERY_BROKER_URL; nothing is lost meanwhile")
        yield Check(name="broker", result=Result.FAIL, seen=told_of(error), advice=advice)
    finally:
        broker.close()


def _webhook(product: Product) -> Iterator[Check]:
    if product.processor.mode is ProcessingMode.POLLING:
        yield Check(name="webhook", result=Result.PASS, seen=told("not used in polling mode"))
        return
    base = product.processor.webhook_base_url or ""
    if product.settings.demo:
        base = product.store.facts.get(RECEIVER_URL) or base
    secrets = product.secrets_by_account()
    yield _scheme(base, product.client.base_url)
    yield from probe(base, product.webhook_secrets())
    for account, believed in secrets.items():
        yield from _endpoint(product, account, bool(believed))


def _scheme(base: str, heygen: str) -> Check:
    """Look at how the address begins: HeyGen calls https alone, and only a simulator on this machine can use http."""
    name, scheme = "webhook-scheme", urlsplit(base).scheme
    if scheme == "https":
        return Check(name=name, result=Result.PASS, seen="https")
    if urlsplit(base).hostname in LOOPBACK and urlsplit(heygen).hostname in LOOPBACK:
        return Check(name=name, result=Result.PASS, seen=told("{scheme}, on this machine as HeyGen is", scheme=scheme))
    advice = told("set HEYGEN_WEBHOOK_BASE_URL to a public https address, in development to that of a tunnel (ngrok)")
    seen = told("{url}: HeyGen calls public https addresses only", url=base)
    return Check(name=name, result=Result.FAIL, seen=seen, advice=advice)


def _endpoint(product: Product, account: str, has_secret: bool) -> Iterator[Check]:
    """Look at an account's own endpoint; it is optional, since every reel names its callback address."""
    name = fact("endpoint", account)
    try:
        known = endpoint.registered(product, account)
    except HeyGenError as error:
        yield Check(name=name, result=Result.WARN, seen=told_of(error))
        return
    if known is None:
        seen = told("none registered; reels name their own address")
        advice = told("optional: `python -m core register` adds signed deliveries and their history")
        yield Check(name=name, result=Result.PASS, seen=seen, advice=advice)
    elif known.status != "enabled":
        seen = told("{url} is {status}", url=known.url, status=known.status)
        advice = told("HeyGen has disabled it after failures: delete it there, then `python -m core register`")
        yield Check(name=name, result=Result.FAIL, seen=seen, advice=advice)
    elif known.events is not None and not set(endpoint.EVENTS) <= set(known.events):
        seen = told("subscribed to {events}", events=", ".join(known.events))
        advice = told("subscribe it to {events}", events=", ".join(endpoint.EVENTS))
        yield Check(name=name, result=Result.WARN, seen=seen, advice=advice)
    elif not has_secret:
        seen = told("registered, but we hold no secret")
        advice = told("`python -m core register` takes its secret over")
        yield Check(name=name, result=Result.FAIL, seen=seen, advice=advice)
    else:
        yield Check(name=name, result=Result.PASS, seen=told("{url} is enabled", url=known.url))


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
        advice = told("try `python -m core notify-test`, mend the target, then send them again under Messages")
        yield Check(name=name, result=Result.WARN, seen=seen, advice=advice)
    else:
        seen = told("targets: {n}, last message: {at}, waiting: {w}", n=len(targets), at=at, w=waiting)
        yield Check(name=name, result=Result.PASS, seen=seen)


def _demo(product: Product) -> Iterator[Check]:
    if product.settings.demo:
        url = product.store.facts.get(DEMO_URL)
        started = told("the fake HeyGen was last started at {url}", url=url)
        seen = started if url else told("the product has not run yet")
        yield Check(name="fake", result=Result.PASS if url else Result.WARN, seen=seen)


_CHECKS: Final[tuple[Callable[[Product], Iterator[Check]], ...]] = (
    _settings,
    _store,
    _files,
    _accounts,
    _broker,
    _worker,
    _webhook,
    _notifications,
    _demo,
)
