"""Send messages through Apprise: the one place that knows it, and the one that holds the targets' secret addresses.

Apprise is slow to import (half a second with its plugins), so only what sends imports it.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from core.errors import SettingsError
from core.messages import Message

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

logger = logging.getLogger(__name__)

# What these log may hold parts of addresses; what went wrong is taken from Apprise's results.
for _name_of_logger in ("apprise", "urllib3"):
    _library = logging.getLogger(_name_of_logger)
    _library.setLevel(logging.WARNING)
    _library.propagate = False
    _library.addHandler(logging.NullHandler())

HUNG: Final = 3
LONGEST_PROBLEM: Final = 200
_SECRET: Final = re.compile(r"[^\W_]{4,}")
# Our key must not let anybody guess a short password of a mail server from a copy of the database.
_SALT: Final = b"gem-avatart-reels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Hold one target: a key for the store, a name without secrets, and the address, which is one."""

    key: str
    name: str
    url: str = field(repr=False)


@lru_cache(maxsize=4)
def open_targets(urls: tuple[str, ...]) -> tuple[Target, ...]:
    """Return the targets of these addresses; raises SettingsError for one that Apprise does not accept."""
    return tuple(_target(n, url) for n, url in enumerate(urls, start=1))


def _target(number: int, url: str) -> Target:
    service = _service(url)
    if service is None:
        scheme = url.partition("://")[0].lower()
        raise SettingsError(
            "NOTIFY_URLS: entry {number} ({scheme}://…) cannot be used; Apprise's documentation has its form.",
            number=number,
            scheme=scheme,
        )
    key = hashlib.scrypt(url.encode(), salt=_SALT, n=2**14, r=8, p=1, dklen=12).hex()
    return Target(key=key, name=_name(number, service), url=url)


def _name(number: int, service: NotifyBase) -> str:
    """Name a target by its place among the settings, its service and its host; never by what could be a secret."""
    parts = urlsplit(str(service.url(privacy=True)))  # type: ignore[no-untyped-call]  # Apprise types it half
    host = parts.netloc.rpartition("@")[2]
    known = "." in host or ":" in host or host == "localhost"
    return f"{number}. {service.service_name} ({parts.scheme}://{host if known else host[:1] + '…'})"


class Post:
    """Send messages, each within a time limit; a target that hangs costs a few threads, never more."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()

    def send(self, target: Target, message: Message) -> str | None:
        """Send one message; return None, or in a few words what went wrong."""
        with self._lock:
            if self._running[target.key] >= HUNG:
                return "earlier messages still hang there"
            self._running[target.key] += 1
        answer: SimpleQueue[str | None] = SimpleQueue()
        threading.Thread(target=self._run, args=(target, message, answer), name="post", daemon=True).start()
        try:
            return answer.get(timeout=self._limit_s)
        except Empty:
            return f"no answer within {self._limit_s:g} s"

    def _run(self, target: Target, message: Message, answer: SimpleQueue[str | None]) -> None:
        try:
            answer.put(_deliver(target, message))
        except Exception as error:
            logger.exception("%s: %s", target.name, type(error).__name__, exc_info=False)  # its words may hold secrets
            answer.put(type(error).__name__)
        finally:
            with self._lock:
                self._running[target.key] -= 1


def _deliver(target: Target, message: Message) -> str | None:
    import apprise

    sender = apprise.Apprise(asset=_asset())
    service = _service(target.url)
    if service is None:
        return "Apprise does not accept the address"
    sender.add(service)
    result = sender.notify(
        title=message.title,
        body=message.body,
        notify_type=apprise.NotifyType(message.mood),
        body_format=apprise.NotifyFormat.TEXT,
    )
    if result:
        return None
    said = [entry.message for entry in result.logs()]
    return without_secrets(said[-1] if said else "it was not accepted", target)


def _service(url: str) -> NotifyBase | None:
    import apprise

    return apprise.Apprise.instantiate(url, asset=_asset())


def _asset() -> AppriseAsset:
    """Return Apprise's settings: its own time-out would keep the process from ending, so ours is used."""
    import apprise

    return apprise.AppriseAsset(app_id="Gem-AvatART", app_desc="Gem-AvatART reels", app_url="", service_timeout=0)


def without_secrets(text: str, target: Target) -> str:
    """Return a text without any part of a target's address that its name does not show, on one line and cut."""
    rest = target.url.partition("://")[2]
    secrets = {*_SECRET.findall(rest), *_SECRET.findall(unquote(rest))} - {*_SECRET.findall(target.name)}
    for secret in sorted(secrets, key=len, reverse=True):
        text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
    return " ".join(text.split())[:LONGEST_PROBLEM]


def names(targets: Sequence[Target]) -> dict[str, str]:
    """Return the targets' names by their keys."""
    return {target.key: target.name for target in targets}
