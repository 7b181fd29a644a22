"""The simulator's page, read without a browser, steering a real simulator."""

from __future__ import annotations

import socket

import pytest

from core.clock import utcnow
from core.product import DEMO_URL, Product
from core.store import ReelFilter
from tests.contract.pages.conftest import Visit, World
from tests.unit.pages.states import drawn, texts


def test_a_simulator_that_is_gone_is_one_sentence(product: Product, visit: Visit) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        product.store.facts.put(DEMO_URL, f"http://127.0.0.1:{nobody.getsockname()[1]}", utcnow())
        page = visit("simulator", "en")
        assert "does not answer at" in page.warning[0].value
        assert not page.exception
        assert not page.selectbox


def test_the_page_recovers_when_the_simulator_comes_back(world: World, visit: Visit) -> None:
    url = world.product.store.facts.get(DEMO_URL)
    world.product.store.facts.put(DEMO_URL, None, utcnow())
    page = visit("simulator", "en")
    assert not page.selectbox
    world.product.store.facts.put(DEMO_URL, url, utcnow())
    page.run()
    assert page.selectbox(key="scenario").value == "healthy"


# The scenario


def test_a_scenario_is_shown_with_its_sentences_and_played(world: World, visit: Visit) -> None:
    page = visit("simulator", "en")
    page.selectbox(key="scenario").set_value("webhooks-down").run()
    [row] = [row for row in world.simulator.scenarios() if row["name"] == "webhooks-down"]
    assert row["description"] in texts(page)
    assert f"A sound client: {row['sound_client']}" in texts(page)
    assert world.simulator.playing()["name"] == "healthy"
    page.button(key="play").click().run()
    assert world.simulator.playing()["name"] == "webhooks-down"
    assert "Plays: webhooks-down" in texts(page)


def test_a_scenarios_reels_are_sent(world: World, visit: Visit) -> None:
    page = visit("simulator", "es")
    page.selectbox(key="scenario").set_value("bad-line").run()
    page.button(key="send").click().run()
    reels = world.product.store.reels.page(ReelFilter(), 100)
    assert len(reels) == 14
    assert (reels[-1].title, reels[-1].script) == (
        "bad-line 1/14",
        "Este reel prueba el escenario bad-line: número 1 de 14.",
    )


def test_beginning_anew_forgets_the_videos(world: World, visit: Visit) -> None:
    world.video()
    visit("simulator", "en").button(key="reset").click().run()
    assert world.simulator.health()["videos"] == 0


def test_a_refusal_is_said_in_one_sentence(world: World, visit: Visit) -> None:
    world.video()
    world.simulator.set_clock(advance_s=60)
    page = visit("simulator", "es")
    [sheet] = drawn(page, "sheet")
    page.session_state["attempt"] = sheet["rows"][0]["id"]
    page.run()
    world.simulator.reset()
    page.button(key="resend").click().run()
    assert page.error[0].value.startswith("El HeyGen simulado lo ha rechazado: No se encuentra la entrega dlv_")


# The clock


def test_the_clock_is_frozen_sped_up_and_stepped(world: World, visit: Visit) -> None:
    page = visit("simulator", "en")
    pace = page.button_group(key="pace")
    assert pace.value == "frozen"
    pace.set_value("60").run()
    assert (world.simulator.clock()["frozen"], world.simulator.clock()["speed"]) == (False, 60)
    page.button_group(key="pace").set_value("frozen").run()
    before = world.simulator.clock()["now"]
    for key in ("step-60", "step-600", "step-3600", "step-86400"):
        page.button(key=key).click().run()
    assert world.simulator.clock()["now"] - before == pytest.approx(60 + 600 + 3600 + 86_400)


def test_the_pace_that_somebody_else_has_set_is_shown(world: World, visit: Visit) -> None:
    page = visit("simulator", "en")
    world.simulator.set_clock(frozen=False, speed=3600.0)
    assert page.run().button_group(key="pace").value == "3600"


def test_the_next_thing_is_named_and_stepped_to(world: World, visit: Visit) -> None:
    world.video("render=50s", title="Otoño")
    page = visit("simulator", "es")
    assert "en 50 s · termina un render · Reel 1 · Otoño" in texts(page)
    page.button(key="step-next").click().run()
    [row] = world.simulator.ledger()
    assert row["outcome"] == "completed"


def test_with_nothing_due_there_is_no_next_step(world: World, visit: Visit) -> None:
    page = visit("simulator", "en")
    assert page.button(key="step-next").disabled
    assert "Nothing is due." in texts(page)


def test_a_key_that_is_forgotten_after_a_day_is_nothing_to_wait_for(world: World, visit: Visit) -> None:
    world.video("render=5s")
    world.simulator.set_clock(advance_s=10)
    assert world.simulator.clock()["next"]["kind"] == "forget_key"
    page = visit("simulator", "en")
    assert page.button(key="step-next").disabled
    assert "Nothing is due." in texts(page)


# Deliveries


def test_attempts_are_listed_with_reel_answer_and_fault(world: World, visit: Visit) -> None:
    world.video("render=5s webhook=duplicate:2", title="Doble")
    world.simulator.set_clock(advance_s=10)
    [sheet] = drawn(visit("simulator", "en"), "sheet")
    assert len(sheet["rows"]) == 2
    event, answer, fault, _time = sheet["rows"][0]["cells"]
    assert (event["text"], event["note"]) == ("avatar_video.success", "Reel 1 · Doble")
    assert (answer["word"], answer["text"], answer["icon"]) == ("Acknowledged", "200", "check_circle")
    assert (answer["note"], fault["text"]) == ("attempt 1", "webhook=duplicate:2")


def test_a_chosen_attempt_shows_both_sides_and_is_sent_again(world: World, visit: Visit) -> None:
    video_id = world.video("render=5s")
    world.simulator.set_clock(advance_s=10)
    page = visit("simulator", "en")
    [sheet] = drawn(page, "sheet")
    page.session_state["attempt"] = sheet["rows"][0]["id"]
    page.run()
    sent, answered = page.code[-2].value, page.code[-1].value
    assert sent.startswith("POST http://127.0.0.1:")
    assert f'"video_id": "{video_id}"' in sent
    assert answered == "HTTP 200\n\nOK"
    page.button(key="resend").click().run()
    assert [entry["attempt"] for entry in world.simulator.attempts(9)] == [2, 1]
    [sheet] = drawn(page, "sheet")
    assert [row["chosen"] for row in sheet["rows"]] == [False, True]


def test_an_attempt_that_reached_nobody_says_why(world: World, visit: Visit) -> None:
    world.video("render=5s wire=refused:1")
    world.simulator.set_clock(advance_s=10)
    page = visit("simulator", "en")
    [sheet] = drawn(page, "sheet")
    assert sheet["rows"][0]["cells"][1]["word"] == "Not reached"
    page.session_state["attempt"] = sheet["rows"][0]["id"]
    assert "ConnectionRefusedError" in page.run().code[-1].value
