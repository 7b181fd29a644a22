"""What core did with one cell: how the reel ended, how that was learned, what the receiver answered, what was paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any, Final

from core.models import Channel, Reel, ReelStatus, TimelineEntry
from fake_heygen.faults import Fault
from tests.table.cell import Cell

HOW: Final = {
    Channel.WEBHOOK: "by webhook",
    Channel.POLL: "by sweep",
    Channel.MANUAL: "when a person asked",
    Channel.RECOVERY: "from HeyGen's history",
}
ENDINGS: Final = ("avatar_video.success", "avatar_video.fail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request that HeyGen made to the receiver; `status` is None without an answer."""

    at_s: float
    event_type: str
    status: int | None
    signed: bool
    fault: str

    def struck_by(self, fault: Fault) -> bool:
        """Tell whether a fault struck it."""
        return any(word == fault.name or word.startswith(f"{fault.name}:") for word in self.fault.split())

    @property
    def carries(self) -> bool:
        """Tell whether it was acknowledged and told of an end."""
        return self.status == 200 and self.event_type in ENDINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What became of one reel."""

    reel: Reel
    timeline: tuple[TimelineEntry, ...]
    kept: frozenset[str] = frozenset()

    @property
    def kinds(self) -> list[str]:
        """Return the kinds of the timeline's entries."""
        return [entry.kind for entry in self.timeline]

    def has(self, kind: str) -> bool:
        """Tell whether the timeline has an entry of a kind."""
        return kind in self.kinds

    def ending(self) -> str:
        """Return how the reel ended and how that was learned."""
        reel, again = self.reel, "sent again, " if self._sendings() > 1 else ""
        if reel.status is ReelStatus.FAILED and reel.video_id is None:
            return f"{again}refused with {reel.failure_code}"
        before = self._held_up() + again + ("timed out, then " if self._was("timed_out") else "")
        after = ", files kept" if "video" in self.kept else ""
        if reel.status is ReelStatus.COMPLETED:
            return f"{before}completed {self._how()}{after}"
        if reel.status is ReelStatus.FAILED:
            return f"{before}failed with {reel.failure_code or reel.failure_message or 'no reason'} {self._how()}"
        return str(reel.status).replace("_", " ")

    def _was(self, kind: str) -> bool:
        return self.has(kind) and self.reel.status is not kind

    def _sendings(self) -> int:
        return self.kinds.count("sending")

    def _how(self) -> str:
        if self.reel.detected_by is Channel.POLL and self.has("fallback"):
            return "by the fallback"
        if self.reel.detected_by is Channel.MANUAL and not self.has("timed_out"):
            return "when a person asked about the overdue webhook"
        return HOW[self.reel.detected_by] if self.reel.detected_by else "unlearned"

    def _held_up(self) -> str:
        if self.has("queue_stopped"):
            return "queue stopped until a person opened it, " if self.has("retry") else "queue stopped for a while, "
        return "queue paused, " if self.has("queue_paused") else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Story):
    """A cell and what became of it; times are seconds since the world began."""

    cell: Cell
    attempts: tuple[Attempt, ...]
    ledger: tuple[Mapping[str, Any], ...]
    began_at: float

    @property
    def ended_s(self) -> float | None:
        """Return when HeyGen ended the video, in seconds since the world began."""
        ends = [row["terminal_at"] for row in self.ledger if row["terminal_at"] is not None]
        return ends[0] - self.began_at if ends else None

    @property
    def verdicts(self) -> Mapping[str, int]:
        """Return how the deliveries that are the reel's were ruled, each copy counted."""
        ruled: Counter[str] = Counter()
        for entry in self.timeline:
            if entry.kind == "webhook":
                ruled[str(entry.detail["verdict"])] += int(entry.detail["seen"])
        return ruled

    def since_began(self, at: datetime | None) -> float:
        """Return a moment in seconds since the world began, inf for none."""
        return inf if at is None else at.timestamp() - self.began_at

    def told(self) -> str:
        """Return the cell's text."""
        parts = [self.ending(), self._noted(), self._answers(), self._verdicts()]
        return "; ".join(part for part in parts if part)

    def _noted(self) -> str:
        noted = sorted({str(entry.detail["what"]) for entry in self.timeline if entry.kind == "anomaly"})
        return f"noted {', '.join(noted).replace('_', ' ')}" if noted else ""

    def _answers(self) -> str:
        answered = Counter("not at all" if one.status is None else str(one.status) for one in self.attempts)
        return _counted("answered", sorted(answered.items()))

    def _verdicts(self) -> str:
        return _counted("ruled", sorted((verdict.replace("_", " "), n) for verdict, n in self.verdicts.items()))


def _counted(title: str, counts: Sequence[tuple[str, int]]) -> str:
    told = ", ".join(word if n == 1 else f"{word} ×{n}" for word, n in counts)
    return f"{title} {told}" if told else ""


def read_attempts(journal: Iterable[Mapping[str, Any]], began_at: float) -> tuple[Attempt, ...]:
    """Read the journal's attempts of one video."""
    return tuple(
        Attempt(
            at_s=entry["at"] - began_at,
            event_type=entry["event_type"],
            status=entry["response"]["status"] if entry["response"] else None,
            signed=entry["endpoint_id"] is not None,
            fault=entry["fault"] or "",
        )
        for entry in journal
    )
