"""Register the account's webhook endpoint at HeyGen, and rotate its secret without losing a delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.clock import utcnow
from core.errors import BadAnswer, Refused
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


def registered(product: Product) -> Endpoint | None:
    """Return the endpoint at HeyGen that leads to our receiver, or None; raises HeyGenError."""
    url = receiver_url(product)
    found = [Endpoint.of(row) for row in product.client.endpoints() if row.get("url") == url]
    return found[0] if found else None


def register(product: Product, secrets: SecretFile) -> Endpoint:
    """Register our receiver and keep its secret; where it is registered already, make sure that we hold its secret.

    Raises Refused, HeyGenError, StoreError.
    """
    known = registered(product)
    if known is not None:
        if not _holds(product, secrets, known):
            return rotate(product, secrets)
        return _noted(product, known)
    row = product.client.create_endpoint(receiver_url(product), list(EVENTS))
    secret = maybe_text(row, "secret")
    if secret is None:
        raise BadAnswer("HeyGen registered the endpoint without telling its secret; rotate it.")
    made = Endpoint.of(row)
    secrets.add(made.endpoint_id, secret, utcnow())
    return _noted(product, made)


def rotate(product: Product, secrets: SecretFile) -> Endpoint:
    """Have HeyGen make a new secret; it and the old one are believed for a day, so no delivery is lost.

    Raises Refused, HeyGenError, StoreError.
    """
    known = registered(product)
    if known is None:
        raise Refused("No endpoint is registered for {url}: register it first.", url=receiver_url(product))
    secrets.add(known.endpoint_id, product.client.rotate_secret(known.endpoint_id), utcnow())
    return _noted(product, known)


def _holds(product: Product, secrets: SecretFile, known: Endpoint) -> bool:
    """Tell whether we hold the secret of an endpoint, or the operator has set one."""
    kept = [row for row in secrets.read() if row.endpoint_id == known.endpoint_id and row.until is None]
    return bool(kept or product.settings.webhook_secrets)


def _noted(product: Product, endpoint: Endpoint) -> Endpoint:
    product.store.facts.put(ENDPOINT, {"endpoint_id": endpoint.endpoint_id, "url": endpoint.url}, utcnow())
    return endpoint
