"""Read how each HeyGen account stands: its wallet, its limit, its pause, its endpoint, and what waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.account_watch import ACCOUNT
from core.accounts import HeyGenAccount, fact
from core.endpoint import ENDPOINT
from core.gate import Gate
from core.product import Product
from core.store.reels import Open
from core.sweep import SWEEP, SweepState


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Hold why HeyGen cannot be used now: a code, and a sentence as template and values."""

    code: str
    message: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """Hold what an account last said of itself: what its wallet has left, or why it cannot be used."""

    balance: float | None
    currency: str | None
    problem: Problem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigures:
    """Hold how an account stands; `limit` is how many renders it takes at once, `quiet_until` when it is asked again.

    `endpoint_url` is where HeyGen was told to call for the whole account, `secrets` how many of its are believed.
    """

    name: str
    waiting: int
    in_flight: int
    doubt: int
    limit: int
    gate: Gate
    wallet: Wallet
    quiet_until: datetime | None
    endpoint_url: str | None
    secrets: int


def wallet_of(product: Product, account: str) -> Wallet:
    """Return what an account last said of itself."""
    known: Mapping[str, Any] = product.store.facts.get(fact(ACCOUNT, account)) or {}
    problem = known.get("problem")
    return Wallet(
        balance=known.get("balance"),
        currency=known.get("currency"),
        problem=Problem(**problem) if problem else None,
    )


def account_figures(product: Product) -> tuple[AccountFigures, ...]:
    """Return how each account stands, in the order of the settings; nothing where there is but one."""
    accounts = product.processor.accounts
    if not accounts.several:
        return ()
    counted, secrets = product.store.reels.open_by_account(), product.secrets_by_account()
    return tuple(_one(product, each, counted.get(each.name, Open()), len(secrets[each.name])) for each in accounts)


def _one(product: Product, account: HeyGenAccount, counted: Open, secrets: int) -> AccountFigures:
    facts, name = product.store.facts, account.name
    sweep = SweepState.from_json(facts.get(fact(SWEEP, name)))
    return AccountFigures(
        name=name,
        waiting=counted.waiting,
        in_flight=counted.in_flight,
        doubt=counted.doubt,
        limit=account.max_concurrent,
        gate=product.processor.submission_of(name).gate(),
        wallet=wallet_of(product, name),
        quiet_until=sweep.quiet_until,
        endpoint_url=(facts.get(fact(ENDPOINT, name)) or {}).get("url"),
        secrets=secrets,
    )


def forsaken(product: Product) -> dict[str, int]:
    """Return how many open reels wait for each account that is not configured any more."""
    names, reels = product.processor.accounts.names, product.store.reels
    if "" in names and not reels.accounts_with_open() - set(names):
        return {}
    counted = reels.open_by_account()
    return {name: n for name, each in counted.items() if name not in names and (n := each.waiting + each.in_flight)}
