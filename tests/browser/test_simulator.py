"""How QA lives on the simulator's page: plays a scenario, resends a delivery, breaks things, compares the modes."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.clock import utcnow
from core.config import DEMO_KEY
from core.models import Reel, ReelStatus
from core.product import DEMO_URL
from core.simulator import Simulator
from core.store import ReelFilter
from fake_heygen.cli.process import Process
from tests.browser.conftest import Server, Visit, keep, serve, until

SOON_MS = 20_000


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one product for this file, with webhooks that count as overdue after three seconds."""
    with serve(tmp_path_factory.mktemp("product"), HEYGEN_FALLBACK_AFTER_S="3") as running:
        yield running


@pytest.fixture
def simulator(server: Server) -> Iterator[Simulator]:
    """Return the simulator of the running product, playing its demo in a new world."""
    found = Simulator(str(server.product.store.facts.get(DEMO_URL)), DEMO_KEY)
    found.set_clock(frozen=False, speed=1.0)
    found.play("demo")
    found.reset()
    yield found
    found.set_clock(frozen=False, speed=1.0)
    found.play("demo")
    found.close()


def choose(page: Page, label: str, words: str) -> None:
    """Choose in a list by typing, as with the keyboard alone."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.fill(words)
    page.get_by_role("option", name=words).first.click()


def rows(page: Page, table: str) -> Locator:
    return page.get_by_role("table", name=table).locator("tbody").get_by_role("row")


def done(server: Server, title: str, count: int) -> bool:
    reels = server.product.store.reels.page(ReelFilter(text=title), 50)
    return sum(reel.status is ReelStatus.COMPLETED for reel in reels) >= count


def test_a_scenario_is_played_and_a_delivery_is_sent_again(
    server: Server, visitor: Visit, simulator: Simulator
) -> None:
    tab = visitor()
    page = tab.open(f"{server.url}/simulator")
    choose(page, "Escenario", "duplicate-storm")
    page.get_by_role("button", name="Ponerlo en marcha").click()
    expect(page.get_by_text("En marcha: duplicate-storm")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("button", name="Enviar 10 reels").click()
    until(lambda: simulator.health()["videos"] == 10, 20, "ten videos are ordered")
    page.get_by_text("Parado").click()
    until(lambda: bool(simulator.clock()["frozen"]), 5, "the clock stands still")
    page.get_by_role("button", name="+1 min").click()
    until(lambda: all(row["outcome"] for row in simulator.ledger()), 20, "every render has ended")
    attempts = rows(page, "Intentos de entrega")
    expect(attempts.first).to_contain_text("duplicate-storm", timeout=SOON_MS)
    attempts.first.get_by_role("button").press("Enter")
    sides = page.locator(".st-key-attempt-sides")
    expect(sides.get_by_text("Lo que respondió el receptor")).to_be_visible(timeout=SOON_MS)
    expect(sides).to_contain_text('"event_type": "avatar_video')
    before = len(simulator.attempts(500))
    sides.get_by_role("button", name="Reenviar").click()
    expect(page.get_by_text("Se ha enviado de nuevo.")).to_be_visible(timeout=SOON_MS)
    until(lambda: len(simulator.attempts(500)) == before + 1, 10, "one more attempt")
    expect(attempts.first).to_contain_text("200", timeout=SOON_MS)
    keep(page, "scenario-delivery-resent")
    until(lambda: done(server, "duplicate-storm", 10), 20, "every reel is done, once")
    page.get_by_text("Verdad").click()
    promises = rows(page, "Veredicto")
    expect(promises).to_have_count(6, timeout=SOON_MS)
    expect(promises.filter(has_text="Nada se paga dos veces")).to_contain_text("Cumplida")
    expect(rows(page, "Libro de cuentas")).to_have_count(10)
    keep(page, "scenario-truth")
    assert tab.hosts <= {"127.0.0.1", ""}


def test_an_outage_of_webhooks_is_seen_on_the_dashboard_and_so_is_its_end(
    server: Server, visitor: Visit, simulator: Simulator
) -> None:
    """HeyGen sends no webhook for ten minutes; the clock is the simulator's, moved on its page."""
    page, dashboard = visitor().open(f"{server.url}/simulator"), visitor().open(f"{server.url}/")
    choose(page, "Escenario", "webhooks-down-for-ten-minutes")
    page.get_by_role("button", name="Ponerlo en marcha").click()
    expect(page.get_by_text("En marcha: webhooks-down-for-ten-minutes")).to_be_visible(timeout=SOON_MS)
    page.get_by_text("Parado").click()
    until(lambda: bool(simulator.clock()["frozen"]), 5, "the clock stands still")
    step(page, simulator, "+1 min")
    webhooks = dashboard.locator("section").filter(has=dashboard.get_by_role("heading", name="Webhooks"))
    render(server, simulator, page, "Durante", 2)
    expect(webhooks).to_contain_text("No llegan", timeout=SOON_MS)
    expect(webhooks).to_contain_text("abierto: faltaron dos seguidos")
    assert arrivals(server)["missed"] >= 2
    keep(dashboard, "outage-breaker-open")
    step(page, simulator, "+10 min")
    on_time = arrivals(server).get("on_time", 0)
    for turn in range(3):  # a sweep may come first, and that tells nothing of webhooks
        render(server, simulator, page, f"Después {turn}", 3)
        if not server.product.processor.channel().open:
            break
    expect(webhooks).to_contain_text("Llegan", timeout=SOON_MS)
    expect(webhooks).to_contain_text("cerrado")
    assert arrivals(server)["on_time"] >= on_time + 3
    keep(dashboard, "outage-breaker-closed")


def render(server: Server, simulator: Simulator, page: Page, title: str, n: int) -> None:
    """Let some reels be ordered, and end within a simulated minute."""
    before = simulator.health()["videos"]
    server.product.processor.enqueue_many([Reel(title=f"{title} {k}", script="Hola.") for k in range(n)])
    until(lambda: simulator.health()["videos"] == before + n, 15, f"{n} videos are ordered")
    step(page, simulator, "+1 min")
    until(lambda: done(server, title, n), 30, f"{title}: all are done")


def step(page: Page, simulator: Simulator, label: str) -> None:
    """Move the simulated clock by its button, and wait until it has moved."""
    before = simulator.clock()["now"]
    page.get_by_role("button", name=label).click()
    until(lambda: simulator.clock()["now"] > before, 10, f"the clock has moved {label}")


def arrivals(server: Server) -> dict[str, int]:
    """Return how many webhooks came on time, late, or not when they were due."""
    return server.product.processor.channel().totals


def test_a_fault_is_built_and_a_reel_meets_it(server: Server, visitor: Visit, simulator: Simulator) -> None:
    page = visitor(width=390, scheme="dark").open(f"{server.url}/simulator?part=faults")
    choose(page, "Tipo de fallo", "Render")
    expect(page.get_by_text("[[sim: render=30s]]")).to_be_visible(timeout=SOON_MS)
    choose(page, "Fallo", "outcome=failed")
    expect(page.get_by_text("[[sim: outcome=failed]]")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("button", name="Enviar ahora un reel con esto").click()

    def failed() -> bool:
        reels = server.product.store.reels.page(ReelFilter(text="outcome"), 5)
        return bool(reels) and reels[0].status is ReelStatus.FAILED

    until(lambda: simulator.health()["videos"] == 1, 15, "the video is ordered")
    simulator.set_clock(advance_s=60)
    until(failed, 15, "the reel has failed")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    keep(page, "phone-dark-fault-built")


def test_the_words_are_carried_to_a_new_reel(server: Server, visitor: Visit, simulator: Simulator) -> None:
    page = visitor().open(f"{server.url}/simulator?part=faults")
    expect(page.get_by_text("[[sim: webhook=drop]]")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("button", name="Probarlo en un reel nuevo").click()
    page.wait_for_url("**/new?*", timeout=SOON_MS)
    expect(page.get_by_label("Guion")).to_have_value("Este reel prueba un fallo del simulador. [[sim: webhook=drop]]")


def test_the_journal_is_downloaded(server: Server, visitor: Visit, simulator: Simulator) -> None:
    server.product.processor.enqueue(Reel(title="Diario", script="Hola. [[sim: render=1s]]"))
    until(lambda: bool(simulator.attempts(9)), 25, "a delivery")
    page = visitor().open(f"{server.url}/simulator?part=journal")
    expect(rows(page, "Diario").filter(has_text="avatar_video.success").first).to_be_visible(timeout=SOON_MS)
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON Lines").click()
    assert "POST" in download.value.path().read_text()


@pytest.mark.long
def test_the_modes_are_compared_side_by_side(server: Server, visitor: Visit, simulator: Simulator) -> None:
    page = visitor().open(f"{server.url}/simulator?part=modes")
    page.get_by_text("6", exact=True).click()
    page.get_by_role("button", name="Ejecutar los tres modos").click()
    expect(page.get_by_text("Híbrido: 0 de 6 terminados")).to_be_visible(timeout=30_000)
    compared = rows(page, "Comparación de los tres modos")
    expect(compared).to_have_count(3, timeout=60_000)
    expect(compared.filter(has_text="Webhook").first).to_contain_text("No todas las promesas cumplidas")
    expect(compared.filter(has_text="Polling")).to_contain_text("6 Listo")
    assert simulator.health()["videos"] == 0  # the demo's own world was left alone


def test_the_page_says_that_the_simulator_is_gone_and_recovers_by_itself(fresh_server: Server, visitor: Visit) -> None:
    page = visitor().open(f"{fresh_server.url}/simulator")
    expect(page.get_by_text("Hora simulada")).to_be_visible(timeout=SOON_MS)
    os.kill(process_of(fresh_server.product.store.path.with_name("fake_heygen.json")), signal.SIGKILL)
    expect(page.get_by_text("El HeyGen simulado no responde en")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text("Hora simulada")).to_have_count(0)
    with Process("--port", "0", "--scenario", "demo") as another:
        fresh_server.product.store.facts.put(DEMO_URL, another.url, utcnow())
        expect(page.get_by_text("Hora simulada")).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_text("El HeyGen simulado no responde en")).to_have_count(0)


def process_of(state: Path) -> int:
    """Return the process of the simulator that keeps its world in a file."""
    listed = subprocess.run(["ps", "-axwwo", "pid,command"], capture_output=True, text=True, check=True).stdout
    [line] = [line for line in listed.splitlines() if "fake_heygen" in line and str(state) in line]
    return int(line.split()[0])
