"""Work deliveries off: each gets a verdict, and what it says is believed only after HeyGen has been asked."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.accounts import spoken
from core.check import Told, told, told_of
from core.clock import utcnow
from core.errors import AccountGone, HeyGenError, StoreError
from core.lifecycle import Effect
from core.models import Channel, Delivery, Observation, Reel, ReelStatus, RemoteVideo, SendState, Verdict
from core.parsing import WebhookEvent, webhook_event
from core.processor import HeyGenVideoProcessor

logger = logging.getLogger(__name__)

LEASE_S: Final = 120.0
ENDINGS: Final = {"avatar_video.success": ReelStatus.COMPLETED, "avatar_video.fail": ReelStatus.FAILED}
POISON_AFTER: Final = 5
UNCONFIRMED_AFTER: Final = 20
EARLY_FOR_S: Final = 900.0
GIVE_UP_AFTER_S: Final = 3 * 86_400.0
SHORTEST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Hold a verdict and whether the delivery is to be worked on again."""

    verdict: Verdict
    again_in_s: float | None = None
    counted: bool = True
    set_aside: bool = False
    note: Told | str | None = None
    reel: Reel | None = None


class Inbox:
    """Claim deliveries and settle them; safe to run in several processes at once."""

    def __init__(self, processor: HeyGenVideoProcessor) -> None:
        self._processor = processor
        self._store = processor.store

    def claim(self, now: datetime, limit: int) -> list[Delivery]:
        """Lease deliveries that are to be worked off now."""
        return self._store.deliveries.claim(now=now, lease_s=LEASE_S, limit=limit)

    def work(self, delivery: Delivery) -> None:
        """Work one claimed delivery off; poison is tried a bounded number of times and then set aside."""
        try:
            self._work(delivery)
        except StoreError as error:  # no fault of the delivery: its lease runs out, and it is taken up again
            logger.warning("A delivery waits: %s", error, extra={"delivery_id": delivery.id})
        except Exception as error:
            fields = {"delivery_id": delivery.id, "reel_id": delivery.reel_id}
            logger.exception("A delivery cannot be worked off", extra=fields)
            last = delivery.attempts + 1 >= POISON_AFTER
            wait_s = None if last else _wait_s(delivery, utcnow())
            ruling = Ruling(verdict=Verdict.POISON, again_in_s=wait_s, set_aside=last, note=repr(error)[:500])
            self._settle(delivery, ruling, None)

    def _work(self, delivery: Delivery) -> None:
        event = webhook_event(delivery.body)
        ruling = self._without_asking(delivery, event)
        if ruling is not None and ruling.verdict is Verdict.EARLY and self._answers_for_the_post(delivery, event):
            ruling = None
        if ruling is None:
            self._ask_and_apply(delivery, event)
            return
        with self._store.transaction():
            if ruling.verdict is Verdict.DUPLICATE and ruling.reel and self._is_first(delivery, event):
                self._processor.note_webhook_after_sweep(ruling.reel, delivery.received_at)
            self._settle(delivery, ruling, event)

    def _is_first(self, delivery: Delivery, event: WebhookEvent) -> bool:
        """Tell whether this is the first time that a delivery brings this event, whoever told us of it before."""
        if delivery.worked_at is not None or not self._store.deliveries.is_unsettled(delivery):
            return False
        known = event.video_id and self._store.deliveries.applied_before(delivery, event.event_type, event.video_id)
        return not known

    def _settle(self, delivery: Delivery, ruling: Ruling, event: WebhookEvent | None) -> None:
        now = utcnow()
        self._store.deliveries.settle(
            delivery,
            ruling.verdict,
            now=now,
            again_at=None if ruling.again_in_s is None else now + timedelta(seconds=ruling.again_in_s),
            reel_id=ruling.reel.id if ruling.reel else None,
            event_id=event.event_id if event else None,
            video_id=event.video_id if event else None,
            set_aside=ruling.set_aside,
            note=ruling.note,
            counted=ruling.counted,
        )

    # What can be said from the store alone

    def _without_asking(self, delivery: Delivery, event: WebhookEvent) -> Ruling | None:
        """Return the ruling where the store suffices; None where HeyGen must be asked."""
        if event.event_type not in ENDINGS:
            reel = self._reel_of(delivery, event)
            if reel is not None and not delivery.speaks_for(reel.account):
                reel = None
            return Ruling(verdict=Verdict.UNKNOWN_EVENT, note=told("nothing changes for this event"), reel=reel)
        reel = self._reel_of(delivery, event)
        if reel is not None and not delivery.speaks_for(reel.account):
            return _foreign(delivery, reel)
        if reel is None:
            ruling = self._unknown_video(delivery, event)
            reel = self._reel_of(delivery, event)  # the answer of the POST may have come between the two looks
            if reel is None:
                return ruling
        if not delivery.speaks_for(reel.account):
            return _foreign(delivery, reel)
        if delivery.reel_id not in (None, reel.id):
            return Ruling(verdict=Verdict.OTHER_VIDEO, note=told("the video is reel {id}'s", id=reel.id))
        if reel.status in {ReelStatus.COMPLETED, ReelStatus.FAILED}:
            same = reel.status is ENDINGS[event.event_type]
            by = reel.detected_by or "submission"
            note = told("the reel was {status} already, learned by {channel}", status=reel.status, channel=by)
            return Ruling(verdict=Verdict.DUPLICATE if same else Verdict.CONTRADICTION, note=note, reel=reel)
        return None

    def _reel_of(self, delivery: Delivery, event: WebhookEvent) -> Reel | None:
        """Return the reel that has the event's video; without a video, the reel that the address names."""
        if event.video_id is not None:
            return self._store.reels.by_video(event.video_id)
        if delivery.reel_id is None:
            return None
        reel = self._store.reels.get(delivery.reel_id)
        return reel if reel.video_id else None

    def _unknown_video(self, delivery: Delivery, event: WebhookEvent) -> Ruling:
        """Rule on a video that no reel has: perhaps the answer of the POST is still on its way."""
        past = self._store.reels.by_past_video(event.video_id) if event.video_id else None
        if past is not None and not delivery.speaks_for(past.account):
            return _foreign(delivery, past)
        if past is not None:
            return Ruling(
                verdict=Verdict.OTHER_VIDEO, note=told("an earlier attempt of reel {id}", id=past.id), reel=past
            )
        age_s = (utcnow() - delivery.received_at).total_seconds()
        if self._is_early(delivery, event, age_s):
            wait_s, note = _wait_s(delivery, utcnow()), told("HeyGen's answer is awaited")
            return Ruling(verdict=Verdict.EARLY, again_in_s=wait_s, counted=False, note=note)
        if delivery.reel_id is not None:
            return Ruling(verdict=Verdict.OTHER_VIDEO, note=told("the reel has another video, or none"))
        return Ruling(verdict=Verdict.UNKNOWN_REEL, note=told("no reel here has this video"))

    def _is_early(self, delivery: Delivery, event: WebhookEvent, age_s: float) -> bool:
        """Tell whether the video may belong to a reel whose submission is not answered yet."""
        named = self._store.reels.get(delivery.reel_id) if delivery.reel_id is not None else None
        if named is None and event.callback_id:
            named = self._store.reels.by_key(event.callback_id)
        if named is not None and not delivery.speaks_for(named.account):
            return False
        if named is not None:
            open_sending = named.send_state in {SendState.SENDING, SendState.UNKNOWN}
            return named.status is ReelStatus.PENDING and open_sending and age_s < GIVE_UP_AFTER_S
        return age_s < EARLY_FOR_S and self._store.reels.any_sending(delivery.signer or "")

    def _answers_for_the_post(self, delivery: Delivery, event: WebhookEvent) -> bool:
        """Bind the video to a reel whose POST was never answered, where the webhook names that POST's key.

        The key is ours and nobody else's, and HeyGen is asked for the video before it is believed: so nothing is sent
        again, and nothing waits until the key is too old to be sent again. Where HeyGen does not answer, nothing is
        bound, and the delivery is taken up again later.
        """
        reel = self._store.reels.by_key(event.callback_id) if event.callback_id and event.video_id else None
        if reel is None or event.video_id is None or delivery.reel_id not in (None, reel.id):
            return False
        if not delivery.speaks_for(reel.account):
            return False
        if reel.status is not ReelStatus.PENDING or not reel.unsure:
            return False
        try:
            video = self._processor.look(event.video_id, reel.account)
        except HeyGenError:
            return False
        return self._processor.submission_of(reel.account).adopt(reel, video, utcnow())

    # What HeyGen must be asked for

    def _ask_and_apply(self, delivery: Delivery, event: WebhookEvent) -> None:
        reel = self._reel_of(delivery, event)
        if reel is None or reel.video_id is None:
            return
        try:
            video = self._processor.look(reel.video_id, reel.account)
        except HeyGenError as error:
            self._settle(delivery, _not_answered(delivery, error, reel), event)
            return
        with self._store.transaction():
            if not self._store.deliveries.is_unsettled(delivery):
                return  # the lease ran out while HeyGen was asked, and it is another's by now
            self._settle(delivery, self._apply(delivery, event, reel, video), event)

    def _apply(self, delivery: Delivery, event: WebhookEvent, reel: Reel, video: RemoteVideo) -> Ruling:
        now = utcnow()
        observation = Observation(video=video, channel=Channel.WEBHOOK, at=now, reason=event.event_type)
        transition = self._processor.apply(observation)
        if transition is not None and transition.effect is Effect.FINISHED:
            agrees = transition.changes["status"] is ENDINGS[event.event_type]
            note = None if agrees else told("HeyGen itself says {word}", word=video.raw_status)
            return Ruling(verdict=Verdict.APPLIED, note=note, reel=reel)
        if transition is not None and transition.effect in {Effect.SAME, Effect.CONTRADICTION}:
            return Ruling(verdict=Verdict.DUPLICATE, note=told("learned in the meantime"), reel=reel)
        last = delivery.attempts + 1 >= UNCONFIRMED_AFTER
        return Ruling(
            verdict=Verdict.UNCONFIRMED,
            again_in_s=None if last else _wait_s(delivery, now),
            set_aside=last,
            note=told("HeyGen still says {word}", word=video.raw_status),
            reel=reel,
        )


def _foreign(delivery: Delivery, reel: Reel) -> Ruling:
    """Rule on what one account says of another one's reel: nothing of it is believed."""
    note = told("signed by the account {signer}, and the reel is of {account}", **_parties(delivery, reel))
    return Ruling(verdict=Verdict.UNKNOWN_REEL if delivery.reel_id is None else Verdict.OTHER_VIDEO, note=note)


def _parties(delivery: Delivery, reel: Reel) -> dict[str, str]:
    return {"signer": spoken(delivery.signer or ""), "account": spoken(reel.account)}


def _not_answered(delivery: Delivery, error: HeyGenError, reel: Reel) -> Ruling:
    """Keep a delivery waiting while HeyGen does not answer: that is no answer, and no fault of the delivery."""
    now = utcnow()
    kept: dict[str, Any] = {
        "verdict": Verdict.UNCONFIRMED,
        "counted": False,
        "note": told_of(error),
        "reel": reel,
    }
    if (now - delivery.received_at).total_seconds() > GIVE_UP_AFTER_S and not isinstance(error, AccountGone):
        return Ruling(**kept, set_aside=True)
    return Ruling(**kept, again_in_s=max(_wait_s(delivery, now), min(error.retry_after_s or 0.0, 300.0)))


def _wait_s(delivery: Delivery, now: datetime) -> float:
    """Wait half as long again as the delivery is old, within bounds."""
    age_s = (now - delivery.received_at).total_seconds()
    return min(max(age_s / 2, SHORTEST_WAIT_S), LONGEST_WAIT_S)
