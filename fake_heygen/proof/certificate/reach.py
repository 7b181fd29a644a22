"""Whether the receiver is there, answers in time, and knows a genuine delivery."""

from __future__ import annotations

from fake_heygen.proof.certificate.rule import Rule
from fake_heygen.proof.certificate.subject import Failed, Subject, must_believe, slowest


def _options(subject: Subject) -> str | None:
    must_believe(subject.ask("OPTIONS"), "the probe that HeyGen makes before it registers an address (OPTIONS, 1 s)")
    return None


def _get(subject: Subject) -> str | None:
    return _asked(subject, "GET")


def _head(subject: Subject) -> str | None:
    return _asked(subject, "HEAD")


def _asked(subject: Subject, method: str) -> str | None:
    answer = subject.ask(method)
    if answer.status is None or answer.status >= 500:
        raise Failed(f"a {method} must be answered within {subject.limits.probe_s:g} s, with no 5xx; it {answer}")
    return None


def _in_time(subject: Subject) -> str | None:
    answer = subject.genuine()
    if answer.status is None:
        raise Failed(f"a delivery must be answered within {subject.limits.answer_s:g} s; it {answer}")
    return slowest([answer], subject.limits)


def _no_redirect(subject: Subject) -> str | None:
    answer = subject.genuine()
    if answer.status is not None and 300 <= answer.status < 400:
        where = answer.header(b"location") or "nowhere"
        raise Failed(f"it {answer}, to {where}: HeyGen does not follow redirects")
    return None


def _genuine(subject: Subject) -> str | None:
    what = "a genuine delivery"
    if subject.secret is None and subject.token_url is None:
        what += " (unsigned: give --secret or --token-url if it needs one)"
    must_believe(subject.genuine(), what)
    return None


RULES = (
    Rule(name="options-answered", claim="OPTIONS is answered with 2xx within a second", examine=_options),
    Rule(name="get-answered", claim="GET is answered within a second, without an error of its own", examine=_get),
    Rule(name="head-answered", claim="HEAD is answered within a second, without an error of its own", examine=_head),
    Rule(name="answers-in-time", claim="a delivery is answered within 10 s", examine=_in_time, gate=True),
    Rule(name="no-redirect", claim="a delivery is not redirected", examine=_no_redirect, gate=True),
    Rule(name="genuine-believed", claim="a genuine delivery is answered with 2xx", examine=_genuine, gate=True),
)
