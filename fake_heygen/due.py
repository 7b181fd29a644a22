"""What will happen: a heap of moments, played in order of time and then of arrival."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

from fake_heygen.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing that falls due: `kind` says what, `subject` to whom, `detail` the rest."""

    at: float
    sequence: int
    kind: str
    subject: str
    detail: str = ""
    account: str = ""


class DueQueue:
    """Hold what is due, the next first; what leaves it in order leaves it once."""

    def __init__(self) -> None:
        self.shelf: Shelf[Due] = Shelf("due", Due)
        self.on_change: Callable[[], None] = lambda: None
        self._heap: list[tuple[float, int]] = []
        self._sequence = 0

    def __len__(self) -> int:
        return len(self.shelf)

    def push(self, at: float, kind: str, subject: str, detail: str = "", account: str = "") -> Due:
        """Put something in the queue; equal moments keep the order of arrival."""
        self._sequence += 1
        due = Due(at=at, sequence=self._sequence, kind=kind, subject=subject, detail=detail, account=account)
        self.shelf.put(str(due.sequence), due)
        heapq.heappush(self._heap, (at, due.sequence))
        self.on_change()
        return due

    def peek(self) -> Due | None:
        """Return what is due next, and leave it there."""
        while self._heap:
            if due := self.shelf.get(str(self._heap[0][1])):
                return due
            heapq.heappop(self._heap)
        return None

    def pop_until(self, moment: float) -> Due | None:
        """Take what is due next, if it is due by `moment`."""
        due = self.peek()
        if due is None or due.at > moment:
            return None
        heapq.heappop(self._heap)
        self.shelf.drop(str(due.sequence))
        return due

    def subjects(self, kind: str, account: str = "") -> set[str]:
        """Return whom something of this kind awaits in an account."""
        return {due.subject for due in self.shelf if (due.kind, due.account) == (kind, account)}

    def upcoming(self, limit: int, wanted: Callable[[Due], bool]) -> tuple[list[Due], int]:
        """Return the next `limit` that are still wanted, in the order they will be played, and how many there are."""
        ahead = [due for due in self.shelf if wanted(due)]
        return heapq.nsmallest(limit, ahead, key=lambda due: (due.at, due.sequence)), len(ahead)

    def clear(self) -> None:
        """Forget all that would have happened."""
        self.shelf.clear()
        self._heap.clear()
        self.on_change()

    def rebuild(self) -> None:
        """Order anew what the store has brought back."""
        self._heap = [(due.at, due.sequence) for due in self.shelf]
        heapq.heapify(self._heap)
        self._sequence = max((sequence for _, sequence in self._heap), default=0)


class Agenda:
    """The part of the queue that is one account's."""

    def __init__(self, queue: DueQueue, account: str) -> None:
        self._queue = queue
        self._account = account

    def push(self, at: float, kind: str, subject: str, detail: str = "") -> Due:
        """Put something in the queue."""
        return self._queue.push(at, kind, subject, detail, self._account)

    def subjects(self, kind: str) -> set[str]:
        """Return whom something of this kind awaits."""
        return self._queue.subjects(kind, self._account)

    def ahead(self) -> list[Due]:
        """Return all that awaits this account."""
        return [due for due in self._queue.shelf if due.account == self._account]
