"""The certificate: our receiver and a sound one pass; each unsound one fails just what it does wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from core.store import DeliveryFilter
from fake_heygen.proof.certificate.document import Certificate
from fake_heygen.proof.certificate.examination import RULES, examine
from fake_heygen.proof.certificate.limits import Limits
from fake_heygen.proof.certificate.rule import Result
from fake_heygen.proof.certificate.subject import Operator, Subject
from tests.contract.fake.proof.hosting import NOT_RESTARTED, PLAIN, Hosted
from tests.contract.fake.proof.receivers.sound import SECRET, TOKEN
from tests.support.programs import Fake, Serve

AT_ONCE = 6
LIMITS = Limits(slow_s=4, crowd=16, stalled=8, kept=8)
BELIEVED = "was believed: it answered 200"

UNSOUND: dict[str, dict[str, str]] = {
    "document_route": {
        "reserialised-refused": BELIEVED,
        "tampered-refused": BELIEVED,
        "wrong-secret-refused": BELIEVED,
        "unsigned-refused": BELIEVED,
        "malformed-signature-refused": BELIEVED,
        "non-ascii-signature-refused": BELIEVED,
        "odd-values-survived": "data null must be answered with 2xx or 4xx; it answered 500",
        "no-object-refused": "JSON that is a list must be refused with 4xx; it answered 500",
        "deep-json-survived": "it answered 500",
        "large-body-refused": BELIEVED,
        "large-chunked-refused": BELIEVED,
        "slow-body-ended": "within 4 s; it was not",
    },
    "reserialises": {
        "raw-whitespace-believed": "it answered 401",
        "raw-escapes-believed": "it answered 401",
        "reserialised-refused": BELIEVED,
        "tampered-refused": "a space added after it was signed was believed",
    },
    "compares_text": {
        "non-ascii-signature-refused": "a signature in UTF-8 must be refused with 4xx; it answered 500",
        "refusals-alike": "answered 500: UTF-8, Latin-1",
    },
    "half_a_signature": {"malformed-signature-refused": "cut short was believed"},
    "explains_refusals": {"refusals-alike": "answered 403: one digit off"},
    "tells_signature": {"refusal-tells-nothing": "contains the right signature"},
    "guessable": {"guessed-token-refused": "whose token is changed must be refused; it answered 200"},
    "one_header": {"plain-header-believed": "Signature alone must be answered with 2xx; it answered 401"},
    "one_signature": {
        "several-signatures-believed": "separated by a comma, must be answered with 2xx; it answered 401"
    },
    "wants_timestamp": {
        "plain-header-believed": "it answered 401",
        "timestamp-not-required": "it answered 401",
        "late-retry-believed": "23 hours old must be answered with 2xx; it answered 401",
    },
    "trusts_json": {
        "odd-values-survived": "it answered 500",
        "invalid-json-refused": "an empty body must be refused with 4xx; it answered 500",
        "no-object-refused": "it answered 500",
        "wrong-charset-refused": "a body in Latin-1 must be refused with 4xx; it answered 500",
        "deep-json-survived": "it answered 500",
        "duplicate-keys-survived": "it answered 500",
        "odd-numbers-survived": "it answered 500",
        "gzip-bomb-refused": "it answered 500",
    },
    "unpacks": {"gzip-bomb-refused": "that unpack to 20 MiB was believed"},
    "no_limit": {"large-body-refused": "of 4 MiB was believed", "large-chunked-refused": "of 4 MiB was believed"},
    "post_only": {"options-answered": "it answered 405"},
    "redirects": {"no-redirect": "it answered 308, to /webhooks/"},
    "works_first": {"answers-in-time": "it gave no answer within 10 s"},
    "refuses_duplicates": {
        "duplicate-believed": "the same delivery once more must be answered with 2xx; it answered 409",
        "duplicates-at-once-believed": "it answered 409",
    },
    "known_events_only": {"unknown-event-believed": "avatar_video_gif.success must be answered with 2xx; it answered"},
    "success_is_final": {"any-order-believed": "avatar_video.fail after avatar_video.success must be"},
    "waits_for_ever": {"slow-body-ended": "within 4 s; it was not"},
    "one_at_a_time": {"stalled-bodies-block-nobody": "it gave no answer within 10 s"},
    "asks_the_store": {
        "options-answered": "it gave no answer within 1 s",
        "get-answered": "it gave no answer within 1 s",
        "head-answered": "it gave no answer within 1 s",
    },
    "wants_its_own_key": {"genuine-believed": "it answered 401"},
    "older_header": {"v3-header-believed": "it answered 401", "timestamp-not-required": "it answered 401"},
    "exact_case": {
        "header-case-ignored": "header names as signature must be answered with 2xx; it answered 401",
        "slow-body-ended": "within 4 s; it was not",
    },
    "signs_text": {"raw-unicode-believed": "it answered 401"},
    "signature_everywhere": {"token-believed": "it answered 401"},
    "strict_schema": {
        "older-shapes-believed": "it answered 422",
        "extra-fields-believed": "it answered 422",
        "missing-fields-believed": "a body without event_id must be answered with 2xx; it answered 422",
    },
    "exact_type": {"named-charset-believed": "it answered 415"},
    "leaks_slots": {
        "early-hang-up-survived": "after 20 senders that hung up early must be answered with 2xx; it answered 503",
        "many-at-once-believed": "it answered 503",
        "still-believes": "it answered 503",
    },
    "forgets": {"acknowledged-outlives-restart": "8 deliveries were acknowledged before the restart, and 0 were kept"},
}


class Ours:
    """Our receiver as a process, with a reel whose address has a token, to be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fake = Fake(folder)
        self._serve = self._start(None)
        self._serve.submit("Hola [[sim: render=1d]]")
        (callback_url,) = {
            json.loads(entry["body"])["callback_url"]
            for entry in self._fake.sim("POST", "wait", state="processing", timeout_s=15) and self._fake.journal()
            if entry["kind"] == "request" and entry["method"] == "POST"
        }
        self.subject = Subject(
            url=f"{self._serve.url}/webhooks/heygen",
            secret=SECRET,
            token_url=callback_url,
            limits=Limits(slow_s=35, kept=20),
            operator=Operator(restart=self._restart, count=self._count),
        )

    def _start(self, port: int | None) -> Serve:
        return Serve(self._folder, self._fake.url, mode="webhook", port=port, HEYGEN_WEBHOOK_SECRET=SECRET)

    def _restart(self) -> None:
        self._serve.kill()
        self._serve = self._start(self._serve.port)

    def _count(self) -> int:
        return len(self._serve.store.deliveries.page(DeliveryFilter(), 10_000))

    def examine(self) -> tuple[Certificate, str]:
        certificate = examine(self.subject)
        self._serve.stop()
        self._fake.stop()
        return certificate, self._serve.output


def certified(name: str, folder: Path) -> Certificate:
    hosted = Hosted(name, folder)
    plain = name in PLAIN
    subject = Subject(
        url=hosted.url,
        secret=SECRET,
        token_url=None if plain else f"{hosted.url}/{TOKEN}",
        limits=LIMITS,
        operator=Operator() if name in NOT_RESTARTED else Operator(restart=hosted.restart, count=hosted.count),
    )
    try:
        return examine(subject)
    finally:
        hosted.stop()


@pytest.fixture(scope="module")
def ours_and_others(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Future[tuple[Certificate, str]], dict[str, Future[Certificate]]]]:
    """Examine all at the same time, since most of it is waiting."""
    folder = tmp_path_factory.mktemp("receivers")
    ours = Ours(folder)
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(AT_ONCE) as pool:
        certificate = first.submit(ours.examine)
        yield certificate, {name: pool.submit(certified, name, folder) for name in ("sound", *UNSOUND)}


def told(certificate: Certificate) -> dict[str, str]:
    return {one.rule.name: one.reason for one in certificate.examined if one.result is Result.FAIL}


@pytest.mark.parametrize("name", UNSOUND)
def test_unsound_receiver_fails_exactly_what_it_does_wrong(ours_and_others, name: str) -> None:
    certificate = ours_and_others[1][name].result(100)
    reasons = told(certificate)
    assert set(reasons) == set(UNSOUND[name]), reasons
    for rule, reason in UNSOUND[name].items():
        assert reason in reasons[rule]
    assert not certificate.sound


def test_sound_receiver_passes_every_rule(ours_and_others) -> None:
    certificate = ours_and_others[1]["sound"].result(100)
    assert told(certificate) == {}
    assert certificate.counts()["skip"] == 0
    assert len(certificate.examined) == len(RULES)


def test_our_receiver_passes_every_rule_and_logs_no_error(ours_and_others) -> None:
    certificate, log = ours_and_others[0].result(110)
    assert told(certificate) == {}
    assert certificate.counts()["skip"] == 0
    assert "Traceback" not in log


def test_every_rule_is_failed_by_some_unsound_receiver() -> None:
    assert {rule for reasons in UNSOUND.values() for rule in reasons} == {rule.name for rule in RULES}
