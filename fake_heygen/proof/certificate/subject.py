"""The receiver under examination: its address, what makes a delivery genuine for it, and how to send one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from fake_heygen.connection import Target
from fake_heygen.proof.certificate.event import SUCCESS, event, raw
from fake_heygen.proof.certificate.limits import Limits
from fake_heygen.proof.certificate.wire import Answer, Headers, exchange
from fake_heygen.signature import sign, signature_headers

BASIC = (("User-Agent", b"HeyGen-Webhooks/1.0 (simulated; certificate)"),)
JSON = (("Content-Type", b"application/json"),)


class Failed(Exception):
    """Report what the receiver did wrong."""


class Skipped(Exception):
    """Report why a check could not be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """What only the operator can do: restart the receiver, and count the events that it kept."""

    restart: Callable[[], None] | None = None
    count: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A receiver at `url`. Genuine is what `secret` signs; without one what comes to `token_url`; else anything."""

    url: str
    secret: str | None = field(default=None, repr=False)
    token_url: str | None = field(default=None, repr=False)
    video_id: str | None = None
    limits: Limits = field(default_factory=Limits)
    operator: Operator = field(default_factory=Operator)

    @property
    def genuine_url(self) -> str:
        """Return where genuine deliveries go."""
        return self.url if self.secret else self.token_url or self.url

    def body(self, event_type: str = SUCCESS, **data: Any) -> bytes:
        """Return the body of a new event."""
        return raw(self.event(event_type, **data))

    def event(self, event_type: str = SUCCESS, **data: Any) -> dict[str, Any]:
        """Return a new event, of the operator's video where one was named."""
        return event(event_type, **{"video_id": self.video_id} | data)

    def signed(
        self, body: bytes, *, secret: str | None = None, style: str = "both", at: float | None = None
    ) -> Headers:
        """Return the headers of a body: signed when there is a secret, in HeyGen's present, older or both styles."""
        key = secret or self.secret
        if key is None:
            return JSON
        moment = int(time.time() if at is None else at)
        headers = signature_headers(style, sign(key, body), timestamp=moment, event_id=f"evt_{moment}")
        return (*JSON, *((name, value.encode()) for name, value in headers.items()))

    def genuine(self, body: bytes | None = None, *, chunked: bool = False) -> Answer:
        """Send a delivery that must be believed."""
        body = self.body() if body is None else body
        return self.post(body, self.signed(body), url=self.genuine_url, chunked=chunked)

    def post(self, body: bytes, headers: Headers, *, url: str | None = None, chunked: bool = False) -> Answer:
        """Send a body with just these headers, to the account's address unless told."""
        target = Target.of(url or self.url)
        return exchange(target, "POST", (*BASIC, *headers), body, timeout_s=self.limits.answer_s, chunked=chunked)

    def ask(self, method: str, timeout_s: float | None = None) -> Answer:
        """Make a request without a body, as a probe does."""
        return exchange(Target.of(self.url), method, BASIC, b"", timeout_s=timeout_s or self.limits.probe_s)

    def at_once(self, bodies: Sequence[bytes]) -> list[Answer]:
        """Send genuine deliveries at the same time."""
        with ThreadPoolExecutor(len(bodies), "certificate") as pool:
            return list(pool.map(self.genuine, bodies))

    def key(self) -> str:
        """Return the secret, without which a check cannot be made."""
        if self.secret is None:
            raise Skipped("no --secret was given")
        return self.secret


def must_believe(answer: Answer, what: str) -> None:
    """Fail the receiver unless it answered with 2xx."""
    if not answer.believed:
        raise Failed(f"{what} must be answered with 2xx; it {answer}")


def must_refuse(answer: Answer, what: str) -> None:
    """Fail the receiver unless it answered with 4xx."""
    if answer.believed:
        raise Failed(f"{what} was believed: it {answer}")
    if not answer.refused:
        raise Failed(f"{what} must be refused with 4xx; it {answer}")


def must_survive(answer: Answer, what: str) -> None:
    """Fail the receiver unless it answered with 2xx or 4xx."""
    if not (answer.believed or answer.refused):
        raise Failed(f"{what} must be answered with 2xx or 4xx; it {answer}")


def slowest(answers: Iterable[Answer], limits: Limits) -> str | None:
    """Return a warning when an answer took long."""
    longest = max(answer.seconds for answer in answers)
    return f"the slowest answer took {longest:.1f} s" if longest > limits.quick_s else None
