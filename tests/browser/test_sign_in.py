"""Sign in at a real OpenID Connect provider, and stand before the pages that are for others."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, Visit, keep, serve, until

PEOPLE = {
    "mar": {"email": "mar@example.com", "email_verified": True, "name": "Mar"},
    "quim": {"email": "quim@example.com", "email_verified": True, "name": "Quim"},
    "bo": {"email": "bo@other.test", "email_verified": True, "name": "Bo"},
}
SECRETS = """
[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "a secret that is long enough to sign with"
client_id = "reels"
client_secret = "shared with the provider"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[access]
domains = ["example.com"]
qa = ["quim@example.com"]
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Run the provider as a process of its own."""
    port = free_port()
    users = [word for sub, claims in PEOPLE.items() for word in ("--user-claims", json.dumps({"sub": sub, **claims}))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *users]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: answers(f"{url}/.well-known/openid-configuration"), 20, "the provider answers")
        yield url
    finally:
        process.terminate()
        process.wait(10)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def guarded(browser: Browser, provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the product with sign-in."""
    folder: Path = tmp_path_factory.mktemp("guarded")
    port = free_port()
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(SECRETS.format(port=port, provider=provider))
    with serve(folder, port=port) as running:
        yield Server(url=f"http://localhost:{port}", product=running.product)


def sign_in(page: Page, sub: str) -> None:
    page.get_by_role("button", name="Inicia sesión").click()
    page.locator("input[name=sub]").first.wait_for(timeout=15_000)
    page.locator(f"button[value={sub}], input[name=sub]").first.wait_for()
    known = page.get_by_role("button", name=re.compile(rf"\b{sub}\b"))
    if known.count():
        known.first.click()
    else:
        page.locator("input[name=sub]").first.fill(sub)
        page.get_by_role("button").first.click()


@pytest.mark.parametrize("path", ["/", "/new", "/deliveries", "/simulator", "/health", "/reel?id=1"])
def test_a_cold_deep_link_asks_to_sign_in_and_shows_nothing(guarded: Server, visitor: Visit, path: str) -> None:
    page = visitor().open(guarded.url + path)
    expect(page.locator("h1")).to_have_text("Inicia sesión")
    expect(page.get_by_role("link", name="Reels")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_marketing_signs_in_makes_a_reel_and_is_kept_from_the_simulator(guarded: Server, visitor: Visit) -> None:
    tab = visitor()
    page = tab.open(guarded.url + "/")
    keep(page, "sign-in")
    sign_in(page, "mar")
    expect(page.locator("h1")).to_have_text("Reels", timeout=15_000)
    expect(page.get_by_role("link", name="Simulador")).to_have_count(0)
    page.goto(guarded.url + "/simulator")
    expect(page.locator("h1")).to_have_text("No es para ti", timeout=15_000)
    keep(page, "forbidden-page")
    page.goto(guarded.url + "/new")
    page.get_by_label("Guion").fill("Hola a todos.")
    page.get_by_role("button", name="Crear el reel").click()
    expect(page).to_have_url(re.compile(r"/reel\?id=\d+"), timeout=15_000)
    number = int(page.url.rpartition("=")[2])
    assert guarded.product.store.timeline.of(number)[0].detail["by"] == "mar@example.com"
    page.get_by_role("button", name="Cerrar sesión").click()
    page.get_by_role("button", name="End session").click()  # the provider's own page
    expect(page.get_by_role("heading", name="Inicia sesión")).to_be_visible(timeout=15_000)


def test_qa_sees_the_simulator(guarded: Server, visitor: Visit) -> None:
    page = visitor().open(guarded.url + "/")
    sign_in(page, "quim")
    page.get_by_role("link", name="Simulador").first.click(timeout=15_000)
    expect(page.locator("h1")).to_have_text("Simulador", timeout=15_000)


def test_somebody_of_elsewhere_is_not_admitted(guarded: Server, visitor: Visit) -> None:
    page = visitor().open(guarded.url + "/")
    sign_in(page, "bo")
    expect(page.locator("h1")).to_have_text("Sin acceso", timeout=15_000)
    expect(page.get_by_text("bo@other.test no puede entrar aquí")).to_be_visible()
    keep(page, "not-admitted")


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({}, "/", 200),
        ({"Host": "reels.example.com"}, "/", 403),
        ({"X-Forwarded-For": "203.0.113.7"}, "/", 403),
        ({"X-Forwarded-Host": "reels.example.com"}, "/_stcore/health", 403),
        ({"Host": "reels.example.com", "X-Forwarded-For": "203.0.113.7"}, "/healthz", 200),
        ({"Host": "reels.example.com", "X-Forwarded-For": "203.0.113.7"}, "/webhooks/heygen", 200),
        ({"Host": "reels.example.com"}, "/metrics", 200),
    ],
)
def test_without_sign_in_strangers_reach_the_webhooks_and_no_page(
    server: Server, headers: dict[str, str], path: str, status: int
) -> None:
    assert httpx.get(server.url + path, headers=headers, timeout=10).status_code == status


def test_with_sign_in_a_public_name_is_fine(guarded: Server) -> None:
    assert httpx.get(guarded.url, headers={"Host": "reels.example.com"}, timeout=10).status_code == 200


def test_a_public_address_without_sign_in_does_not_start(tmp_path: Path) -> None:
    app = Path(__file__).resolve().parents[2] / "streamlit_app.py"
    command: list[Any] = [sys.executable, "-m", "streamlit", "run", app, "--server.port", "0"]
    command += ["--server.address", "0.0.0.0"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    said = ended.stderr.splitlines()[-1]  # Streamlit may say before that it found no address of the machine's outside
    assert said.startswith("The pages would listen at 0.0.0.0 and ask nobody to sign in")
    assert "Traceback" not in ended.stderr
