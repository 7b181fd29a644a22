"""Tell which settings are in force and where each comes from; what is secret is masked, whatever it is called."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from core import config
from core.clock import utcnow
from core.config import AccountSettings, Settings
from core.product import Product
from core.secret_file import SecretFile
from core.values import MASK, without_password

_FIELDS: Final = {"HEYGEN_WEBHOOK_SECRET": "webhook_secrets", "PAGES_OPEN_TO": "pages_open_to_everybody"}
_SHOWN: Final = frozenset({"celery_broker_url", "database_url"})  # an address is shown without its password


OF_ACCOUNT: Final = ("HEYGEN_API_KEY", "HEYGEN_WEBHOOK_SECRET", "HEYGEN_MAX_CONCURRENT")


class Source(StrEnum):
    """Say who chose a value."""

    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"
    LEARNED = "learned"
    DEMO = "demo"
    REGISTERED = "registered"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Hold one setting as it is in force; an empty value is none."""

    name: str
    value: str
    source: Source


def settings_in_force(product: Product) -> list[InForce]:
    """Return every setting, in the order of the documents."""
    named = [(name, each) for each in product.settings.accounts for name in OF_ACCOUNT]
    return [_one(product, name) for name in config.names()] + [_of_account(product, *pair) for pair in named]


def _of_account(product: Product, name: str, account: AccountSettings) -> InForce:
    """Return a setting of one account; its key and its secrets are masked."""
    called = config.of_account(name, account.name)
    source = Source(config.origin(called))
    if name == "HEYGEN_API_KEY":
        return InForce(name=called, value=MASK, source=source)
    if name == "HEYGEN_MAX_CONCURRENT":
        return InForce(name=called, value=_number(account.max_concurrent), source=source)
    kept = SecretFile(product.store.path).believed(utcnow(), account.name)
    if source is Source.DEFAULT and kept:
        return InForce(name=called, value=_masked(len(kept)), source=Source.REGISTERED)
    return InForce(name=called, value=_masked(len(account.webhook_secrets)), source=source)


def _one(product: Product, name: str) -> InForce:
    source = Source(config.origin(name))
    if source is Source.DEFAULT:
        chosen = _chosen_elsewhere(product, name)
        if chosen is not None:
            return chosen
    return InForce(name=name, value=_value(product.settings, name), source=source)


def _chosen_elsewhere(product: Product, name: str) -> InForce | None:
    """Return a setting that nobody set, where the product found its value in another way than by a fixed default."""
    settings, processor = product.settings, product.processor
    found: dict[str, tuple[str, Source]] = {
        "HEYGEN_PROCESSING_MODE": (str(processor.requested_mode), Source.DEMO if settings.demo else Source.PROFILE)
    }
    if settings.fallback_after_s is None:
        found["HEYGEN_FALLBACK_AFTER_S"] = (_number(round(processor.fallback_after_s(), 1)), Source.LEARNED)
    if settings.poll_interval_s is None:
        found["HEYGEN_POLL_INTERVAL_S"] = ("", Source.LEARNED)
    kept = SecretFile(product.store.path).believed(utcnow())
    if kept:
        found["HEYGEN_WEBHOOK_SECRET"] = (_masked(len(kept)), Source.REGISTERED)
    if settings.demo:
        found["HEYGEN_API_BASE_URL"] = (product.client.base_url, Source.DEMO)
        found["HEYGEN_WEBHOOK_BASE_URL"] = (processor.webhook_base_url or "", Source.DEMO)
        found["HEYGEN_FALLBACK_AFTER_S"] = (_number(settings.fallback_after_s), Source.DEMO)
    if name not in found:
        return None
    value, source = found[name]
    return InForce(name=name, value=value, source=source)


def _value(settings: Settings, name: str) -> str:
    """Return a value as it may be shown; one of which nothing is known is masked."""
    field_name = _FIELDS.get(name, name.removeprefix("HEYGEN_").lower())
    field = next((field for field in fields(settings) if field.name == field_name), None)
    value: Any = None if field is None else getattr(settings, field_name)
    if field is None or (not field.repr and field_name not in _SHOWN):
        return _masked(len(value) if isinstance(value, tuple) else 1) if value else ""
    if name == "HEYGEN_ACCOUNTS":
        return ", ".join(each.name for each in settings.accounts)
    if name == "PAGES_OPEN_TO":
        return "everybody" if value else "known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value)
    return without_password(str(value)) if value else ""


def _masked(n: int) -> str:
    return ", ".join([MASK] * n)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value < 1e6 else f"{value:.0f}"
