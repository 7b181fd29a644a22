from __future__ import annotations

from typing import Any

import httpx
import pytest

from core.tunnel import API, Tunnel, find, leading_to
from core.values import LOOPBACK


def ngrok(*rows: Any) -> httpx.MockTransport:
    return httpx.MockTransport(
        lambda _request: httpx.Response(200, json={"tunnels": list(rows), "uri": "/api/tunnels"})
    )


def row(url: str = "https://abc123.ngrok.app", addr: str = "http://localhost:8501") -> dict[str, Any]:
    return {"name": "command_line", "public_url": url, "proto": "https", "config": {"addr": addr, "inspect": True}}


@pytest.mark.parametrize(
    ("addr", "port"),
    [
        ("http://localhost:8501", 8501),
        ("localhost:8501", 8501),
        ("8501", 8501),
        ("http://[::1]:8501/", 8501),
        ("https://example.com", None),
        ("file:///tmp", None),
    ],
)
def test_a_tunnel_is_read_with_the_port_it_leads_to(addr: str, port: int | None) -> None:
    assert find(transport=ngrok(row(addr=addr))) == [Tunnel(url="https://abc123.ngrok.app", port=port)]


def test_only_https_is_offered_and_junk_is_passed_over() -> None:
    rows = [
        row("http://abc123.ngrok.app"),
        row("tcp://0.tcp.ngrok.io:1"),
        "junk",
        {"config": 3},
        row("https://b.test/"),
    ]
    assert find(transport=ngrok(*rows)) == [Tunnel(url="https://b.test", port=8501)]
    assert find(transport=ngrok()) == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"tunnels": None}),
        httpx.Response(302, headers={"Location": "https://elsewhere.test"}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
    ],
)
def test_what_is_no_ngrok_is_none(answer: Any) -> None:
    def handle(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    assert find(transport=httpx.MockTransport(handle)) is None


def test_the_one_that_leads_here_is_chosen() -> None:
    tunnels = [Tunnel(url="https://a.test", port=5000), Tunnel(url="https://b.test", port=8501)]
    assert leading_to(8501, tunnels) == tunnels[1]
    assert leading_to(8502, tunnels) is None


def test_nothing_but_the_loopback_is_asked() -> None:
    assert httpx.URL(API).host in LOOPBACK
