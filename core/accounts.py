"""Hold the HeyGen accounts of one installation, each with its own key: a reel is only ever its own account's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.config import DEFAULT_ACCOUNT, Settings
from core.errors import AccountGone, InvalidReel
from core.heygen import HeyGenClient


@dataclass(frozen=True, slots=True, kw_only=True)
class HeyGenAccount:
    """Hold one account: the client that has its key, the secrets that are set for it, and how many renders it takes.

    The account of HEYGEN_API_KEY has no name.
    """

    name: str
    client: HeyGenClient
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    max_concurrent: int


class Accounts:
    """Find accounts by their name; there is always at least one."""

    def __init__(self, accounts: Sequence[HeyGenAccount]) -> None:
        self._by_name = {account.name: account for account in accounts}
        self.names = tuple(self._by_name)
        self.first = accounts[0]

    def __iter__(self) -> Iterator[HeyGenAccount]:
        return iter(self._by_name.values())

    @property
    def several(self) -> bool:
        """Tell whether there is anything to choose from."""
        return len(self.names) > 1

    def get(self, name: str) -> HeyGenAccount:
        """Return an account; raises AccountGone."""
        if name not in self._by_name:
            raise gone(name)
        return self._by_name[name]

    def choose(self, written: str) -> str:
        """Return the account of a new reel by what was written, nothing among it; raises InvalidReel."""
        name = "" if written == DEFAULT_ACCOUNT else written
        if name in self._by_name:
            return name
        if not name and not self.several:
            return self.first.name
        allowed = ", ".join(map(spoken, self.names))
        if not written:
            raise InvalidReel("The reel names no account: choose one of {allowed}.", about="account", allowed=allowed)
        raise InvalidReel(
            "There is no account {value}: choose one of {allowed}.", about="account", value=written, allowed=allowed
        )


def open_accounts(settings: Settings, default: HeyGenClient) -> Accounts:
    """Return the accounts that are set; `default` has the key of the one without a name, where there is one."""
    unnamed = HeyGenAccount(
        name="",
        client=default,
        webhook_secrets=settings.webhook_secrets,
        max_concurrent=settings.max_concurrent,
    )
    named = [
        HeyGenAccount(
            name=each.name,
            client=default.with_key(each.api_key),
            webhook_secrets=each.webhook_secrets,
            max_concurrent=each.max_concurrent,
        )
        for each in settings.accounts
    ]
    return Accounts([unnamed, *named] if settings.api_key or not named else named)


def spoken(name: str) -> str:
    """Return the name of an account as people write it."""
    return name or DEFAULT_ACCOUNT


def gone(name: str) -> AccountGone:
    """Return what is to be said of an account that is not set any more."""
    if name:
        return AccountGone(
            "The account {account} is not configured: its reels wait, and go on when HEYGEN_ACCOUNTS names it again.",
            account=name,
        )
    return AccountGone("HEYGEN_API_KEY is not set: the reels of its account wait, and go on when it is set again.")


def fact(name: str, account: str) -> str:
    """Return under which name a fact of one account is kept."""
    return f"{name}@{account}" if account else name
