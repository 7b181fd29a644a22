"""Write the journal as an HTTP archive (HAR 1.2), which browsers and proxies open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fake_heygen.proof.moment import iso

VERSION = "1.2"
CREATOR = {"name": "fake_heygen", "version": "simulated"}
UNKNOWN = -1
Entry = Mapping[str, Any]


def archive(entries: Iterable[Entry], base_url: str) -> dict[str, Any]:
    """Return the archive; requests that we received lead to `base_url`, attempts to their receivers."""
    written = [_received(entry, base_url) if entry["kind"] == "request" else _attempted(entry) for entry in entries]
    return {"log": {"version": VERSION, "creator": CREATOR, "entries": written}}


def _received(entry: Entry, base_url: str) -> dict[str, Any]:
    query = f"?{entry['query']}" if entry.get("query") else ""
    url = base_url.rstrip("/") + entry["path"] + query
    request = _request(entry["method"], url, entry["headers"], entry["body"])
    response = _response(entry["status"], entry["response"], headers=entry["response_headers"])
    return _entry(entry, request, response, "request received")


def _attempted(entry: Entry) -> dict[str, Any]:
    answer = entry["response"] or {}
    request = _request("POST", entry["url"], entry["request"]["headers"], entry["request"]["body"])
    about = f"attempt {entry['attempt']} of delivery {entry['delivery_id']}, event {entry['event_id']}"
    about += f", fault {entry['fault']}" if entry.get("fault") else ""
    response = _response(answer.get("status"), answer.get("body"), error=entry["error"], headers=answer.get("headers"))
    return _entry(entry, request, response, about)


def _entry(entry: Entry, request: dict[str, Any], response: dict[str, Any], comment: str) -> dict[str, Any]:
    return {
        "startedDateTime": iso(entry["at"]),
        "time": 0,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": comment,
    }


def _request(method: str, url: str, headers: Mapping[str, str], body: str | None) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers.items()),
        "queryString": _pairs(parse_qsl(urlsplit(url).query, keep_blank_values=True)),
        "headersSize": UNKNOWN,
        "bodySize": len((body or "").encode()),
    }
    if body:
        request["postData"] = {"mimeType": _type(headers), "text": body}
    return request


def _response(
    status: int | None, body: str | None, *, error: str | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Write an answer; one that never came has status 0, as browsers write it."""
    headers = headers or {}
    mime_type = _type(headers) or "application/octet-stream"
    content = {"size": len((body or "").encode()), "mimeType": mime_type, "text": body or ""}
    return {
        "status": status or 0,
        "statusText": _phrase(status) if status else (error or "no answer"),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers.items()),
        "content": content,
        "redirectURL": "",
        "headersSize": UNKNOWN,
        "bodySize": content["size"],
    }


def _pairs(items: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in items]


def _type(headers: Mapping[str, str]) -> str:
    return next((value for name, value in headers.items() if name.lower() == "content-type"), "")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
