"""What the page of health does to the world: checks, the endpoint at HeyGen, a tunnel; all servers are real."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core import doctor, tunnel
from core.secret_file import SecretFile
from tests.contract.pages.conftest import Visit, World
from tests.unit.pages.states import drawn, texts


class Answering(BaseHTTPRequestHandler):
    """Answer as ngrok's local API does, and OPTIONS as a receiver does."""

    def do_GET(self) -> None:
        rows = [{"public_url": "https://abc123.ngrok.app", "config": {"addr": "http://localhost:8501"}}]
        body = json.dumps({"tunnels": rows}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    do_OPTIONS = do_GET  # noqa: N815  # the name that http.server asks for


@contextmanager
def listening() -> Iterator[str]:
    """Run a server that answers as ngrok's local API and as a receiver that is reached; return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ngrok(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a local API where ngrok's would be."""
    with listening() as address:
        monkeypatch.setattr(tunnel.find, "__defaults__", (f"{address}/api/tunnels", None))
        yield


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a public address that answers."""
    with listening() as address:
        monkeypatch.setenv("HEYGEN_WEBHOOK_BASE_URL", address)
        yield


def test_the_button_runs_the_checks_and_keeps_them_for_all(world: World, visit: Visit) -> None:
    page = visit("health", "en", part="checks")
    page.button(key="examine").click().run(timeout=30)
    rows = {row["what"]: row for row in drawn(page, "checks")[0]["checks"]}
    assert (rows["HeyGen"]["word"], rows["Database"]["word"]) == ("Good", "Good")
    assert "the bundled fake at http://127.0.0.1" in rows["HeyGen"]["seen"]
    assert "As of" in texts(page)
    kept = doctor.kept(world.product)
    assert kept is not None
    assert len(kept[1]) == len(rows)
    assert drawn(visit("health", "es", part="checks"), "checks")[0]["checks"]


def test_an_endpoint_is_looked_for_registered_and_rotated(world: World, reached: None, visit: Visit) -> None:
    page = visit("health", "en", part="webhooks")
    page.button(key="look").click().run()
    assert page.info[-1].value == "HeyGen knows no endpoint that leads here."
    page.button(key="rotate").click().run()
    page.button(key="endpoint-do").click().run()
    assert "No endpoint is registered for" in page.error[-1].value
    page.button(key="register").click().run()
    page.button(key="endpoint-do").click().run()
    assert page.success[-1].value == "The endpoint is registered."
    secrets = SecretFile(world.product.store.path)
    assert len(secrets.read()) == 1
    page.button(key="rotate").click().run()
    page.button(key="endpoint-do").click().run()
    assert page.success[-1].value == "The secret was rotated."
    assert len(secrets.read()) == 2
    assert not [secret.secret for secret in secrets.read() if secret.secret in str(page.main)]
    page.button(key="look").click().run()
    assert page.success[-1].value == "HeyGen has an endpoint that leads here."


def test_why_heygen_does_not_register_an_address_is_said(world: World, visit: Visit) -> None:
    page = visit("health", "en", part="webhooks")
    page.button(key="register").click().run()
    page.button(key="endpoint-do").click().run()
    assert r"HeyGen answered 400 invalid\_parameter" in page.error[-1].value
    assert not SecretFile(world.product.store.path).read()


def test_a_running_ngrok_is_found_and_its_address_offered(world: World, ngrok: None, visit: Visit) -> None:
    page = visit("health", "es", part="webhooks")
    page.button(key="find-tunnel").click().run()
    assert "Un túnel llega hasta aquí." in texts(page)
    assert "HEYGEN_WEBHOOK_BASE_URL=https://abc123.ngrok.app" in page.code[0].value


def test_without_ngrok_the_page_says_how_to_start_it(world: World, visit: Visit) -> None:
    page = visit("health", "en", part="webhooks")
    if tunnel.find() is not None:
        pytest.skip("an ngrok runs on this machine")
    page.button(key="find-tunnel").click().run()
    assert "No ngrok runs on this machine." in texts(page)
