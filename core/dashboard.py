"""Read what pages and the command line show; every query is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core import heartbeat
from core.account_figures import AccountFigures, Problem, account_figures, forsaken, wallet_of
from core.clock import isoformat, utcnow
from core.config import Settings
from core.gate import Gate
from core.insight import insight, insight_json
from core.models import Delivery, ProcessingMode, Reel, ReelStatus, SendState, TimelineEntry, Verdict
from core.product import DEMO_URL, Product, open_product
from core.store import Campaign
from core.waker import broker_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Hold the figures of the dashboard at one moment.

    Queue and wallet are the first account's; `accounts` tells of each where there are several, `forsaken` how many
    open reels wait for each account that is not configured any more.
    """

    active_reels: int
    pending: int
    in_flight: int
    completed: int
    failed: int
    timed_out: int
    done_today: int
    overdue: int
    doubt: int
    requested_mode: ProcessingMode
    mode: ProcessingMode
    webhook_url: str | None
    last_webhook_received: datetime | None
    deliveries: Mapping[Verdict, int]
    deliveries_waiting: int
    refused: int
    gate: Gate
    worker_alive: bool
    worker_age_s: float | None
    queues_s: Mapping[str, float | None]
    broker: str | None
    channel_open: bool
    channel_reason: str | None
    channel_totals: Mapping[str, int]
    fallback_after_s: float
    wallet_balance: float | None
    currency: str | None
    heygen_problem: Problem | None
    demo_url: str | None
    checked_at: datetime
    accounts: tuple[AccountFigures, ...] = ()
    forsaken: Mapping[str, int] = field(default_factory=dict)


def figures(product: Product, now: datetime, day_began: datetime | None = None) -> Figures:
    """Return the dashboard's figures; `day_began` is the viewer's midnight (default: UTC's)."""
    store, processor = product.store, product.processor
    counts, sending = store.reels.counts(), store.reels.waiting_to_send()
    fallback_s, channel = processor.fallback_after_s(), processor.channel()
    age_s = worker_age_s(product, now)
    wallet = wallet_of(product, processor.accounts.first.name)
    sent = sending.get(SendState.SENDING, 0) + sending.get(SendState.UNKNOWN, 0)
    midnight = day_began or now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Figures(
        active_reels=counts[ReelStatus.PENDING] + counts[ReelStatus.PROCESSING],
        pending=counts[ReelStatus.PENDING],
        in_flight=counts[ReelStatus.PROCESSING] + sent,
        completed=counts[ReelStatus.COMPLETED],
        failed=counts[ReelStatus.FAILED],
        timed_out=counts[ReelStatus.TIMED_OUT],
        done_today=store.reels.completed_since(midnight),
        overdue=store.reels.overdue(now - timedelta(seconds=fallback_s)),
        doubt=sending.get(SendState.DOUBT, 0),
        requested_mode=processor.requested_mode,
        mode=processor.mode,
        webhook_url=processor.webhook_base_url,
        last_webhook_received=store.deliveries.last_received_at(),
        deliveries=store.deliveries.counts(),
        deliveries_waiting=store.deliveries.waiting()[0],
        refused=round(sum(store.facts.tallies("refused").values())),
        gate=processor.submission.gate(),
        worker_alive=heartbeat.is_alive(age_s),
        worker_age_s=age_s,
        queues_s=heartbeat.queue_ages_s(store, now) if product.settings.celery_broker_url else {},
        broker=broker_state(store, now) if product.settings.celery_broker_url else None,
        channel_open=channel.open,
        channel_reason=channel.reason,
        channel_totals=channel.totals,
        fallback_after_s=fallback_s,
        wallet_balance=wallet.balance,
        currency=wallet.currency,
        heygen_problem=wallet.problem,
        demo_url=store.facts.get(DEMO_URL) if product.settings.demo else None,
        checked_at=now,
        accounts=account_figures(product),
        forsaken=forsaken(product),
    )


def worker_age_s(product: Product, now: datetime) -> float | None:
    """Return the seconds since a worker last showed that it lives, None when none ever did."""
    own_s = heartbeat.age_s(product.store, now)
    if product.settings.celery_broker_url is None:
        return own_s
    return heartbeat.served_s(own_s, heartbeat.queue_ages_s(product.store, now))


def get_processing_dashboard(product: Product | None = None) -> dict[str, Any]:
    """Return the dashboard as plain JSON values, among them the document's four.

    `active_reels`, `processing_mode`, `webhook_enabled`, `last_webhook_received` (ISO or None), and more.
    """
    product, now = product or open_product(Settings.from_env()), utcnow()
    shown = figures(product, now)
    data = {key: _plain(value) for key, value in asdict(shown).items()}
    return {
        "active_reels": shown.active_reels,
        "processing_mode": str(shown.mode),
        "webhook_enabled": shown.webhook_url is not None and shown.mode is not ProcessingMode.POLLING,
        **data,
        **insight_json(insight(product, now.replace(day=1, hour=0, minute=0, second=0, microsecond=0))),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return isoformat(value)
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    return value


def reel_json(reel: Reel) -> dict[str, Any]:
    """Return a reel as plain JSON values, in the words that stand outside the house."""
    times = ("created_at", "submitted_at", "completed_at", "detected_at", "deadline_at", "last_checked_at")
    shelf = ("archived_at", "deleted_at")
    return {
        "id": reel.id,
        "title": reel.title,
        "account": reel.account,
        "campaign_id": reel.campaign_id,
        "status": str(reel.status),
        "mode": reel.mode and str(reel.mode),
        "requested_mode": reel.requested_mode and str(reel.requested_mode),
        "video_id": reel.video_id,
        "video_url": reel.video_url,
        "captioned_video_url": reel.captioned_video_url,
        "thumbnail_url": reel.thumbnail_url,
        "subtitle_url": reel.subtitle_url,
        "duration_s": reel.duration_s,
        "failure_code": reel.failure_code,
        "failure_message": reel.failure_message,
        "failure_param": reel.failure_param,
        "request_id": reel.request_id,
        "detected_by": reel.detected_by and str(reel.detected_by),
        **{name: _time(getattr(reel, name)) for name in (*times, *shelf)},
        "script": reel.script,
        "avatar": reel.avatar_id,
        "voice": reel.voice_id,
        "aspect_ratio": reel.aspect_ratio,
        "attempt": reel.attempt,
        "send_state": str(reel.send_state),
        "checks": reel.checks,
    }


def campaign_json(campaign: Campaign) -> dict[str, Any]:
    """Return a campaign as plain JSON values; `reels` counts all of them, `counts` those in each state."""
    return {
        "id": campaign.id,
        "name": campaign.name,
        "state": str(campaign.state),
        "reels": campaign.reels,
        "counts": dict(campaign.counts),
        "created_at": isoformat(campaign.created_at),
    }


def timeline_json(entries: list[TimelineEntry]) -> list[dict[str, Any]]:
    """Return a timeline as plain JSON values."""
    return [{"at": isoformat(entry.at), "kind": entry.kind, "detail": dict(entry.detail)} for entry in entries]


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery as plain JSON values; its body as text."""
    return {
        "id": delivery.id,
        "received_at": isoformat(delivery.received_at),
        "reel_id": delivery.reel_id,
        "video_id": delivery.video_id,
        "event_type": delivery.event_type,
        "auth": delivery.auth,
        "verdict": str(delivery.verdict),
        "set_aside": delivery.set_aside,
        "seen": delivery.seen,
        "attempts": delivery.attempts,
        "note": delivery.note,
        "body": delivery.body.decode("utf-8", "replace"),
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else isoformat(at)
