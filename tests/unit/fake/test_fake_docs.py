"""The page of the simulator is made of what the program itself uses."""

from __future__ import annotations

from pathlib import Path

from fake_heygen.app import FakeHeyGen
from fake_heygen.clock import SimClock
from fake_heygen.docs import CALLS, KEYS, PAGE, page
from fake_heygen.faults import FAULTS
from fake_heygen.media.cabinet import Cabinet
from fake_heygen.scenario_reader import KNOWN, load_scenario
from fake_heygen.sender import Sender
from fake_heygen.simulation import Simulation


def test_the_page_of_the_simulator_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m fake_heygen.docs"


def test_every_fault_stands_once_on_the_page() -> None:
    assert {page().count(f"| `{fault.grammar}` |") for fault in FAULTS} == {1}


def test_every_control_call_is_told_and_no_other(tmp_path: Path) -> None:
    simulation = Simulation(load_scenario("healthy"), 1, SimClock(), Sender(), "http://127.0.0.1:1")
    routes = FakeHeyGen(simulation, Cabinet(tmp_path)).routes()
    served = {
        f"{method} {route.path.removeprefix('/_sim')}"
        for route in routes
        for method in route.methods or ()
        if route.path.startswith("/_sim/") and method != "HEAD"
    }
    assert served == {call for call, _ in CALLS}


def test_every_key_of_a_scenario_is_told_and_no_other() -> None:
    assert sorted(KNOWN) == sorted(key for key, _ in KEYS)
