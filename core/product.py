"""Put the parts together for one set of settings; nothing is opened before it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.clock import utcnow
from core.config import DEMO_KEY, Settings
from core.heygen import HeyGenClient
from core.processor import HeyGenVideoProcessor, nobody
from core.secret_file import SecretFile
from core.store import Store, open_store
from core.waker import waker

DEMO_URL = "demo_url"
RECEIVER_URL = "receiver_url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Hold what pages, command line and servers work with; `client` is the first account's."""

    settings: Settings
    store: Store
    client: HeyGenClient
    processor: HeyGenVideoProcessor

    def webhook_secrets(self) -> Sequence[str]:
        """Return the signing secrets that are believed."""
        return [secret for secrets in self.secrets_by_account().values() for secret in secrets]

    def secrets_by_account(self) -> Mapping[str, Sequence[str]]:
        """Return the signing secrets that are believed of each account: one speaks for its own reels alone."""
        file, now = SecretFile(self.store.path), utcnow()
        accounts = self.processor.accounts
        return {each.name: [*each.webhook_secrets, *file.believed(now, each.name)] for each in accounts}


def open_product(settings: Settings, *, port: int | None = None, demo_url: str | None = None) -> Product:
    """Return the product for these settings.

    In demo mode HeyGen is the bundled fake: at `demo_url`, or where the running product says it is; and the public
    address of the receiver is the product's own, on `port` of the loopback.
    """
    store = open_store(settings.database_url, data_folder=settings.data_folder)
    base, broker_url = settings.webhook_base_url, settings.celery_broker_url
    if settings.demo:
        client = HeyGenClient(DEMO_KEY, demo_url or (lambda: find_demo(store)))
        base = base or f"http://127.0.0.1:{port or settings.port}"
    else:
        client = HeyGenClient(settings.api_key or "", settings.api_base_url)
    processor = HeyGenVideoProcessor(
        settings.api_key or DEMO_KEY,
        settings.processing_mode,
        base,
        settings=replace(settings, webhook_base_url=base),
        store=store,
        client=client,
        wake=waker(broker_url).wake if broker_url else nobody,
    )
    first = processor.accounts.first.client
    return Product(settings=processor.settings, store=store, client=first, processor=processor)


def find_demo(store: Store) -> str:
    """Return the address of the bundled fake that the running product started, else the usual one."""
    return str(store.facts.get(DEMO_URL) or "http://127.0.0.1:8900")
