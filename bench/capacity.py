"""Model what a number of reels a day needs; `python -m bench.capacity` writes it into docs/scaling.md.

A station has so many servers, and each reel holds one for so many seconds; rate times seconds is how many are busy.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from bench.served import ROOT

DAY_S: Final = 86_400.0
PEAK: Final = 3.0  # the busiest hour, of the mean: people work eight hours a day
FULL: Final = 0.7  # a station that is busier than this lets queues grow at every whim
BEGIN, END = "<!-- model: written by python -m bench.capacity -->", "<!-- end of the model -->"

# Measured by `python -m bench.points`, 2026-11-24, two shared cores of an AMD EPYC; seconds of processor, bytes.
RECEIVER_CPU_S: Final = 0.0004
WORKER_CPU_S: Final = 0.09
STORE_BYTES: Final = 8_000.0
COMMITS: Final = 12
COMMITS_PER_S: Final = 2_000.0  # PostgreSQL, one commit a transaction

# From HeyGen's documentation and from people who run it; where a range is told, the middle.
SLOTS: Final = 10  # pay as you go; enterprise: 20 and more, by contract
RENDER_S: Final = 600.0
CREATE_S: Final = 5.0
ASK_S: Final = 0.5
FILM_S: Final = 30.0
PRICE_PER_S: Final = 0.0667

# Assumed.
DELIVERIES: Final = 2.0  # to the reel's own address and to the account's endpoint
FILM_MB: Final = 8.0
DOWNLOAD_S: Final = 2.0
CORE_A_MONTH: Final = 30.0
GB_A_MONTH: Final = 0.025
MONTH: Final = 30

# As core has them; a test compares.
SENDERS: Final = 6
INBOX_WORKERS: Final = 4
ARCHIVISTS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Hold what a reel holds: one of `servers` a unit, for `held_s`; the queue bears the peak where `patient`."""

    name: str
    unit: str
    servers: float
    held_s: float
    patient: bool = False

    def busy(self, reels_a_day: float) -> float:
        """Return how many servers are busy in the hour that counts."""
        return reels_a_day / DAY_S * (1.0 if self.patient else PEAK) * self.held_s

    def units(self, reels_a_day: float) -> int:
        """Return how many units are needed."""
        room = 1.0 if self.patient else FULL
        return ceil(self.busy(reels_a_day) / (self.servers * room) - 1e-9)

    def ceiling(self) -> float:
        """Return how many reels a day one unit carries."""
        return self.servers * (1.0 if self.patient else FULL / PEAK) / self.held_s * DAY_S


STATIONS: Final = (
    Station(name="HeyGen's slots", unit="slot", servers=1, held_s=CREATE_S + RENDER_S + ASK_S, patient=True),
    Station(name="senders", unit="worker", servers=SENDERS, held_s=CREATE_S),
    Station(name="files", unit="worker", servers=ARCHIVISTS, held_s=DOWNLOAD_S),
    Station(name="inbox", unit="worker", servers=INBOX_WORKERS, held_s=ASK_S * DELIVERIES),
    Station(name="a worker's processor", unit="worker", servers=1, held_s=WORKER_CPU_S),
    Station(name="the store's commits", unit="database", servers=1, held_s=COMMITS / COMMITS_PER_S),
    Station(name="a receiver's processor", unit="receiver", servers=1, held_s=RECEIVER_CPU_S * DELIVERIES),
)
DAYS: Final = (10_000, 1_000_000, 100_000_000)


def ceiling(station: Station) -> float:
    """Return what one installation carries a day: ten slots, one worker, one receiver, one database."""
    return station.ceiling() * (SLOTS if station.unit == "slot" else 1)


def in_order() -> list[Station]:
    """Return the stations, those that break first first."""
    return sorted(STATIONS, key=ceiling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Hold what a number of reels a day needs and costs, in US dollars a month."""

    reels: int
    slots: int
    workers: int
    receivers: int
    databases: int
    heygen: float
    machines: float
    disks: float


def plan(reels: int) -> Plan:
    """Work out what a number of reels a day needs; two of each kind at least, so that one may fail."""
    need = {unit: max(s.units(reels) for s in STATIONS if s.unit == unit) for unit in {s.unit for s in STATIONS}}
    workers, receivers = max(2, need["worker"]), max(2, need["receiver"])
    cores = workers + receivers + 4 * need["database"] + 4  # a database has four; nginx and pages two each
    kept_gb = reels * MONTH * (FILM_MB / 1e3 + STORE_BYTES / 1e9)
    return Plan(
        reels=reels,
        slots=need["slot"],
        workers=workers,
        receivers=receivers,
        databases=need["database"],
        heygen=reels * MONTH * FILM_S * PRICE_PER_S,
        machines=cores * CORE_A_MONTH,
        disks=kept_gb * GB_A_MONTH,
    )


def tables() -> str:
    """Return the tables of the document."""
    breaks = [(s.name, f"{s.held_s:.4g} s", f"{s.servers:g} a {s.unit}", f"{_round(ceiling(s)):,}") for s in in_order()]
    plans = [plan(reels) for reels in DAYS]
    rows: list[tuple[str, ...]] = [
        ("reels a second, on average", *(f"{p.reels / DAY_S:,.1f}" for p in plans)),
        ("reels a second, in the busiest hour", *(f"{p.reels / DAY_S * PEAK:,.1f}" for p in plans)),
        ("HeyGen's slots", *(f"{p.slots:,}" for p in plans)),
        ("workers", *(f"{p.workers:,}" for p in plans)),
        ("receivers", *(f"{p.receivers:,}" for p in plans)),
        ("databases", *(f"{p.databases:,}" for p in plans)),
        ("new data a day, database", *(f"{p.reels * STORE_BYTES / 1e9:,.1f} GB" for p in plans)),
        ("new data a day, films", *(f"{p.reels * FILM_MB / 1e3:,.0f} GB" for p in plans)),
        ("HeyGen, a month", *(f"${_round(p.heygen):,}" for p in plans)),
        ("machines, a month", *(f"${_round(p.machines):,}" for p in plans)),
        ("films of one month, a month", *(f"${_round(p.disks):,}" for p in plans)),
    ]
    first = _table(("what a reel holds", "for", "of", "carries reels a day"), breaks)
    return f"{first}\n\n{_table(('', *(f'{p.reels:,} a day' for p in plans)), rows)}"


def _round(value: float) -> int:
    """Return a figure with two digits that mean something."""
    return int(round(value, min(0, 2 - len(str(int(value))))))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> int:
    """Write the tables into the document."""
    path = ROOT / "docs" / "scaling.md"
    head, _, rest = path.read_text().partition(BEGIN)
    path.write_text(f"{head}{BEGIN}\n\n{tables()}\n\n{END}{rest.partition(END)[2]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
