"""The OpenAPI document, and requests drawn from it: valid, invalid and one after another."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import ignored_auth

from fake_heygen.app import FakeHeyGen
from fake_heygen.clock import SimClock
from fake_heygen.media.cabinet import Cabinet
from fake_heygen.openapi.document import document
from fake_heygen.openapi.operations import KEY, OPERATIONS, TOKEN
from fake_heygen.scenario_reader import load_scenario
from fake_heygen.sender import Sender
from fake_heygen.simulation import Simulation

NUMBERS = itertools.count()
SCHEMA = schemathesis.openapi.from_dict(document())


def test_document_is_open_to_all_and_tells_every_route(server: Any) -> None:
    answer = httpx.get(f"{server.url}/openapi.json")
    assert answer.json() == document()
    assert answer.json()["openapi"] == "3.1.0"


def test_document_and_routes_are_the_same(tmp_path: Path) -> None:
    simulation = Simulation(load_scenario("healthy"), 1, SimClock(), Sender(), "http://127.0.0.1:1")
    routes = FakeHeyGen(simulation, Cabinet(tmp_path)).routes()
    served = {(method, route.path) for route in routes for method in route.methods or () if method != "HEAD"}
    described = {(operation.method.upper(), operation.path) for operation in OPERATIONS}
    assert {(method, path) for method, path in served if path.startswith("/v3/")} == described


def test_wrong_method_is_told_all_that_are_right(fake: Any) -> None:
    answer = fake.api.put(f"/v3/videos/{fake.video()}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "DELETE, GET, HEAD")


UPLOADED = {"id": ""}
TOKENS: dict[str, str] = {}
FUZZ = {"X-Api-Key": "fuzz"}


@pytest.fixture(scope="module")
def target(server: Any) -> str:
    """Return the address of a simulator that stands still, with an upload and full lists; it asks no receiver."""
    with httpx.Client(base_url=server.url) as api:
        api.put("/_sim/scenario", json={"name": "fuzz", "probe": False, "concurrency": 10_000, "wallet": 1e9})
        api.post("/_sim/reset")
        api.post("/_sim/clock", json={"frozen": True})
        sent = api.post("/v3/assets", files={"file": ("a.png", b"PNG", "image/png")}, headers=FUZZ)
        UPLOADED["id"] = sent.json()["data"]["asset_id"]
        for number in range(2):
            order = {"type": "avatar", "avatar_id": "lucia_studio_front", "script": "Hola. [[sim: render=1s]]"}
            api.post("/v3/videos", json=order, headers=FUZZ).raise_for_status()
            url = {"url": f"https://example.com/{number}", "events": ["batch.finished"]}
            api.post("/v3/webhooks/endpoints", json=url, headers=FUZZ).raise_for_status()
        api.post("/_sim/clock", json={"advance_s": 2})
        for path in (operation.path for operation in OPERATIONS if ("token", TOKEN) in operation.query):
            TOKENS[path] = api.get(path, params={"limit": 1}, headers=FUZZ).json()["next_token"]
    return str(server.url)


@SCHEMA.parametrize()
@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_drawn_request_is_answered_as_the_document_says(case: Any, target: str) -> None:
    key = str(case.headers.get("Idempotency-Key", ""))
    if re.fullmatch(KEY["pattern"], key):  # a key that is used again gets its first answer, whatever is sent
        case.headers["Idempotency-Key"] = f"{key[:240]}{next(NUMBERS)}"
    case.headers.pop("Transfer-Encoding", None)  # what belongs to HTTP itself is answered before the document's part
    _use_the_upload(case.body)  # of all ids, only those of uploads are good, which the document cannot say
    if re.fullmatch(TOKEN["pattern"], str(case.query.get("token"))):  # and of all tokens, only those that were given
        case.query["token"] = TOKENS[case.path]
    # any key but `invalid` is accepted, which is the one thing that the document's security does not say
    case.call_and_validate(base_url=target, headers=FUZZ, excluded_checks=[ignored_auth])


def _use_the_upload(body: Any) -> None:
    """Put the id of what was uploaded wherever a filled one stands."""
    inner = list(body.values()) if isinstance(body, dict) else body if isinstance(body, list) else []
    if isinstance(body, dict) and isinstance(body.get("asset_id"), str) and body["asset_id"]:
        body["asset_id"] = UPLOADED["id"]
    for value in inner:
        _use_the_upload(value)
