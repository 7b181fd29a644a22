"""In Spanish the simulator's page says nothing in English but names: whatever the simulator tells of itself, too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import comparison
from core.clock import utcnow
from core.models import ReelStatus
from fake_heygen import scenario
from fake_heygen.faults import BY_NAME
from pages.ui.simulator.spoken import spoken
from tests.contract.pages.conftest import Visit, World
from tests.contract.pages.test_simulator_parts import BLIND, SIDE, choose_fault
from tests.unit.pages.messages import spanish
from tests.unit.pages.states import drawn, texts
from tests.unit.pages.test_every_page import foreign

PARTS = ("deliveries", "faults", "journal", "truth", "modes")
BADGE = re.compile(r":\w+-badge\[:material/\w+: |\]$")
BETWEEN = re.compile(r" · |: |\n")
PLACE = re.compile(r"\\\{\w+\\\}")  # as re.escape writes the place of a value
LABELLED = ("selectbox", "text_input", "button", "download_button", "expander", "popover", "metric", "button_group")


def shown(page: AppTest) -> Iterator[str]:
    """Yield every text of the page, whole and in its parts."""
    labels = [str(getattr(element, "label", "")) for kind in LABELLED for element in page.get(kind)]
    choices = [element.options for kind in ("selectbox", "button_group") for element in page.get(kind)]
    tables = chain.from_iterable(written(sheet) for sheet in drawn(page, "sheet"))
    for text in (*texts(page).splitlines(), *labels, *map(str, chain.from_iterable(choices)), *tables):
        yield from (BADGE.sub("", text), *BETWEEN.split(text))


def written(sheet: dict[str, Any]) -> Iterator[str]:
    """Yield every text of a table."""
    yield sheet["label"]
    yield from (column["name"] for column in sheet["columns"])
    for row in sheet["rows"]:
        yield from (str(cell.get(part, "")) for cell in row["cells"] for part in ("text", "note", "word"))


@cache
def templates() -> list[re.Pattern[str]]:
    """Return what matches the product's own English texts that have values in them."""
    ids = [str(entry.id) for entry in spanish() if entry.id and entry.string != entry.id]
    return [re.compile(PLACE.sub("(.+)", re.escape(text))) for text in ids if "{" in text and " " in text]


def english(page: AppTest) -> set[str]:
    """Return what the page says in English although there is Spanish for it; scenarios and faults keep their names."""
    own = foreign("es")
    lines = {line.strip() for line in shown(page)} - {*scenario.names(), *BY_NAME}
    untold = {line for line in lines if spoken(line, "es") != line}
    return untold | (lines & own) | {line for line in lines if any(shape.fullmatch(line) for shape in templates())}


def break_promises(world: World) -> None:
    """Let every table of the page have something to tell."""
    world.video("render=5s wire=refused:1")
    world.video("render=5s", status=ReelStatus.FAILED, detected_at=utcnow())
    world.video("render=1h", status=ReelStatus.COMPLETED, detected_at=utcnow())
    world.video("render=2h")
    world.simulator.set_clock(advance_s=10)
    world.simulator.add_rule({"webhook": "drop"})
    sides = [
        BLIND | {"mode": "webhook", "findings": {"stuck": 2}},
        SIDE | {"mode": "polling"},
        SIDE | {"mode": "hybrid"},
    ]
    about = {"scenario": "webhooks-down", "reels": 2, "began_at": "", "speed": 3.0, "took_s": 12.0}
    world.product.store.facts.put(comparison.FACT, about | {"state": "done", "sides": sides}, utcnow())


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_page_says_nothing_in_english(world: World, visit: Visit, part: str) -> None:
    break_promises(world)
    assert english(visit("simulator", "es", part=part)) == set()


def test_english_would_be_found(world: World, visit: Visit) -> None:
    break_promises(world)
    found = english(visit("simulator", "en", part="truth"))
    assert {"Ledger", "Broken", "says failed; HeyGen says completed", "Plays: healthy"} <= found


def test_a_point_of_the_chart_is_told_in_spanish(world: World, visit: Visit) -> None:
    break_promises(world)
    [chart] = visit("simulator", "es", part="modes").get("vega_lite_chart")
    layers = json.loads(chart.proto.spec)["layer"]
    told = [[(field["field"], field["title"]) for field in layer["encoding"]["tooltip"]] for layer in layers]
    assert told == [[("mode", "Modo"), ("told", "Segundos simulados tras el final"), ("kind", "Qué")]] * 3


def test_what_is_wrong_with_a_fault_is_said_in_spanish(world: World, visit: Visit) -> None:
    page = choose_fault(visit("simulator", "es", part="faults"), world, "webhook=delay:<duration>")
    page.text_input(key="value-webhook=delay:<duration>-0").set_value("pronto").run()
    told = (
        "El HeyGen simulado lo ha rechazado: 'pronto' no es un tiempo; escribe 20s, 5m, 2h, 3d o un número de segundos"
    )
    assert page.error[0].value == told


def test_an_attempt_that_reached_nobody_says_why_in_spanish(world: World, visit: Visit) -> None:
    world.video("render=5s wire=refused:1")
    world.simulator.set_clock(advance_s=10)
    page = visit("simulator", "es")
    page.session_state["attempt"] = drawn(page, "sheet")[0]["rows"][0]["id"]
    assert page.run().code[-1].value == "ConnectionRefusedError: no se pudo llegar al receptor (simulado)"
