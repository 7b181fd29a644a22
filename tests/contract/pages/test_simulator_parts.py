"""The parts of the simulator's page: faults and rules, events and secrets, the journal, the truth, the three modes."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import comparison
from core.clock import utcnow
from core.config import Settings
from core.models import ReelStatus
from core.store import ReelFilter
from pages.ui import opened
from tests.contract.pages.conftest import Visit, World
from tests.unit.pages.states import drawn, texts


def tables(page: AppTest) -> dict[str, list[list[dict[str, Any]]]]:
    """Return the cells of every table of the page, by its label."""
    return {sheet["label"]: [row["cells"] for row in sheet["rows"]] for sheet in drawn(page, "sheet")}


# Faults


def choose_fault(page: AppTest, world: World, name: str) -> AppTest:
    """Choose a fault by its place in the lists, which is the same in every language."""
    faults = world.simulator.faults()
    [group] = [row["group"] for row in faults if row["grammar"] == name]
    groups = list(dict.fromkeys(row["group"] for row in faults))
    page.selectbox(key="fault-group").select_index(groups.index(group)).run()
    offered = [row["grammar"] for row in faults if row["group"] == group]
    return page.selectbox(key=f"fault-{group}").select_index(offered.index(name)).run()


def test_the_builder_speaks_spanish(world: World, visit: Visit) -> None:
    page = visit("simulator", "es", part="faults")
    assert page.selectbox(key="fault-group").options[:2] == ["Render", "Entregas"]
    assert {"Enviar ahora un reel con esto", "Probarlo en un reel nuevo"} <= {button.label for button in page.button}


def test_the_builder_offers_exactly_the_faults_of_the_simulator(world: World, visit: Visit) -> None:
    page = visit("simulator", "en", part="faults")
    offered: list[str] = []
    for group in list(page.selectbox(key="fault-group").options):
        page.selectbox(key="fault-group").select(group).run()
        [choice] = [box for box in page.selectbox if str(box.key).startswith("fault-") and box.key != "fault-group"]
        offered += choice.options
    rows = world.simulator.faults()
    assert offered == [f"{row['name']} · {row['does']}" for row in rows]


def test_a_fault_is_shown_with_its_sentences_in_both_notations(world: World, visit: Visit) -> None:
    page = choose_fault(visit("simulator", "en", part="faults"), world, "webhook=duplicate[:<count>]")
    assert "Each receiver is sent the event this many times in all, with one event id." in texts(page)
    assert "A sound client: Acknowledges every copy and acts on the first." in texts(page)
    page.text_input(key="value-webhook=duplicate[:<count>]-0").set_value("4").run()
    magic, toml = (page.code[n].value for n in (-2, -1))
    assert magic == "[[sim: webhook=duplicate:4]]"
    assert tomllib.loads(toml) == {"rule": [{"fate": {"webhook": "duplicate:4"}}]}


def test_a_wrong_value_is_refused_with_the_simulators_sentence(world: World, visit: Visit) -> None:
    page = choose_fault(visit("simulator", "en", part="faults"), world, "webhook=delay:<duration>")
    page.text_input(key="value-webhook=delay:<duration>-0").set_value("soon").run()
    assert page.error[0].value.startswith("The fake HeyGen refused this: 'soon' is not a time")
    assert not [button for button in page.button if button.key == "fault-send"]


def test_faults_are_combined_and_taken_away(world: World, visit: Visit) -> None:
    page = choose_fault(visit("simulator", "en", part="faults"), world, "webhook=drop")
    page.button(key="fault-keep").click().run()
    choose_fault(page, world, "message=<text>")
    assert page.code[-2].value == '[[sim: webhook=drop message="The studio is closed."]]'
    page.button(key="fault-drop-0").click().run()
    assert page.code[-2].value == '[[sim: message="The studio is closed."]]'


def test_a_fault_of_the_whole_account_says_so(world: World, visit: Visit) -> None:
    page = choose_fault(visit("simulator", "en", part="faults"), world, "spell=503:<duration>")
    assert "It strikes the whole account" in texts(page)


def test_a_reel_is_sent_with_the_fault(world: World, visit: Visit) -> None:
    page = choose_fault(visit("simulator", "en", part="faults"), world, "webhook=drop")
    page.button(key="fault-send").click().run()
    [reel] = world.product.store.reels.page(ReelFilter(), 9)
    assert (reel.title, reel.script) == (
        "webhook=drop",
        "This reel tries a fault of the simulator. [[sim: webhook=drop]]",
    )


def test_the_fault_is_handed_to_a_new_reel(world: World, visit: Visit) -> None:
    page = choose_fault(visit("simulator", "en", part="faults"), world, "webhook=drop")
    page.button(key="fault-try").click().run()
    assert page.title[0].value == "New reel"
    assert [area.value for area in page.text_area] == [
        "This reel tries a fault of the simulator. [[sim: webhook=drop]]"
    ]


def test_a_rule_is_added_for_a_title_and_all_are_taken_away(world: World, visit: Visit) -> None:
    page = choose_fault(visit("simulator", "en", part="faults"), world, "webhook=drop")
    page.text_input(key="rule-title").set_value("Otoño")
    page.button(key="rule-add").click().run()
    [written] = world.simulator.playing()["written"]
    assert tomllib.loads(written)["rule"] == [{"match": {"title": "Otoño"}, "fate": {"webhook": "drop"}}]
    assert page.code[-1].value == written
    page.button(key="rules-drop").click().run()
    assert world.simulator.playing()["written"] == []


# Events and secrets


def test_an_event_is_triggered_for_a_video(world: World, visit: Visit) -> None:
    video_id = world.video("render=1h")
    page = visit("simulator", "en")
    page.selectbox(key="trigger-type").set_value("avatar_video.fail").run()
    page.text_input(key="trigger-words").set_value("webhook=duplicate:2")
    page.button(key="trigger").click().run()
    assert not page.error
    sent = world.simulator.attempts(9)
    assert [(entry["video_id"], entry["event_type"]) for entry in sent] == [(video_id, "avatar_video.fail")] * 2


def test_an_event_that_nobody_wants_says_so(world: World, visit: Visit) -> None:
    world.video("render=1h")
    page = visit("simulator", "en")
    page.selectbox(key="trigger-type").set_value("avatar_video.success").run()
    page.text_input(key="trigger-words").set_value("webhook=drop")
    page.button(key="trigger").click().run()
    assert "nobody wants it" in page.error[0].value


def test_a_secret_is_rotated_after_the_receiver_was_registered(
    world: World, visit: Visit, receiver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEYGEN_WEBHOOK_BASE_URL", receiver.removesuffix("/webhooks"))
    page = visit("simulator", "en")
    page.button(key="rotate").click().run()
    assert "register it first" in page.error[0].value
    page.button(key="register").click().run()
    assert not page.error
    assert "the present secret" in texts(page)
    page.button(key="rotate").click().run()
    assert "one before, until" in texts(page)
    pages_own = opened._opened(Settings.from_env(), opened.st.get_option("server.port"))
    assert len(pages_own.client.endpoints()) == 1
    pages_own.client.close()


# The journal


def test_the_journal_is_searched_and_an_entry_is_shown_whole(world: World, visit: Visit) -> None:
    world.video("render=5s", title="Otoño")
    other = world.video("render=5s")
    world.simulator.set_clock(advance_s=10)
    page = visit("simulator", "en", part="journal")
    assert [row[0]["text"] for row in tables(page)["Journal"]] == [
        *["HeyGen sends avatar_video.success"] * 2,
        *["POST /v3/videos"] * 2,
    ]
    page.text_input(key="journal-search").set_value(other).run()
    assert len(tables(page)["Journal"]) == 2
    page.button_group(key="journal-kind").set_value("attempt").run()
    [sheet] = drawn(page, "sheet")
    assert len(sheet["rows"]) == 1
    page.session_state["journal-entry"] = sheet["rows"][0]["id"]
    page.run()
    assert json.loads(page.code[-1].value)["video_id"] == other


def test_the_journal_is_taken_away_as_searched(world: World) -> None:
    world.video("render=5s")
    other = world.video("render=5s")
    lines = world.simulator.journal_file("jsonl", q=other, kind="request").splitlines()
    assert [json.loads(line)["path"] for line in lines] == ["/v3/videos"]
    archive = json.loads(world.simulator.journal_file("har", q=other))
    assert len(archive["log"]["entries"]) == 1


def test_an_empty_journal_says_so(world: World, visit: Visit) -> None:
    assert "The journal is empty." in texts(visit("simulator", "en", part="journal"))
    page = visit("simulator", "en", part="journal")
    page.text_input(key="journal-search").set_value("nothing like it").run()
    assert "Nothing in the journal matches." in texts(page)


# The truth


def test_the_ledger_stands_beside_what_we_believe(world: World, visit: Visit) -> None:
    world.video("render=5s", title="Otoño")
    world.simulator.set_clock(advance_s=10)
    page = visit("simulator", "en", part="truth")
    [[reel, true, believed, paid, delivered, asked, _ended]] = tables(page)["Ledger"]
    assert (reel["text"], true["word"], believed["word"]) == ("Reel 1 · Otoño", "Completed", "In the making")
    assert (paid["text"], delivered["text"], asked["text"]) == ("1", "1", "0")


def test_every_promise_has_a_verdict_with_icon_and_word(world: World, visit: Visit) -> None:
    world.video("render=5s", status=ReelStatus.FAILED, detected_at=utcnow())
    world.video("render=5s", title="Bien", status=ReelStatus.COMPLETED, detected_at=utcnow())
    world.simulator.set_clock(advance_s=10)
    page = visit("simulator", "en", part="truth")
    promises = {cells[0]["text"]: cells[1] for cells in tables(page)["Verdict"]}
    assert (promises["No end is told wrongly"]["word"], promises["No end is told wrongly"]["icon"]) == (
        "Broken",
        "error",
    )
    assert promises["Nothing is lost"]["word"] == "Kept"
    assert len(promises) == 6
    [[kind, job, why]] = tables(page)["Findings"]
    assert (kind["text"], job["text"]) == ("No end is told wrongly", "1")
    assert why["text"] == "says failed; HeyGen says completed"


def test_an_end_that_is_just_not_known_yet_breaks_no_promise(world: World, visit: Visit) -> None:
    world.video("render=5s")
    world.simulator.set_clock(advance_s=10)
    verdicts = {
        cells[0]["text"]: cells[1]["word"] for cells in tables(visit("simulator", "en", part="truth"))["Verdict"]
    }
    assert verdicts["Nothing stays open that has ended"] == "Kept"
    world.simulator.set_clock(advance_s=3600)
    verdicts = {
        cells[0]["text"]: cells[1]["word"] for cells in tables(visit("simulator", "en", part="truth"))["Verdict"]
    }
    assert verdicts["Nothing stays open that has ended"] == "Broken"


def test_reels_of_before_a_new_beginning_are_not_judged(world: World, visit: Visit) -> None:
    world.video("render=5s")
    world.simulator.reset()
    page = visit("simulator", "en", part="truth")
    assert "The ledger is empty" in texts(page)
    world.video("render=5s")
    page = visit("simulator", "en", part="truth")
    assert "which nobody can judge: 1" in texts(page)
    assert {cells[1]["word"] for cells in tables(page)["Verdict"]} == {"Kept", "Measured"}


# Three modes

SIDE = {
    "states": {"completed": 2},
    "truth": {"completed": 2},
    "channels": {},
    "known_s": [0.5, 1.0],
    "p50_s": 0.5,
    "p95_s": 1.0,
    "asked": 2,
    "calls": 9,
    "webhooks": 2,
    "spent": 0.4,
    "sound": True,
    "findings": {},
}
BLIND = SIDE | {"states": {"processing": 2}, "known_s": [], "p50_s": None, "p95_s": None, "sound": False}


def note(world: World, **fact: Any) -> None:
    about = {"scenario": "webhooks-down", "reels": 2, "began_at": "", "speed": 3.0}
    world.product.store.facts.put(comparison.FACT, about | fact, utcnow())


def test_a_comparison_is_drawn_and_told_as_a_table(world: World, visit: Visit) -> None:
    sides = [
        BLIND | {"mode": "webhook", "findings": {"stuck": 2}},
        SIDE | {"mode": "polling"},
        SIDE | {"mode": "hybrid"},
    ]
    note(world, state="done", took_s=12.0, sides=sides)
    page = visit("simulator", "en", part="modes")
    rows = tables(page)["Three modes compared"]
    assert [row[0]["text"] for row in rows] == ["Webhook", "Polling", "Hybrid"]
    assert [row[1]["word"] for row in rows] == ["Not every promise kept", "Every promise kept", "Every promise kept"]
    assert rows[0][1]["note"] == "Nothing stays open that has ended: 2"
    assert [cell["text"] for cell in rows[0][2:]] == ["2 In the making", "never", "never", "2", "2", "US$0.40"]
    assert [cell["text"] for cell in rows[1][2:4]] == ["2 Ready", "0.5 s"]
    [chart] = page.get("vega_lite_chart")
    assert "webhooks-down with 2 reels" in texts(page)
    assert chart is not None


def test_a_comparison_under_way_shows_how_far_it_is(world: World, visit: Visit) -> None:
    note(world, state="running", elapsed_s=3.0, done={"webhook": 0, "polling": 1, "hybrid": 2})
    page = visit("simulator", "es", part="modes")
    assert [bar.text for bar in page.get("progress")] == [
        "Webhook: 0 de 2 terminados",
        "Polling: 1 de 2 terminados",
        "Híbrido: 2 de 2 terminados",
    ]
    page.button(key="compare").click().run()
    assert page.error[0].value == "Ya hay una comparación en marcha: espera a que termine."


def test_a_comparison_that_failed_or_died_is_one_sentence(world: World, visit: Visit) -> None:
    note(world, state="failed", problem={"message": "The fake HeyGen refused this: {text}", "values": {"text": "no"}})
    assert visit("simulator", "en", part="modes").error[0].value == "The fake HeyGen refused this: no"
    note(world, state="failed", problem=None)
    assert "ended without a result" in visit("simulator", "en", part="modes").error[0].value
