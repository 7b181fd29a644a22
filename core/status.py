"""Tell other machines how the product is: /healthz as JSON and /metrics as Prometheus text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core import heartbeat
from core.account_figures import AccountFigures
from core.accounts import fact, spoken
from core.clock import isoformat, utcnow
from core.dashboard import Figures, figures, worker_age_s
from core.detection import LABELS
from core.errors import StoreError
from core.models import Channel
from core.notify import TALLY
from core.product import Product
from core.recorder import Recorder
from core.waker import broker_state

TEXT_FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"


def health(product: Product) -> dict[str, Any]:
    """Return `store`, `worker` and `last_webhook`; a store that cannot be read is said so, not raised."""
    now = utcnow()
    try:
        age_s = worker_age_s(product, now)
        last = product.store.deliveries.last_received_at()
        waiting = product.store.deliveries.waiting()[0]
    except StoreError as error:
        return {"store": str(error), "worker": {"alive": False, "age_s": None}, "last_webhook": None}
    return {
        "store": "ok",
        "worker": {"alive": heartbeat.is_alive(age_s), "age_s": age_s},
        "last_webhook": None if last is None else isoformat(last),
        "broker": broker_state(product.store, now) if product.settings.celery_broker_url else None,
        "deliveries_waiting": waiting,
        "mode": str(product.processor.mode),
        "demo": product.settings.demo,
    }


class ProductCollector(Collector):
    """Read every metric from the store, so that all processes tell the same."""

    def __init__(self, product: Product, recorder: Recorder) -> None:
        self._product = product
        self._recorder = recorder

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of this moment."""
        shown = figures(self._product, utcnow())
        facts = self._product.store.facts
        yield _counted(GaugeMetricFamily, "reels", "Reels by status.", "status", self._product.store.reels.counts())
        yield _counted(CounterMetricFamily, "deliveries", "Deliveries by verdict.", "verdict", shown.deliveries)
        refused = Counter(facts.tallies("refused"))
        refused.update(self._recorder.unwritten_refusals())
        yield _counted(CounterMetricFamily, "deliveries_refused", "Requests not believed.", "reason", refused)
        yield _counted(CounterMetricFamily, "sweeps", "Sweeps by outcome.", "outcome", facts.tallies("sweeps"))
        yield _counted(CounterMetricFamily, "notifications", "Messages by outcome.", "outcome", facts.tallies(TALLY))
        yield self._calls()
        yield from _of_accounts(shown)
        yield self._detection()
        yield self._batches()
        yield from self._gauges(shown)

    def _calls(self) -> Metric:
        """Tell the calls to HeyGen, with a label for the account where there are several."""
        accounts, facts = self._product.processor.accounts, self._product.store.facts
        labels = ["kind", "status", *(["account"] if accounts.several else [])]
        calls = CounterMetricFamily("heygen_calls", "Calls to HeyGen.", labels=labels)
        for account in accounts.names:
            for label, n in facts.tallies(fact("calls", account)).items():
                calls.add_metric([*label.split("|"), *([spoken(account)] if accounts.several else [])], n)
        return calls

    def _detection(self) -> Metric:
        text = "Seconds from HeyGen's completed_at until we knew."
        delays = HistogramMetricFamily("detection_delay_seconds", text, labels=["channel"])
        for channel in Channel:
            tallies = self._product.store.facts.tallies(f"detection_{channel}")
            if tallies:
                delays.add_metric([channel], _cumulated(tallies, LABELS), tallies.get("sum", 0.0))
        return delays

    def _batches(self) -> Metric:
        """Tell how many deliveries shared a commit, in this process."""
        sizes = dict(self._recorder.batches)
        bounds = (1, 2, 4, 8, 16, 32, 64, 128, 256)
        fitted = Counter[str]()
        for size, n in sizes.items():
            fitted[str(next((bound for bound in bounds if size <= bound), "+Inf"))] += n
        family = HistogramMetricFamily("commit_batch_deliveries", "Deliveries that shared one commit.", labels=[])
        labels = (*map(str, bounds), "+Inf")
        family.add_metric([], _cumulated(fitted, labels), float(sum(size * n for size, n in sizes.items())))
        return family

    def _gauges(self, shown: Figures) -> Iterator[Metric]:
        waiting, oldest = self._product.store.deliveries.waiting()
        age_s = 0.0 if oldest is None else (shown.checked_at - oldest).total_seconds()
        yield _gauge("deliveries_waiting", "Deliveries not worked off yet.", waiting)
        yield _gauge("deliveries_waiting_age_seconds", "Age of the oldest of them.", age_s)
        yield _gauge("deliveries_uncommitted", "Deliveries waiting for their commit.", self._recorder.backlog)
        yield _gauge("reels_queued", "Reels waiting to be sent.", shown.pending)
        yield _gauge("reels_in_flight", "Reels at HeyGen.", shown.in_flight)
        yield _gauge("reels_overdue", "Reels whose webhook is overdue.", shown.overdue)
        yield _gauge("reels_in_doubt", "Reels about which a person must decide.", shown.doubt)
        yield _gauge(
            "downloads_waiting", "Reels whose files are still to be kept.", self._product.store.archive.waiting()
        )
        told = self._product.store.notifications
        yield _gauge("notifications_waiting", "Messages still to be sent, one a target.", told.waiting())
        yield _gauge("notifications_set_aside", "Messages that were given up, one a target.", told.set_aside())
        if self._product.settings.celery_broker_url:
            yield _gauge("broker_up", "Whether the broker answered when last looked at.", float(shown.broker == "ok"))
        yield _gauge("worker_alive", "Whether a worker lives.", float(shown.worker_alive))
        gates = [each.gate for each in shown.accounts] or [shown.gate]
        yield _gauge("queue_open", "Whether every queue feeds HeyGen.", float(all(g.state == "open" for g in gates)))
        yield _gauge("webhook_breaker_open", "Whether the webhook channel counts as down.", float(shown.channel_open))


def _of_accounts(shown: Figures) -> Iterator[Metric]:
    """Tell how each account stands, where there are several; what nobody knows of one is left out."""
    if not shown.accounts:
        return
    told: tuple[tuple[str, str, Callable[[AccountFigures], float | None]], ...] = (
        ("account_reels_queued", "Reels of an account waiting to be sent.", lambda each: each.waiting),
        ("account_reels_in_flight", "Reels of an account at HeyGen.", lambda each: each.in_flight),
        ("account_concurrency_limit", "Renders that an account takes at once.", lambda each: each.limit),
        ("account_queue_open", "Whether an account is fed.", lambda each: float(each.gate.state == "open")),
        ("account_wallet_balance", "What the wallet of an account has left.", lambda each: each.wallet.balance),
    )
    for name, text, read in told:
        values = {spoken(each.name): read(each) for each in shown.accounts}
        known = {account: value for account, value in values.items() if value is not None}
        yield _counted(GaugeMetricFamily, name, text, "account", known)


def _counted(
    family: type[GaugeMetricFamily] | type[CounterMetricFamily],
    name: str,
    text: str,
    label: str,
    counts: Mapping[Any, float],
) -> Metric:
    metric = family(name, text, labels=[label])
    for value, n in counts.items():
        metric.add_metric([str(value)], n)
    return metric


def _cumulated(counts: Mapping[str, float], labels: Sequence[str]) -> list[tuple[str, float]]:
    """Return the buckets as Prometheus wants them: each counts what is below its bound."""
    totals = accumulate(counts.get(label, 0.0) for label in labels)
    return list(zip(labels, totals, strict=True))


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def status_routes(product: Product, recorder: Recorder) -> list[Route]:
    """Return /healthz and /metrics."""
    registry = CollectorRegistry()
    registry.register(ProductCollector(product, recorder))

    def healthz(_request: Request) -> Response:
        told = health(product)
        return JSONResponse(told, status_code=200 if told["store"] == "ok" else 503)

    def metrics(_request: Request) -> Response:
        try:
            return Response(generate_latest(registry), media_type=TEXT_FORMAT)
        except StoreError as error:
            return Response(str(error), status_code=503, media_type="text/plain")

    return [Route("/healthz", healthz), Route("/metrics", metrics)]
