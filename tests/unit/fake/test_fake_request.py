"""The rules of POST /v3/videos and of idempotency keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fake_heygen.errors import STATUS_OF, ApiError
from fake_heygen.fields import is_loopback, is_receiver_url
from fake_heygen.idempotency import read_key
from fake_heygen.order import read_object, read_order
from fake_heygen.remembered import RememberedAnswer
from fake_heygen.video_request import read_video_request

Body = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"script": "x" * 5000},
        {"title": None, "voice_id": None, "unknown": {"field": 1}},
        {"aspect_ratio": "9:16", "resolution": "4k", "fit": "cover", "output_format": "mp4"},
        {"background": {"type": "color", "value": "#A1b2c3"}},
        {"background": {"type": "image", "url": "https://example.com/x.png"}},
        {"background": {"type": "image", "asset_id": "abc"}},
        {"caption": {"file_format": "srt", "style": "default"}},
        {"caption": {"file_format": "srt", "style": None}},
        {"voice_settings": {"speed": 0.5, "pitch": -50, "volume": 0, "locale": "es-MX"}},
        {"callback_url": "https://example.com/hook", "callback_id": "7"},
        {"callback_url": "http://127.0.0.1:8501/hook"},
        {"callback_url": "http://localhost/hook"},
    ],
)
def test_what_heygen_accepts_is_accepted(body: Body, fields: dict[str, Any]) -> None:
    read_video_request(body(**fields))


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"type": ...}, "type"),
        ({"type": "hologram"}, "type"),
        ({"type": "studio"}, "type"),
        ({"avatar_id": ...}, "avatar_id"),
        ({"avatar_id": 7}, "avatar_id"),
        ({"script": ...}, "script"),
        ({"script": ""}, "script"),
        ({"script": " \n"}, "script"),
        ({"script": "x" * 5001}, "script"),
        ({"script": ["x"]}, "script"),
        ({"audio_url": "https://example.com/a.mp3"}, "script"),
        ({"script": ..., "audio_asset_id": "a"}, "audio_asset_id"),
        ({"title": 7}, "title"),
        ({"resolution": "1080"}, "resolution"),
        ({"aspect_ratio": "3:2"}, "aspect_ratio"),
        ({"fit": "fill"}, "fit"),
        ({"background": "#ffffff"}, "background"),
        ({"background": {"type": "video"}}, "background.type"),
        ({"background": {"value": "#ffffff"}}, "background.type"),
        ({"background": {"type": "color", "value": "red"}}, "background.value"),
        ({"background": {"type": "image"}}, "background"),
        ({"background": {"type": "image", "url": "https://e.com/x", "asset_id": "a"}}, "background"),
        ({"background": {"type": "image", "url": "ftp://e.com/x"}}, "background.url"),
        ({"caption": {"file_format": "vtt"}}, "caption.file_format"),
        ({"caption": {"style": "neon"}}, "caption.style"),
        ({"voice_settings": {"speed": 0.49}}, "voice_settings.speed"),
        ({"voice_settings": {"speed": 1.51}}, "voice_settings.speed"),
        ({"voice_settings": {"pitch": 51}}, "voice_settings.pitch"),
        ({"voice_settings": {"volume": 1.1}}, "voice_settings.volume"),
        ({"voice_settings": {"volume": True}}, "voice_settings.volume"),
        ({"voice_settings": {"volume": float("nan")}}, "voice_settings.volume"),
        ({"output_format": "gif"}, "output_format"),
        ({"callback_url": "http://example.com/hook"}, "callback_url"),
        ({"callback_url": "https://"}, "callback_url"),
        ({"callback_url": "https://e.com:99999/"}, "callback_url"),
        ({"callback_url": "https://e.com/a b"}, "callback_url"),
        ({"callback_url": "javascript:alert(1)"}, "callback_url"),
        ({"callback_url": "http://127.0.0.1.example.com/hook"}, "callback_url"),
        ({"callback_url": "http://[::1/hook"}, "callback_url"),
        ({"callback_id": 7}, "callback_id"),
    ],
)
def test_what_heygen_refuses_is_refused_by_name(body: Body, fields: dict[str, Any], param: str) -> None:
    with pytest.raises(ApiError) as refusal:
        read_video_request(body(**fields))
    assert (refusal.value.status, refusal.value.code, refusal.value.param) == (400, "invalid_parameter", param)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"7", b"\xff", b'"text"'])
def test_body_that_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(ApiError) as refusal:
        read_object(raw)
    assert refusal.value.code == "invalid_parameter"


def test_unknown_presenter_and_unknown_voice_are_not_found() -> None:
    with pytest.raises(ApiError) as refusal:
        read_order({"type": "avatar", "avatar_id": "nobody", "script": "x"})
    assert (refusal.value.status, refusal.value.code) == (404, "avatar_not_found")
    with pytest.raises(ApiError) as refusal:
        read_order({"type": "avatar", "avatar_id": "lucia_studio_front", "script": "x", "voice_id": "none"})
    assert (refusal.value.status, refusal.value.code) == (404, "voice_not_found")


@pytest.mark.parametrize("key", ["a", "A-1_2:3.4", "x" * 255])
def test_idempotency_key_of_the_allowed_form_is_read(key: str) -> None:
    assert read_key(key) == key


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "ñ", "a/b", "a\n"])
def test_idempotency_key_of_another_form_is_refused(key: str) -> None:
    with pytest.raises(ApiError) as refusal:
        read_key(key)
    assert refusal.value.param == "Idempotency-Key"


def test_remembered_answer_is_given_for_a_day() -> None:
    answer = RememberedAnswer(key="k", at=100.0, status=200, body="{}")
    assert answer.valid(100.0 + 86399)
    assert not answer.valid(100.0 + 86400)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("a.localhost", True),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, local: bool) -> None:
    assert is_loopback(host) is local


def test_http_receivers_are_for_loopback_only() -> None:
    assert is_receiver_url("http://127.0.0.1:1/x")
    assert not is_receiver_url("http://192.168.0.1/x")
    assert is_receiver_url("https://192.168.0.1/x")


def test_every_error_code_answers_with_its_status_and_a_link_to_its_description() -> None:
    error = ApiError("voice_not_found", "no", param="voice_id").envelope()
    assert error == {
        "error": {
            "code": "voice_not_found",
            "message": "no",
            "param": "voice_id",
            "doc_url": "https://developers.heygen.com/docs/error-codes#voice_not_found",
        }
    }
    assert all(400 <= status < 600 for status in STATUS_OF.values())
