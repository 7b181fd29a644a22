"""Tell other machines how the product is: /healthz as JSON and /metrics as Prometheus text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.clock import isoformat, utcnow
from core.dashboard import figures, worker_age_s
from core.errors import StoreError
from core.product import Product
from core.recorder import Recorder
from core.worker import ALIVE_S

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
        "worker": {"alive": age_s is not None and age_s < ALIVE_S, "age_s": age_s},
        "last_webhook": None if last is None else isoformat(last),
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
        reels = GaugeMetricFamily("reels", "Reels by status.", labels=["status"])
        for status, n in self._product.store.reels.counts().items():
            reels.add_metric([status], n)
        yield reels
        deliveries = CounterMetricFamily("deliveries", "Recorded deliveries by verdict.", labels=["verdict"])
        for verdict, n in shown.deliveries.items():
            deliveries.add_metric([verdict], n)
        yield deliveries
        refused = CounterMetricFamily("deliveries_refused", "Requests that were not believed.", labels=["reason"])
        for reason, times in self._product.store.facts.tallies("refused").items():
            refused.add_metric([reason], times)
        yield refused
        yield _gauge("deliveries_waiting", "Deliveries not worked off yet.", shown.deliveries_waiting)
        yield _gauge("deliveries_uncommitted", "Deliveries waiting for their commit.", self._recorder.backlog)
        yield _gauge("reels_overdue", "Reels whose webhook is overdue.", shown.overdue)
        yield _gauge("worker_alive", "Whether a worker lives.", float(shown.worker_alive))
        yield _gauge("queue_open", "Whether the queue feeds HeyGen.", float(shown.gate.state == "open"))
        yield _gauge("webhook_breaker_open", "Whether the webhook channel counts as down.", float(shown.channel_open))


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
