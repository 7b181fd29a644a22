from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from core.errors import BadAnswer, HeyGenError, HeyGenRefused, OutcomeUnknown, Unreachable
from core.heygen import HeyGenClient, retry_after_s
from core.models import RemoteStatus
from tests.factories import NOW, Wire, refusal

KEY = "key-that-is-secret"
BASE = "https://heygen.test"

Call = Callable[[HeyGenClient], Any]


@contextmanager
def client_on(handler: Callable[[httpx.Request], httpx.Response]) -> Iterator[HeyGenClient]:
    client = HeyGenClient(KEY, BASE, transport=httpx.MockTransport(handler))
    try:
        yield client
    finally:
        client.close()


def answering(*answers: httpx.Response | Exception) -> tuple[Callable[[httpx.Request], httpx.Response], list[Any]]:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        answer = answers[min(len(seen), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handle, seen


def ok(data: object, **more: object) -> httpx.Response:
    return httpx.Response(200, json={"data": data, **more})


VIDEO = {"id": "v1", "status": "processing"}
ENDPOINT = {"endpoint_id": "e1", "secret": "whsec_new"}
CALLS: list[tuple[Call, object, str, str, object]] = [
    (
        lambda c: c.create_video({"type": "avatar", "script": "Hola"}, "reel-1"),
        {"video_id": "v1"},
        "POST",
        "/v3/videos",
        {"type": "avatar", "script": "Hola"},
    ),
    (lambda c: c.get_video("v1"), VIDEO, "GET", "/v3/videos/v1", None),
    (lambda c: c.get_video("a/b?c#d e"), VIDEO, "GET", "/v3/videos/a%2Fb%3Fc%23d%20e", None),
    (lambda c: c.video_statuses(["v1", "v2"]), [], "GET", "/v3/videos/statuses?video_ids=v1%2Cv2", None),
    (lambda c: c.videos_since(NOW, "A&B")[0], [VIDEO], "GET", "/v3/videos?limit=100&title=A%26B", None),
    (lambda c: c.videos_since(NOW)[0], [VIDEO], "GET", "/v3/videos?limit=100", None),
    (lambda c: c.delete_video("v1"), {"id": "v1", "deleted": True}, "DELETE", "/v3/videos/v1", None),
    (lambda c: c.me(), {"username": "ana"}, "GET", "/v3/users/me", None),
    (lambda c: c.avatars(), [], "GET", "/v3/avatars?limit=50", None),
    (lambda c: c.looks(), [], "GET", "/v3/avatars/looks?limit=50", None),
    (lambda c: c.voices(), [], "GET", "/v3/voices?limit=100", None),
    (
        lambda c: c.create_endpoint("https://reels.test/webhooks/heygen"),
        ENDPOINT,
        "POST",
        "/v3/webhooks/endpoints",
        {"url": "https://reels.test/webhooks/heygen", "events": None},
    ),
    (lambda c: c.endpoints(), [], "GET", "/v3/webhooks/endpoints?limit=100", None),
    (
        lambda c: c.update_endpoint("e1", events=["avatar_video.fail"]),
        ENDPOINT,
        "PATCH",
        "/v3/webhooks/endpoints/e1",
        {"events": ["avatar_video.fail"]},
    ),
    (lambda c: c.delete_endpoint("e1"), {}, "DELETE", "/v3/webhooks/endpoints/e1", None),
    (lambda c: c.rotate_secret("e1"), ENDPOINT, "POST", "/v3/webhooks/endpoints/e1/rotate-secret", None),
    (
        lambda c: list(c.events("avatar_video.fail")),
        [],
        "GET",
        "/v3/webhooks/events?limit=100&event_type=avatar_video.fail",
        None,
    ),
]


@pytest.mark.parametrize(("call", "data", "method", "target", "body"), CALLS)
def test_each_call_is_spelled_as_heygen_documents_it(
    call: Call, data: object, method: str, target: str, body: object
) -> None:
    handle, seen = answering(ok(data))
    with client_on(handle) as client:
        call(client)
    [request] = seen
    assert request.method == method
    assert request.url.raw_path.decode() == target
    assert request.headers["X-Api-Key"] == KEY
    assert request.headers["Accept"] == "application/json"
    assert (json.loads(request.content) if request.content else None) == body
    assert request.headers.get("Idempotency-Key") == ("reel-1" if target == "/v3/videos" and body else None)


def test_answers_become_our_values() -> None:
    with client_on(Wire()) as client:
        video_id = client.create_video({"title": "Launch"}, "reel-1")
        assert client.create_video({"title": "other"}, "reel-1") == video_id
        assert client.get_video(video_id).status is RemoteStatus.RUNNING
        assert client.video_statuses([video_id, "nobody"])["nobody"].status is RemoteStatus.MISSING
        assert [video.title for video in client.videos_since(NOW, "Lau")[0]] == ["Launch"]
        assert (client.me().name, client.me().balance) == ("ana", 50.0)
        assert client.looks()[0]["id"] == "look_1"


def test_ids_that_heygen_leaves_out_of_a_bulk_answer_are_missing_here_too() -> None:
    handle, _ = answering(ok([{"video_id": "v2", "status": "failed", "error": None}, "junk", None]))
    with client_on(handle) as client:
        assert set(client.video_statuses(["v1", "v2", "v3"])) == {"v2"}


def test_a_bulk_row_without_a_status_counts_as_left_out() -> None:
    rows = [{"video_id": "v1", "status": None}, {"status": "failed"}, {"video_id": "v3", "status": "completed"}]
    handle, _ = answering(ok(rows))
    with client_on(handle) as client:
        assert set(client.video_statuses(["v1", "v2", "v3"])) == {"v3"}


def test_writes_wait_120_seconds_and_reads_30() -> None:
    handle, seen = answering(ok({"video_id": "v1", "id": "v1", "status": "processing"}))
    with client_on(handle) as client:
        client.create_video({}, "reel-1")
        client.get_video("v1")
        client.delete_video("v1")
    post, get, delete = (request.extensions["timeout"] for request in seen)
    assert (post["read"], post["connect"]) == (120, 10)
    assert (get["read"], get["connect"]) == (30, 10)
    assert delete["read"] == 30


def test_unknown_keys_and_headers_in_a_good_answer_are_ignored() -> None:
    headers = {"deprecation": "true", "sunset": "Sat, 01 Jan 2028 00:00:00 GMT"}
    body = {"warning": "move to v4", "data": VIDEO | {"novel": {"x": 1}}}
    handle, _ = answering(httpx.Response(200, json=body, headers=headers))
    with client_on(handle) as client:
        assert client.get_video("v1").raw_status == "processing"


HTML = httpx.Response(200, html="<h1>Down for maintenance</h1>")
GZIP = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"not gzip"))


@pytest.mark.parametrize(
    "answer",
    [
        HTML,
        httpx.Response(200, content=b'{"data": {"id": "v1"'),
        httpx.Response(200, content=b""),
        httpx.Response(204),
        httpx.Response(200, json=[]),
        httpx.Response(200, json=None),
        httpx.Response(200, json={"data": None}),
        httpx.Response(200, json={"data": "v1"}),
        httpx.Response(200, json={"id": "v1", "status": "processing"}),
        httpx.Response(200, json={"data": {}}),
        httpx.Response(200, content=b"\xff\xfe\x00"),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b'{"data": {"id": "v1", "status": "x", "duration": ' + b"9" * 5000 + b"}}"),
    ],
)
@pytest.mark.parametrize(
    "call", [lambda c: c.get_video("v1"), lambda c: c.create_video({}, "reel-1")], ids=["get", "create"]
)
def test_a_200_that_is_not_heygens_json_is_no_answer(answer: httpx.Response, call: Call) -> None:
    handle, _ = answering(answer)
    with client_on(handle) as client, pytest.raises(BadAnswer) as caught:
        call(client)
    assert isinstance(caught.value, OutcomeUnknown)


@pytest.mark.parametrize("data", [None, {}, "v1", {"videos": []}])
def test_a_list_that_is_none_is_no_answer(data: object) -> None:
    handle, _ = answering(ok(data))
    with client_on(handle) as client, pytest.raises(BadAnswer):
        client.videos_since(NOW)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 422, 429])
def test_an_error_answer_keeps_status_code_words_field_and_request_id(status: int) -> None:
    handle, _ = answering(refusal(status, "the_code"))
    with client_on(handle) as client, pytest.raises(HeyGenRefused) as caught:
        client.create_video({}, "reel-1")
    error = caught.value
    assert (error.status, error.code, error.text) == (status, "the_code", "words of the_code")
    assert (error.param, error.request_id, error.retry_after_s) == ("script", "req_1", None)
    assert str(error) == f"HeyGen answered {status} the_code: words of the_code"


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"error": null}', b'{"error": "no"}', b'{"error": {"code": null}}'],
)
def test_an_error_answer_without_heygens_envelope_is_still_that_status(body: bytes) -> None:
    handle, _ = answering(httpx.Response(403, content=body))
    with client_on(handle) as client, pytest.raises(HeyGenRefused) as caught:
        client.get_video("v1")
    assert (caught.value.status, caught.value.code, caught.value.text) == (403, "unknown", "Forbidden")


def test_heygens_words_may_hold_braces_and_half_characters() -> None:
    error = {"code": "invalid_parameter", "message": "use {script} not {0}\ud83d", "param": 7}
    handle, _ = answering(httpx.Response(400, content=json.dumps({"error": error}).encode()))
    with client_on(handle) as client, pytest.raises(HeyGenRefused) as caught:
        client.get_video("v1")
    assert caught.value.text == "use {script} not {0}?"
    assert "use {script}" in str(caught.value)
    assert caught.value.param is None


@pytest.mark.parametrize("status", [429, 503])
def test_a_date_to_come_back_at_is_read_by_the_clock_of_whoever_wrote_it(status: int) -> None:
    dates = {"Date": "Tue, 01 Jan 2030 00:00:00 GMT", "Retry-After": "Tue, 01 Jan 2030 00:00:40 GMT"}
    handle, _ = answering(httpx.Response(status, headers=dates))
    with client_on(handle) as client, pytest.raises(HeyGenError) as caught:
        client.get_video("v1")
    assert caught.value.retry_after_s == 40  # type: ignore[attr-defined]  # both kinds have it


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
def test_a_5xx_is_no_answer_and_may_say_when_to_come_back(status: int) -> None:
    handle, _ = answering(httpx.Response(status, headers={"Retry-After": "9"}))
    with client_on(handle) as client, pytest.raises(OutcomeUnknown) as caught:
        client.create_video({}, "reel-1")
    assert caught.value.retry_after_s == 9
    assert str(status) in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_so_that_the_key_goes_nowhere_else(status: int) -> None:
    handle, seen = answering(httpx.Response(status, headers={"Location": "https://evil.test/"}))
    with client_on(handle) as client, pytest.raises(HeyGenError):
        client.get_video("v1")
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (httpx.ConnectError("DNS"), Unreachable),
        (httpx.ConnectTimeout("slow"), Unreachable),
        (httpx.PoolTimeout("busy"), Unreachable),
        (httpx.ReadTimeout("slow"), OutcomeUnknown),
        (httpx.WriteTimeout("slow"), OutcomeUnknown),
        (httpx.ReadError("reset"), OutcomeUnknown),
        (httpx.WriteError("reset"), OutcomeUnknown),
        (httpx.RemoteProtocolError("closed"), OutcomeUnknown),
        (httpx.DecodingError("gzip"), OutcomeUnknown),
        (httpx.InvalidURL("odd"), OutcomeUnknown),
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_only_a_connection_that_never_was_means_nothing_was_sent(
    raised: Exception, expected: type[HeyGenError], method: str
) -> None:
    handle, _ = answering(raised)
    with client_on(handle) as client, pytest.raises(HeyGenError) as caught:
        client.create_video({}, "reel-1") if method == "POST" else client.get_video("v1")
    assert type(caught.value) is expected
    assert caught.value.__cause__ is raised


def test_an_answer_that_cannot_be_decoded_is_no_answer() -> None:
    with client_on(answering(GZIP)[0]) as client, pytest.raises(OutcomeUnknown):
        client.get_video("v1")


STALE = [httpx.RemoteProtocolError("closed"), httpx.ReadError("reset"), httpx.WriteError("pipe")]


@pytest.mark.parametrize("stale", STALE)
def test_a_read_is_tried_once_more_when_a_kept_connection_was_stale(stale: Exception) -> None:
    handle, seen = answering(stale, ok(VIDEO))
    with client_on(handle) as client:
        assert client.get_video("v1").video_id == "v1"
    assert len(seen) == 2


@pytest.mark.parametrize("stale", STALE)
def test_a_read_is_not_tried_a_third_time(stale: Exception) -> None:
    handle, seen = answering(stale, stale, ok(VIDEO))
    with client_on(handle) as client, pytest.raises(OutcomeUnknown):
        client.get_video("v1")
    assert len(seen) == 2


@pytest.mark.parametrize("raised", [*STALE, httpx.ReadTimeout("slow"), httpx.ConnectError("DNS")])
def test_a_write_is_never_tried_again_here(raised: Exception) -> None:
    handle, seen = answering(raised, ok({"video_id": "v1"}))
    with client_on(handle) as client, pytest.raises(HeyGenError):
        client.create_video({}, "reel-1")
    assert len(seen) == 1


def test_a_read_that_was_too_slow_is_not_tried_again_here() -> None:
    handle, seen = answering(httpx.ReadTimeout("slow"), ok(VIDEO))
    with client_on(handle) as client, pytest.raises(OutcomeUnknown):
        client.get_video("v1")
    assert len(seen) == 1


def test_a_list_is_followed_by_its_tokens_to_the_end() -> None:
    pages = [
        ok([VIDEO], has_more=True, next_token="t 1"),
        ok([VIDEO | {"id": "v2"}], has_more=True, next_token="t2"),
        ok([VIDEO | {"id": "v3"}], has_more=False, next_token="t3"),
    ]
    handle, seen = answering(*pages)
    with client_on(handle) as client:
        assert [video.video_id for video in client.videos_since(NOW)[0]] == ["v1", "v2", "v3"]
    assert [request.url.params.get("token") for request in seen] == [None, "t 1", "t2"]


@pytest.mark.parametrize("token", [None, 7, ""])
def test_a_list_without_a_usable_token_ends(token: object) -> None:
    handle, seen = answering(ok([VIDEO], has_more=True, next_token=token))
    with client_on(handle) as client:
        client.videos_since(NOW)
    assert len(seen) <= 20


def test_a_list_that_never_ends_is_left_after_a_bounded_number_of_pages() -> None:
    handle, seen = answering(ok([VIDEO], has_more=True, next_token="same"))
    with client_on(handle) as client:
        assert len(client.videos_since(NOW)[0]) == 20
    assert len(seen) == 20


def date(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("17", 17),
        (" 17 ", 17),
        ("17.5", None),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("²", None),
        (date(90), 90),
        (date(-90), 0),
        ("Tue, 24 Nov 2026 12:00:30", 30),
        ("Tue, 99 Nov 2026 12:00:30 GMT", None),
        ("Tue, 24 Nov 2026 12:00:30 +99999999999999999999", None),
        ("Tue, 24 Nov 99999999999999999999 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_else_ignored(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds


@pytest.mark.parametrize("value", ["9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_an_absurd_retry_after_silences_us_for_a_day_at_most(value: str) -> None:
    assert retry_after_s(value, NOW) == 86_400


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("value", ["0", "00", date(0), date(-40)])
def test_to_be_told_to_wait_no_time_is_to_be_told_nothing(frozen: Any, status: int, value: str) -> None:
    handle, _ = answering(httpx.Response(status, headers={"Retry-After": value}))
    with client_on(handle) as client, pytest.raises(HeyGenError) as caught:
        client.create_video({}, "reel-1")
    assert caught.value.retry_after_s is None  # type: ignore[attr-defined]  # both kinds have it


def test_a_refusal_carries_its_retry_after(frozen: Any) -> None:
    handle, _ = answering(refusal(429, "rate_limit_exceeded", **{"Retry-After": date(40)}))
    with client_on(handle) as client, pytest.raises(HeyGenRefused) as caught:
        client.me()
    assert caught.value.retry_after_s == 40


@pytest.mark.parametrize("header", [{}, {"Date": "yesterday"}, {"Date": "Tue, 24 Nov 2026 12:00:00 GMT"}])
def test_heygens_clock_is_read_where_it_is_told(header: dict[str, str]) -> None:
    handle, _ = answering(httpx.Response(200, json={"data": {}}, headers=header))
    with client_on(handle) as client:
        expected = datetime(2026, 11, 24, 12, tzinfo=UTC) if "GMT" in header.get("Date", "") else None
        assert client.server_time() == expected


@pytest.mark.parametrize(
    "answer",
    [refusal(401, "unauthorized"), httpx.Response(500), HTML, httpx.ReadTimeout("slow"), httpx.ConnectError("DNS")],
)
def test_no_error_and_no_repr_tells_the_key(answer: httpx.Response | Exception) -> None:
    handle, _ = answering(answer)
    with client_on(handle) as client:
        with pytest.raises(HeyGenError) as caught:
            client.create_video({"callback_url": "https://reels.test/token-that-is-secret"}, "reel-1")
        assert "secret" not in f"{caught.value!r} {caught.value} {client!r} {vars(caught.value)}"


def test_making_a_client_opens_nothing_and_closing_it_twice_is_fine() -> None:
    client = HeyGenClient(KEY, lambda: "https://later.test")
    client.close()
    client.close()
    assert client.base_url == "https://later.test"


def test_the_address_may_be_found_late() -> None:
    handle, seen = answering(ok(VIDEO))
    where = ["https://one.test"]
    client = HeyGenClient(KEY, lambda: where[0], transport=httpx.MockTransport(handle))
    client.get_video("v1")
    where[0] = "https://two.test"
    client.get_video("v1")
    client.close()
    assert [request.url.host for request in seen] == ["one.test", "two.test"]
