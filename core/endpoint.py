"""Register the account's webhook endpoint at HeyGen, and rotate its secret without losing a delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.accounts import fact
from core.clock import utcnow
from core.errors import BadAnswer, Refused
from core.heygen import HeyGenClient
from core.parsing import maybe_text, text
from core.product import Product
from core.secret_file import SecretFile

EVENTS: Final = ("avatar_video.success", "avatar_video.fail")
ENDPOINT: Final = "endpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Hold a registered endpoint; its secret is in the secret file."""

    endpoint_id: str
    url: str
    status: str
    events: tuple[str, ...] | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Endpoint:
        """Read HeyGen's row of an endpoint."""
        events = row.get("events")
        return cls(
            endpoint_id=text(row, "endpoint_id", "id"),
            url=maybe_text(row, "url") or "",
            status=maybe_text(row, "status") or "enabled",
            events=tuple(map(str, events)) if isinstance(events, list) else None,
        )


def receiver_url(product: Product) -> str:
    """Return the address of the account's receiver; raises Refused without a public address."""
    base = product.processor.webhook_base_url
    if base is None:
        raise Refused("There is no public address to register: set HEYGEN_WEBHOOK_BASE_URL.")
    return f"{base}/webhooks/heygen"


def registered(product: Product, account: str = "") -> Endpoint | None:
    """Return the endpoint of an account at HeyGen that leads to our receiver, or None; raises HeyGenError."""
    url = receiver_url(product)
    found = [Endpoint.of(row) for row in _client(product, account).endpoints() if row.get("url") == url]
    return found[0] if found else None


def register(product: Product, secrets: SecretFile, account: str = "") -> Endpoint:
    """Register our receiver for an account and keep its secret; where that is done already, make sure that we hold it.

    Raises Refused, HeyGenError, StoreError.
    """
    known = registered(product, account)
    if known is not None:
        if not _holds(product, secrets, known, account):
            return rotate(product, secrets, account)
        return _noted(product, known, account)
    row = _client(product, account).create_endpoint(receiver_url(product), list(EVENTS))
    secret = maybe_text(row, "secret")
    if secret is None:
        raise BadAnswer("HeyGen registered the endpoint without telling its secret; rotate it.")
    made = Endpoint.of(row)
    secrets.add(made.endpoint_id, secret, utcnow(), account)
    return _noted(product, made, account)


def rotate(product: Product, secrets: SecretFile, account: str = "") -> Endpoint:
    """Have HeyGen make a new secret for an account; it and the old one are believed for a day, so no delivery is lost.

    Raises Refused, HeyGenError, StoreError.
    """
    known = registered(product, account)
    if known is None:
        raise Refused("No endpoint is registered for {url}: register it first.", url=receiver_url(product))
    secrets.add(known.endpoint_id, _client(product, account).rotate_secret(known.endpoint_id), utcnow(), account)
    return _noted(product, known, account)


def _client(product: Product, account: str) -> HeyGenClient:
    return product.processor.accounts.get(account).client


def _holds(product: Product, secrets: SecretFile, known: Endpoint, account: str) -> bool:
    """Tell whether we hold the secret of an endpoint, or the operator has set one."""
    kept = [row for row in secrets.read() if row.endpoint_id == known.endpoint_id and row.until is None]
    return bool(kept or product.processor.accounts.get(account).webhook_secrets)


def _noted(product: Product, endpoint: Endpoint, account: str) -> Endpoint:
    told = {"endpoint_id": endpoint.endpoint_id, "url": endpoint.url}
    product.store.facts.put(fact(ENDPOINT, account), told, utcnow())
    return endpoint
