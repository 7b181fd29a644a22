"""The ledger: what truly happened to each video, whatever was answered or delivered."""

from __future__ import annotations

from dataclasses import dataclass

from fake_heygen.video import Video


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """The truth of one video, which outlives its deletion."""

    video_id: str
    callback_id: str | None
    idempotency_key: str | None
    title: str | None
    created_at: float
    ends_at: float
    end: str | None
    charges: int = 1
    deliveries: int = 0
    status_calls: int = 0

    @classmethod
    def of(cls, video: Video) -> LedgerRow:
        """Open the row of a new video."""
        return cls(
            video_id=video.video_id,
            callback_id=video.request.callback_id,
            idempotency_key=video.idempotency_key,
            title=video.request.title,
            created_at=video.created_at,
            ends_at=video.ends_at,
            end=video.outcome,
        )

    def view(self, now: float) -> dict[str, object]:
        """Return the row of GET /_sim/ledger."""
        ended = self.end is not None and now >= self.ends_at
        return {
            "video_id": self.video_id,
            "callback_id": self.callback_id,
            "idempotency_key": self.idempotency_key,
            "title": self.title,
            "created_at": self.created_at,
            "terminal_at": self.ends_at if ended else None,
            "outcome": self.end if ended else None,
            "charges": self.charges,
            "deliveries": self.deliveries,
            "status_calls": self.status_calls,
        }
