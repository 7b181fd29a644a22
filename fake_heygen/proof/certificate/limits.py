"""How long and how much: the limits within which a receiver is judged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """HeyGen waits ten seconds for an answer, and one for the answer to its probe."""

    answer_s: float = 10.0
    quick_s: float = 1.0
    probe_s: float = 1.0
    slow_s: float = 60.0
    crowd: int = 50
    stalled: int = 16
    kept: int = 20
    large_bytes: int = 4 * 1024 * 1024
    restart_s: float = 60.0
