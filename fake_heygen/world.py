"""The world of one simulated account: everything it holds, by kind, and the names it gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fake_heygen.clock import ClockState
from fake_heygen.delivery import Delivery
from fake_heygen.due import DueQueue
from fake_heygen.endpoint import Endpoint
from fake_heygen.event import Event
from fake_heygen.idempotency import RememberedAnswer
from fake_heygen.identity import Identity
from fake_heygen.ledger import LedgerRow
from fake_heygen.scenario import Scenario
from fake_heygen.shelf import Shelf
from fake_heygen.video import Video
from fake_heygen.wallet import Wallet

CURRENT = "current"
DEFAULT_BALANCE = 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """An uploaded file; its content is not kept."""

    asset_id: str
    mime_type: str
    size_bytes: int


class World:
    """The state of one account."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.videos = Shelf("video", Video)
        self.endpoints = Shelf("endpoint", Endpoint)
        self.answers = Shelf("answer", RememberedAnswer)
        self.events = Shelf("event", Event)
        self.deliveries = Shelf("delivery", Delivery)
        self.ledger = Shelf("ledger", LedgerRow)
        self.assets = Shelf("asset", Asset)
        self.due = DueQueue()
        self.rendering: set[str] = set()
        self._wallets = Shelf("wallet", Wallet)
        self._scenarios = Shelf("scenario", Scenario)
        self._identities = Shelf("identity", Identity)
        self.clocks = Shelf("clock", ClockState)
        self._identities.put(CURRENT, Identity(seed=seed))
        self._wallets.put(CURRENT, Wallet.of(DEFAULT_BALANCE))
        self.set_scenario(scenario)

    @property
    def scenario(self) -> Scenario:
        """Return the scenario that plays."""
        return self._scenarios[CURRENT]

    @property
    def seed(self) -> int:
        """Return the seed of ids and fates."""
        return self._identities[CURRENT].seed

    @property
    def wallet(self) -> Wallet:
        """Return the wallet."""
        return self._wallets[CURRENT]

    def set_scenario(self, scenario: Scenario) -> None:
        """Play another scenario from now on; its wallet replaces the balance."""
        self._scenarios.put(CURRENT, scenario)
        if scenario.wallet is not None:
            self.set_balance(scenario.wallet)

    def set_balance(self, balance: float) -> None:
        """Let the wallet hold `balance`."""
        self._wallets.put(CURRENT, Wallet.of(balance))

    def pay(self, amount: float) -> None:
        """Take from the wallet; a negative amount is a refund."""
        self._wallets.put(CURRENT, self.wallet.add(-amount))

    def name(self, kind: str) -> str:
        """Return a new name of 64 hexadecimal characters."""
        identity = self._identities.put(CURRENT, self._identities[CURRENT].after(kind))
        return identity.name(kind)

    def next_ordinal(self) -> int:
        """Return the ordinal that the next accepted video will have, from 1."""
        return self._identities[CURRENT].count("video") + 1

    def count(self, video_id: str, **more: int) -> None:
        """Add to the ledger's counts of a video."""
        row = self.ledger.get(video_id)
        if row is not None:
            added: dict[str, Any] = {name: getattr(row, name) + number for name, number in more.items()}
            self.ledger.put(video_id, replace(row, **added))

    def remember_clock(self, state: ClockState) -> None:
        """Keep the clock's anchor for a restart."""
        self.clocks.put(CURRENT, state)

    def stored_clock(self) -> ClockState | None:
        """Return the anchor that the store brought back."""
        return self.clocks.get(CURRENT)

    def shelves(self) -> list[Shelf[Any]]:
        """Return everything that a restart must find again."""
        return [
            self.videos,
            self.endpoints,
            self.answers,
            self.events,
            self.deliveries,
            self.ledger,
            self.assets,
            self.due.shelf,
            self._wallets,
            self._scenarios,
            self._identities,
            self.clocks,
        ]

    def reset(self) -> None:
        """Forget videos, endpoints, events, keys and the ledger; the scenario and its wallet begin anew."""
        scenario, identity = self.scenario, self._identities[CURRENT].reset()
        for shelf in self.shelves():
            if shelf is not self.clocks:
                shelf.clear()
        self.due.clear()
        self.rendering.clear()
        self._identities.put(CURRENT, identity)
        self._wallets.put(CURRENT, Wallet.of(DEFAULT_BALANCE))
        self.set_scenario(scenario)

    def restored(self, now: float) -> None:
        """Set right what is derived, once the store has filled the shelves."""
        self.due.rebuild()
        self.rendering = self.due.subjects("render_end")
        waiting = self.due.subjects("attempt")
        for delivery in self.deliveries:
            if delivery.state == "pending" and delivery.delivery_id not in waiting:
                self.deliveries.put(delivery.delivery_id, replace(delivery, next_at=now))
                self.due.push(now, "attempt", delivery.delivery_id)
