"""The wallet that pays for renders, in millionths of the currency so that sums stay exact."""

from __future__ import annotations

from dataclasses import dataclass, replace

MICROS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """A balance."""

    micros: int
    currency: str = "usd"

    @classmethod
    def of(cls, balance: float) -> Wallet:
        """Make a wallet that holds `balance`."""
        return cls(micros=round(balance * MICROS))

    @property
    def balance(self) -> float:
        """Return what is left."""
        return self.micros / MICROS

    def pays(self, price: float) -> bool:
        """Say whether there is enough."""
        return self.micros >= round(price * MICROS)

    def add(self, amount: float) -> Wallet:
        """Return the wallet with so much more, or less."""
        return replace(self, micros=self.micros + round(amount * MICROS))
