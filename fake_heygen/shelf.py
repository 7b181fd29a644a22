"""A shelf: values of one kind by key, which remembers what changed since it was last stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Keep frozen values by key, in the order they first came."""

    def __init__(self, kind: str, model: type[T]) -> None:
        self.kind = kind
        self.model = model
        self.changed: dict[str, None] = {}
        self._items: dict[str, T] = {}
        self._ranks: dict[str, int] = {}
        self._given = 0

    def get(self, key: str) -> T | None:
        """Return the value, or None."""
        return self._items.get(key)

    def __getitem__(self, key: str) -> T:
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._items.values()))

    def newest(self) -> Iterator[T]:
        """Walk from the youngest to the oldest."""
        return iter(list(reversed(self._items.values())))

    def rank(self, key: str) -> int:
        """Return a number that grows with every new key and stays when others are dropped."""
        return self._ranks[key]

    def put(self, key: str, item: T) -> T:
        """Set the value of a key and return it."""
        if key not in self._items:
            self._given += 1
            self._ranks[key] = self._given
        self._items[key] = item
        self.changed[key] = None
        return item

    def drop(self, key: str) -> None:
        """Forget a key; an unknown one changes nothing."""
        if self._items.pop(key, None) is not None:
            self.changed[key] = None
            del self._ranks[key]

    def shorten(self, most: int, by: int, may_go: Callable[[T], bool]) -> None:
        """Once there are more than `most`, drop some of the oldest `by` that may go."""
        if len(self._items) <= most:
            return
        for key, item in list(islice(self._items.items(), by)):
            if may_go(item):
                self.drop(key)

    def clear(self) -> None:
        """Forget everything."""
        self.changed.update(dict.fromkeys(self._items))
        self._items.clear()
        self._ranks.clear()

    def load(self, items: dict[str, T]) -> None:
        """Fill from the store, which makes nothing changed."""
        self._items = dict(items)
        self._ranks = {key: number for number, key in enumerate(items, 1)}
        self._given = len(items)
        self.changed.clear()
