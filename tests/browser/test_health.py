"""Health, settings and help as a person walks through them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visit


def test_the_checks_run_at_a_press_and_are_there_for_the_next_who_looks(server: Server, visitor: Visit) -> None:
    page = visitor().open(f"{server.url}/health?part=checks")
    page.get_by_role("button", name="Hacer las comprobaciones").press("Enter")
    checks = page.get_by_role("list", name="Comprobaciones").get_by_role("listitem")
    expect(checks.filter(has_text="Base de datos")).to_contain_text("Bien", timeout=20_000)
    expect(checks.filter(has_text="un cuerpo sin firmar se rechaza")).to_have_count(1)
    other = visitor(locale="en-GB").open(f"{server.url}/health?part=checks")
    expect(other.get_by_text("As of")).to_be_visible(timeout=5_000)
    expect(other.get_by_role("listitem").filter(has_text="an unsigned body is refused")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_drawing_is_told_to_those_who_cannot_see_it(server: Server, visitor: Visit, scheme: str) -> None:
    page = visitor(width=390, scheme=scheme).open(f"{server.url}/health?part=modes")
    drawings = page.get_by_role("img", name="Del producto a HeyGen: crea este reel")
    expect(drawings).to_have_count(3, timeout=10_000)
    leaves = """svg => { const box = svg.getBoundingClientRect()
      return [...svg.querySelectorAll('text')].filter(text => { const own = text.getBoundingClientRect()
        return own.left < box.left - 1 || own.right > box.right + 1 }).map(text => text.textContent) }"""
    assert [drawings.nth(n).evaluate(leaves) for n in range(3)] == [[], [], []]


def test_the_parts_are_kept_in_the_address(server: Server, visitor: Visit) -> None:
    page = visitor().open(f"{server.url}/health")
    page.get_by_role("radio", name="Ajustes").click()
    page.wait_for_url("**/health?part=settings", timeout=5_000)
    page.reload()
    expect(page.get_by_role("radio", name="Ajustes")).to_be_checked(timeout=10_000)


def test_an_endpoint_is_registered_after_a_second_press(server: Server, visitor: Visit) -> None:
    page = visitor().open(f"{server.url}/health?part=webhooks")
    page.get_by_role("button", name="Registrar", exact=True).click()
    page.get_by_role("button", name="Registrar ahora").click()
    expect(page.get_by_text("El endpoint está registrado.")).to_be_visible(timeout=10_000)
    assert "whsec_" not in page.content()


def test_a_guide_is_walked_by_its_contents(server: Server, visitor: Visit) -> None:
    page = visitor().open(f"{server.url}/help?guide=operations")
    page.get_by_role("link", name="Qué significa cada alarma").click()
    expect(page.get_by_role("heading", name="Qué significa cada alarma")).to_be_in_viewport(timeout=5_000)
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", name="What each alarm means")).to_have_count(1, timeout=5_000)
