"""Whose turn an order is: its ordinal among all orders, kept while it is refused and sent again."""

from __future__ import annotations

import hashlib

from fake_heygen.order import Order
from fake_heygen.world import World


class Turns:
    """Number the orders of an account as they first come.

    Orders are told apart by what is ordered, not by key or address: after a refusal a client may take new ones.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: dict[str, int] = {}

    def of(self, identity: str) -> int:
        """Return the ordinal of an order."""
        if identity not in self._waiting:
            self._waiting[identity] = self._world.next_ordinal()
        return self._waiting[identity]

    def taken(self, identity: str) -> None:
        """Note that an order became a video; the same again is a new one."""
        self._waiting.pop(identity, None)

    def forget(self) -> None:
        """Begin to count anew."""
        self._waiting.clear()


def identity_of(order: Order) -> str:
    """Return what tells one order from another."""
    request = order.request
    return hashlib.sha256(repr((request.title, request.script, request.avatar_id)).encode()).hexdigest()
