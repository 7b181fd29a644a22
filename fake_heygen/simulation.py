"""The simulation: one clock, one player, one journal, and an account for each API key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fake_heygen.account import Account
from fake_heygen.clock import ClockState, SimClock
from fake_heygen.due import Due, DueQueue
from fake_heygen.errors import ApiError
from fake_heygen.journal import Journal
from fake_heygen.links import Links
from fake_heygen.player import Player, Work
from fake_heygen.scenario import Scenario
from fake_heygen.sender import Sender
from fake_heygen.shelf import Shelf
from fake_heygen.state import StateFile
from fake_heygen.video import Video
from fake_heygen.world import World

FIRST = ""
CURRENT = "current"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """Which world a key opens, or opened before it was rotated away; of the key only its name is kept."""

    name: str
    world: str
    revoked: bool = False


class Simulation:
    """Wire the parts together and let what falls due happen.

    The first key that is used opens the first account; every other key gets an account of its own.
    """

    def __init__(
        self, scenario: Scenario, seed: int, clock: SimClock, sender: Sender, base_url: str, *, strict: bool = False
    ) -> None:
        self.clock = clock
        self.sender = sender
        self.journal = Journal()
        self._seed = seed
        self._base_url = base_url
        self._strict = strict
        self._scenario = self._hardened(scenario)
        self._queue = DueQueue()
        self._clocks = Shelf("clock", ClockState)
        self._holders = Shelf("account", KeyHolder)
        self.links = Links(base_url, seed)
        self._accounts = {FIRST: self._open(FIRST)}
        self._accounts[FIRST].world.play(self._scenario, clock.now())
        self.player = Player(clock, self._queue, self.handle)
        clock.on_change = self._clock_changed
        self._queue.on_change = self.player.wake
        self._clock_changed()

    @property
    def first(self) -> Account:
        """Return the account of the first key."""
        return self._accounts[FIRST]

    @property
    def world(self) -> World:
        """Return the world of the first account."""
        return self.first.world

    @property
    def queue(self) -> DueQueue:
        """Return what will happen, in every account."""
        return self._queue

    def accounts(self) -> list[Account]:
        """Return every account, the first one first; a reset leaves nothing of the others."""
        return [account for name, account in self._accounts.items() if name == FIRST or account.world.account]

    def account_of(self, key: str) -> Account:
        """Return the account that a key opens, opened now if it is new."""
        name = name_of(key)
        holder = self._holders.get(name)
        if holder is None:
            holder = self._holders.put(name, KeyHolder(name=name, world=name if len(self._holders) else FIRST))
        if holder.world not in self._accounts:
            self._accounts[holder.world] = self._open(holder.world)
            self._accounts[holder.world].world.play(self._scenario, self.clock.now())
        account = self._accounts[holder.world]
        account.world.account = holder.name
        return account

    def known(self, key: str) -> Account | None:
        """Return the account of a key that was used, None for another."""
        holder = self._holders.get(name_of(key))
        return self._accounts.get(holder.world) if holder else None

    def is_revoked(self, key: str) -> bool:
        """Say whether a key was rotated away."""
        holder = self._holders.get(name_of(key))
        return holder is not None and holder.revoked

    def rotate_key(self, old: str, new: str) -> None:
        """Let another key open an account; the old one is refused from now on."""
        holder = self._holders.get(name_of(old))
        if holder is None or holder.revoked:
            raise ApiError("not_found", "No account is opened by this key")
        if name_of(new) in self._holders:
            raise ApiError("conflict", "The new key is or was in use")
        self._holders.put(holder.name, replace(holder, revoked=True))
        self._holders.put(name_of(new), replace(holder, name=name_of(new)))

    def chosen(self, key: str | None) -> list[Account]:
        """Return the account of a key, or every account without one."""
        if key is None:
            return self.accounts()
        if account := self.known(key):
            return [account]
        raise ApiError("not_found", "No account has used this key")

    def owner_of(self, video_id: str) -> tuple[Account, Video] | None:
        """Return the account that has a video, and the video."""
        for account in self._accounts.values():
            if video := account.world.videos.get(video_id):
                return account, video
        return None

    def handle(self, due: Due) -> Work | None:
        """Let one due thing happen; return what must go over the wire."""
        account = self._accounts.get(due.account)
        return account.handle(due) if account else None

    def awaits(self, due: Due) -> bool:
        """Say whether something will happen when it falls due: an attempt that was overtaken will not."""
        account = self._accounts.get(due.account)
        return account is not None and (due.kind != "attempt" or account.deliverer.awaits(due.subject, due.at))

    def play(self, scenario: Scenario, accounts: Sequence[Account] | None = None) -> None:
        """Play another scenario from now on, in some accounts or in all that are and will be."""
        scenario = self._hardened(scenario)
        if accounts is None:
            self._scenario = scenario
        for account in list(self._accounts.values()) if accounts is None else accounts:
            account.world.play(scenario, self.clock.now())

    def reset(self) -> None:
        """Forget everything but the scenario and the clock."""
        scenario = self.world.scenario
        for account in self._accounts.values():
            account.forget()
            account.world.account = ""
        self._queue.clear()
        self._holders.clear()
        self.journal.clear()
        self.play(scenario)
        self._clock_changed()

    def load(self, state: StateFile, scenario: Scenario | None) -> None:
        """Go on from what was stored, if anything was; play `scenario` when it is another one."""
        if not state.load(self._own_shelves()):
            return
        for holder in self._holders:
            account = self._accounts.setdefault(holder.world, self._open(holder.world))
            account.world.account = holder.name
        state.load(self.shelves())
        if stored := self._clocks.get(CURRENT):
            self.clock.restore(stored)
        self._queue.rebuild()
        self.links = Links(self._base_url, self.world.seed)
        for account in self._accounts.values():
            account.addressing.links = self.links
            account.world.restored(self.clock.now())
        self._scenario = self.world.scenario
        if scenario is not None and scenario != self._scenario:
            self.play(scenario)

    def shelves(self) -> list[Shelf[Any]]:
        """Return everything that a restart must find again."""
        return [*self._own_shelves(), *self._world_shelves()]

    def _hardened(self, scenario: Scenario) -> Scenario:
        return replace(scenario, strict=True) if self._strict else scenario

    def _own_shelves(self) -> list[Shelf[Any]]:
        return [self._queue.shelf, self._clocks, self._holders]

    def _world_shelves(self) -> Iterator[Shelf[Any]]:
        for account in self._accounts.values():
            yield from account.world.shelves()

    def _open(self, name: str) -> Account:
        seed = self._seed if name == FIRST else int(hashlib.sha256(f"{self._seed}:{name}".encode()).hexdigest()[:8], 16)
        world = World(self._scenario, seed, name=name, queue=self._queue)
        return Account(world, self.clock, self.journal, self.sender, self.links)

    def _clock_changed(self) -> None:
        self._clocks.put(CURRENT, self.clock.state)
        self.player.wake()


def name_of(key: str) -> str:
    """Return the name of the account that a key opens."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]
