"""The world of one simulated account: everything it holds, by kind, and the names it gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from fake_heygen.batch import Batch
from fake_heygen.delivery import PENDING, Delivery
from fake_heygen.due import Agenda, DueQueue
from fake_heygen.endpoint import Endpoint
from fake_heygen.event import Event
from fake_heygen.identity import Identity
from fake_heygen.ledger import LedgerRow
from fake_heygen.remembered import RememberedAnswer
from fake_heygen.scenario import Scenario
from fake_heygen.shelf import Shelf
from fake_heygen.spell import Spell
from fake_heygen.video import Video
from fake_heygen.wallet import Wallet

CURRENT = "current"
DEFAULT_BALANCE = 10_000.0
MOST_KEPT = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """An uploaded file; its content is not kept."""

    asset_id: str
    mime_type: str
    size_bytes: int


class World:
    """The state of one account; `account` names the key that opened it."""

    def __init__(self, scenario: Scenario, seed: int, *, name: str = "", queue: DueQueue | None = None) -> None:
        self.account = ""
        prefix = f"{name}/" if name else ""
        self.videos = Shelf(prefix + "video", Video)
        self.batches = Shelf(prefix + "batch", Batch)
        self.endpoints = Shelf(prefix + "endpoint", Endpoint)
        self.answers = Shelf(prefix + "answer", RememberedAnswer)
        self.events = Shelf(prefix + "event", Event)
        self.deliveries = Shelf(prefix + "delivery", Delivery)
        self.ledger = Shelf(prefix + "ledger", LedgerRow)
        self.assets = Shelf(prefix + "asset", Asset)
        self.spells = Shelf(prefix + "spell", Spell)
        self.due = Agenda(queue if queue is not None else DueQueue(), name)
        self.rendering: set[str] = set()
        self._wallets = Shelf(prefix + "wallet", Wallet)
        self._scenarios = Shelf(prefix + "scenario", Scenario)
        self._identities = Shelf(prefix + "identity", Identity)
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

    def play(self, scenario: Scenario, now: float) -> None:
        """Play another scenario from now on; its spells replace those that were on."""
        self.set_scenario(scenario)
        self.spells.clear()
        self.cast(scenario.spells_from(now))

    def revise(self, scenario: Scenario) -> None:
        """Change the scenario that plays, and leave wallet and spells as they are."""
        self._scenarios.put(CURRENT, scenario)

    def cast(self, spells: Iterable[Spell]) -> None:
        """Let spells begin."""
        for spell in spells:
            self.spells.put(self.name("spell"), spell)

    def spell(self, kind: str, now: float) -> Spell | None:
        """Return the spell of a kind that is on, the one that ends last."""
        on = (spell for spell in self.spells if spell.kind == kind and spell.strikes(now))
        return max(on, key=lambda spell: spell.ends_at, default=None)

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

    def seal(self, content: bytes) -> bytes:
        """Return 32 bytes by which this world knows again what it has given."""
        return self._identities[CURRENT].seal(content)

    def next_ordinal(self) -> int:
        """Return the ordinal of a new order, from 1."""
        self.name("order")
        return self._identities[CURRENT].count("order")

    def count(self, video_id: str, **more: int) -> None:
        """Add to the ledger's counts of a video."""
        row = self.ledger.get(video_id)
        if row is not None:
            added: dict[str, Any] = {name: getattr(row, name) + number for name, number in more.items()}
            self.ledger.put(video_id, replace(row, **added))

    def forget_old_deliveries(self) -> None:
        """Keep no more past deliveries and events than memory should hold; the ledger keeps their number."""
        for shelf in (self.deliveries, self.events):
            shelf.shorten(MOST_KEPT, MOST_KEPT // 10, lambda item: getattr(item, "state", "") != PENDING)

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
            self.batches,
            self.spells,
            self._wallets,
            self._scenarios,
            self._identities,
        ]

    def reset(self) -> None:
        """Forget videos, endpoints, events, keys and the ledger; the scenario and its wallet begin anew."""
        scenario, identity = self.scenario, self._identities[CURRENT].reset()
        for shelf in self.shelves():
            shelf.clear()
        self.rendering.clear()
        self._identities.put(CURRENT, identity)
        self._wallets.put(CURRENT, Wallet.of(DEFAULT_BALANCE))
        self.set_scenario(scenario)

    def restored(self, now: float) -> None:
        """Set right what is derived, once the store has filled the shelves."""
        self.rendering = self.due.subjects("render_end")
        waiting = self.due.subjects("attempt")
        waiting |= {name for names in self.due.subjects("volley") for name in names.split(",")}
        for delivery in self.deliveries:
            if delivery.state == "pending" and delivery.delivery_id not in waiting:
                self.deliveries.put(delivery.delivery_id, replace(delivery, next_at=now))
                self.due.push(now, "attempt", delivery.delivery_id)
