"""Time every query of the pages and the worker at 100,000 and at 1,000,000 reels."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Final

from bench.crowd import COMMON, NOW, RARE, crowd
from core.config import Settings
from core.dashboard import figures
from core.evidence import chronicle
from core.insight import insight
from core.models import ProcessingMode, ReelStatus, Shelf, Verdict
from core.product import Product, open_product
from core.store import DeliveryFilter, ReelFilter

PAGE: Final = 50
DAY: Final = NOW.replace(hour=0) - timedelta(days=100)
Query = Callable[[], object]


@contextmanager
def crowded(path: Path, reels: int) -> Iterator[Product]:
    """Fill a database and yield the product over it."""
    crowd(path, reels).close()
    settings = Settings(api_key="bench", database_url=f"sqlite:///{path}", processing_mode=ProcessingMode.HYBRID)
    product = open_product(settings)
    try:
        yield product
    finally:
        product.client.close()
        product.store.close()


def queries(product: Product, reels: int) -> Mapping[str, Query]:
    """Return every query by name."""
    return lists(product, reels) | counts(product) | turns(product, reels)


def lists(product: Product, reels: int) -> dict[str, Query]:
    """Return the queries of the lists, with each filter."""
    middle = reels // 2
    filters = {
        "newest": ReelFilter(),
        "from the middle on": ReelFilter(before_id=middle),
        **{str(status): ReelFilter(status=status) for status in ReelStatus},
        "by mode": ReelFilter(mode=ProcessingMode.POLLING),
        "failed, by mode": ReelFilter(status=ReelStatus.FAILED, mode=ProcessingMode.POLLING),
        "rare word": ReelFilter(text=RARE),
        "word of every reel": ReelFilter(text=COMMON),
        "word of every reel, from the middle on": ReelFilter(text=COMMON, before_id=middle),
        "word of every reel, failed": ReelFilter(text=COMMON, status=ReelStatus.FAILED),
        "beginning of a rare word": ReelFilter(text=RARE[:4]),
        "two words": ReelFilter(text=f"{COMMON} {RARE}"),
        "no such word": ReelFilter(text="zzzz"),
        "archived": ReelFilter(shelf=Shelf.ARCHIVED),
        "archived, failed": ReelFilter(shelf=Shelf.ARCHIVED, status=ReelStatus.FAILED),
        "of a day": ReelFilter(created_from=DAY, created_until=DAY + timedelta(days=1)),
        "of a day, failed, by mode": ReelFilter(
            created_from=DAY,
            created_until=DAY + timedelta(days=1),
            status=ReelStatus.FAILED,
            mode=ProcessingMode.HYBRID,
        ),
        "of a day, by words": ReelFilter(created_from=DAY, created_until=DAY + timedelta(days=1), text=COMMON),
        "of half a year, rare word": ReelFilter(created_from=NOW - timedelta(days=300), created_until=DAY, text=RARE),
        "of a day long ago": ReelFilter(created_until=NOW - timedelta(days=900)),
    }
    return {f"reels: {name}": _reels(product, wanted) for name, wanted in filters.items()} | log(product, middle)


def log(product: Product, middle: int) -> dict[str, Query]:
    """Return the queries of the deliveries' page; all bodies have been indexed."""
    deliveries = product.store.deliveries.log
    while deliveries.index(10_000):
        pass
    filters = {
        "newest": DeliveryFilter(),
        "from the middle on": DeliveryFilter(before_id=middle),
        "poison": DeliveryFilter(verdict=Verdict.POISON),
        "set aside": DeliveryFilter(set_aside=True),
        "no such verdict": DeliveryFilter(verdict=Verdict.EARLY),
        "of a reel": DeliveryFilter(reel_id=middle),
        "by event": DeliveryFilter(event_type="avatar_video.success"),
        "by event and rare verdict": DeliveryFilter(event_type="avatar_video.success", verdict=Verdict.POISON),
        "word of every body": DeliveryFilter(text="avatar_video"),
        "word of every body, rare verdict": DeliveryFilter(text="success", verdict=Verdict.POISON),
        "rare word": DeliveryFilter(text=str(middle)),
        "no such word": DeliveryFilter(text="zzzz"),
    }
    lists = {f"deliveries: {name}": _deliveries(product, wanted) for name, wanted in filters.items()}
    one = deliveries.walk(DeliveryFilter(before_id=middle), 1).rows[0]
    return lists | {
        "deliveries: to replay": lambda: deliveries.matching(DeliveryFilter(verdict=Verdict.POISON), PAGE),
        "deliveries: the one before": lambda: deliveries.before(one),
        "deliveries: kinds of event": deliveries.kinds,
        "deliveries: set aside, counted": deliveries.set_aside,
        "deliveries: not indexed yet": deliveries.unindexed,
        "deliveries: a day by the hour": lambda: deliveries.over_time(NOW - timedelta(days=1), quarters=4),
        "deliveries: a month by the day": lambda: deliveries.over_time(NOW - timedelta(days=30), quarters=96),
    }


def _deliveries(product: Product, wanted: DeliveryFilter) -> Query:
    return lambda: product.store.deliveries.log.walk(wanted, PAGE)


def _reels(product: Product, wanted: ReelFilter) -> Query:
    return lambda: product.store.reels.page(wanted, PAGE)


def counts(product: Product) -> dict[str, Query]:
    """Return the queries of the figures."""
    store = product.store
    midnight = NOW.replace(hour=0)
    return {
        "figures": lambda: figures(product, NOW),
        "counts of reels": store.reels.counts,
        "counts of deliveries": store.deliveries.counts,
        "completed today": lambda: store.reels.completed_since(midnight),
        "completed since 00:07": lambda: store.reels.completed_since(midnight + timedelta(minutes=7)),
        "overdue": lambda: store.reels.overdue(NOW - timedelta(seconds=60)),
        "waiting to send": store.reels.waiting_to_send,
        "deliveries waiting": store.deliveries.waiting,
        "last webhook": store.deliveries.last_received_at,
        "render times": store.reels.render_times,
        "history": product.processor.history,
        "insight": lambda: insight(product, midnight.replace(day=1)),
        "seconds of a year": lambda: store.experience.seconds_since(NOW - timedelta(days=365)),
        "pictures of a page": lambda: store.archive.pictures(range(1, 51)),
        "any archived": store.experience.any_archived,
        "removals waiting": store.removals.waiting,
        "removals due": lambda: store.removals.claim(now=NOW, lease_s=1, limit=4),
    }


def turns(product: Product, reels: int) -> dict[str, Query]:
    """Return the queries of a reel's page and of the worker's turns."""
    store = product.store
    delivery = store.deliveries.page(DeliveryFilter(), 1)[0]
    return {
        "a reel": lambda: store.reels.get(reels // 3),
        "timeline of a reel": lambda: store.timeline.of(reels // 3),
        "everything of a reel": lambda: chronicle(store, store.reels.get(reels // 3), "", ""),
        "news since": lambda: store.reels.since(NOW - timedelta(minutes=10)),
        "in flight": store.reels.processing,
        "past their deadline": lambda: store.reels.past_deadline(NOW),
        "may send": lambda: store.reels.may_send(NOW),
        "any sending": store.reels.any_sending,
        "rivals": lambda: store.reels.rivals(store.reels.get(reels // 3)),
        "deliveries due": lambda: store.deliveries.has_due(NOW),
        "applied before": lambda: store.deliveries.applied_before(delivery, delivery.event_type, "video-5"),
        "by video": lambda: store.reels.by_video("video-77"),
        "by key": lambda: store.reels.by_key("key-77"),
    }


def timed_ms(query: Query, times: int = 15) -> float:
    """Return the median time of a query, after one that warms the cache."""
    query()
    return 1000 * median(_once_s(query) for _ in range(times))


def _once_s(query: Query) -> float:
    began = time.perf_counter()
    query()
    return time.perf_counter() - began
