"""Names that depend only on the seed and on the order of things: ids, secrets, random draws."""

from __future__ import annotations

import hashlib
import hmac
import random
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The seed, how often the world was reset, and how many names of each kind were given."""

    seed: int
    epoch: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def after(self, kind: str) -> Identity:
        """Return the identity once one more name of this kind was given."""
        return replace(self, counts=self.counts | {kind: self.count(kind) + 1})

    def count(self, kind: str) -> int:
        """Return how many names of this kind were given."""
        return self.counts.get(kind, 0)

    def name(self, kind: str) -> str:
        """Return 64 hexadecimal characters for the latest name of this kind."""
        text = f"{self.seed}:{self.epoch}:{kind}:{self.count(kind)}"
        return hashlib.sha256(text.encode()).hexdigest()

    def seal(self, content: bytes) -> bytes:
        """Return 32 bytes that nobody else, and nobody after a reset, gives to this content."""
        return hmac.digest(f"{self.seed}:{self.epoch}:seal".encode(), content, "sha256")

    def reset(self) -> Identity:
        """Begin anew without giving a name twice."""
        return Identity(seed=self.seed, epoch=self.epoch + 1)


def generator(seed: int, *keys: object) -> random.Random:
    """Return a random generator that depends on the seed and the keys alone."""
    return random.Random(":".join([str(seed), *map(str, keys)]))
