"""Submit many reels as one campaign, and try again what went wrong in it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from core.clock import utcnow
from core.errors import AccountGone, HeyGenError, InvalidReel, Refused, UnknownReel
from core.models import Reel, ReelStatus
from core.processor import HeyGenVideoProcessor
from core.schedule import backoff_s
from core.store import Campaign
from core.store.campaigns import RetryRequest

logger = logging.getLogger(__name__)

LONGEST_NAME: Final = 200
AT_ONCE: Final = 5
IDLE_S: Final = 1.0
TRIES: Final = 30
LONGEST_WAIT_S: Final = 300.0


def new_draft_key() -> str:
    """Return a key for a campaign that is being written; its reels' idempotency keys begin with it."""
    return f"campaign-{secrets.token_hex(16)}"


def submit(processor: HeyGenVideoProcessor, name: str, draft_key: str, reels: Sequence[Reel]) -> Campaign:
    """Store a campaign with its reels and queue them, all or none; the same draft twice is the same campaign.

    Raises InvalidReel, Refused, StoreError.
    """
    check_name(name)
    if not reels:
        raise Refused("A campaign needs at least one reel: add a row.")
    campaigns, now = processor.store.campaigns, utcnow()
    with processor.store.transaction():
        campaign_id = campaigns.add(name.strip(), draft_key, secrets.token_urlsafe(18), now)
        if campaign_id is not None:
            processor.enqueue_many(
                [
                    replace(reel, campaign_id=campaign_id, idempotency_key=f"{draft_key}-{n}")
                    for n, reel in enumerate(reels, start=1)
                ]
            )
            campaigns.drop_draft(draft_key)
    processor.wake("submit")
    stored = campaigns.by_draft(draft_key)
    assert stored is not None  # noqa: S101  # the transaction above stored it, or an earlier one did
    return stored


def check_name(name: str) -> None:
    """Raise InvalidReel for a name that no campaign can have."""
    if not name.strip():
        raise InvalidReel("The campaign has no name: give it one.", about="name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidReel(
            "The campaign's name has at most {limit} characters on one line: shorten it.",
            about="name",
            limit=LONGEST_NAME,
        )


class Retrier:
    """Work off the requests for retries, one by one: HeyGen is asked about the last attempt of each.

    Safe to run in several processes: the processor restarts an attempt once, and a request is for one attempt.
    """

    def __init__(self, processor: HeyGenVideoProcessor) -> None:
        self._processor = processor
        self._campaigns = processor.store.campaigns

    def turn(self, now: datetime) -> float:
        """Try some reels again, and return the seconds to wait before the next turn."""
        requests = self._campaigns.due_retries(now, AT_ONCE)
        for request in requests:
            self._retry(request, now)
        return 0.0 if len(requests) == AT_ONCE else IDLE_S

    def _retry(self, request: RetryRequest, now: datetime) -> None:
        try:
            if self._still_wrong(request):
                self._processor.retry(request.reel_id)
        except (Refused, UnknownReel) as error:
            logger.info("Not tried again: %s", error, extra={"reel_id": request.reel_id})
        except HeyGenError as error:
            if request.tries + 1 < TRIES or isinstance(error, AccountGone):
                self._postpone(request, error, now)
                return
            logger.warning("Given up trying again: %s", error, extra={"reel_id": request.reel_id})
        self._campaigns.end_retries([request])

    def _still_wrong(self, request: RetryRequest) -> bool:
        """Tell whether the reel is still where it was when the retry was asked for, in the list, too."""
        reel = self._processor.store.reels.get(request.reel_id)
        went_wrong = reel.status in {ReelStatus.FAILED, ReelStatus.TIMED_OUT}
        return went_wrong and reel.attempt == request.attempt and reel.archived_at is None

    def _postpone(self, request: RetryRequest, error: HeyGenError, now: datetime) -> None:
        wait_s = error.retry_after_s or backoff_s(request.tries + 1, 1.0, base_s=2.0, cap_s=LONGEST_WAIT_S)
        self._campaigns.postpone_retry(request, now + timedelta(seconds=wait_s))
