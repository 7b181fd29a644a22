"""The page of the deliveries, read without a browser."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.check import Told, told
from core.clock import utcnow
from core.models import NewDelivery, Verdict
from core.product import Product
from core.store import DeliveryFilter
from pages.ui import replays
from pages.ui.verdicts import MEANINGS, VERDICTS
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, processing, texts

LOUD = "<img src=x onerror=alert(1)> **a** :red[b] ![c](https://evil.test/x.png)"


def came(product: Product, verdict: Verdict | None = None, **fields: Any) -> int:
    """Store a delivery, settle it where a verdict is given, and return its id."""
    settled = {name: fields.pop(name) for name in ("set_aside", "note", "video_id", "again_at") if name in fields}
    n = 1 + sum(product.store.deliveries.counts().values())
    details = {"video_id": settled.get("video_id", f"video{n}"), **fields.pop("details", {})}
    event = fields.pop("event_type", "avatar_video.success")
    body = json.dumps({"event_type": event, "event_data": details}, ensure_ascii=False).encode()
    base = {"received_at": utcnow(), "reel_id": None, "auth": "signature", "headers": {"signature": "***"}}
    product.store.deliveries.record([NewDelivery(**{**base, "event_type": event, "body": body, **fields})])
    if verdict is not None:
        delivery = product.store.deliveries.get(n)
        assert delivery is not None
        product.store.deliveries.settle(delivery, verdict, now=utcnow(), **settled)
    return n


def rows(page: AppTest, key: str = "log") -> list[dict[str, Any]]:
    """Return the rows of the list, or of those set aside."""
    lists = drawn(page, "log")
    wanted = lists[0] if key == "aside-log" else lists[-1]
    return list(wanted["rows"])


def codes(page: AppTest) -> list[str]:
    return [str(code.value) for code in page.code]


@pytest.mark.parametrize(
    ("language", "mode", "said"),
    [
        ("es", "hybrid", "Crea un reel: HeyGen avisa"),
        ("en", "hybrid", "Make a reel: HeyGen calls"),
        ("en", "polling", "In polling mode HeyGen is asked instead"),
    ],
)
def test_without_deliveries_the_page_says_how_they_come(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, language: str, mode: str, said: str
) -> None:
    monkeypatch.setenv("HEYGEN_PROCESSING_MODE", mode)
    page = visit("deliveries", language)
    assert said in texts(page)
    assert not drawn(page, "log")


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_verdict_has_a_word_an_icon_and_a_meaning(product: Product, visit: Visit, language: str) -> None:
    assert set(VERDICTS) == set(MEANINGS) == set(Verdict)
    for verdict in Verdict:
        came(product, None if verdict is Verdict.WAITING else verdict)
    page = visit("deliveries", language)
    shown = rows(page)
    assert len({row["word"] for row in shown}) == len(Verdict)
    assert all(row["icon"] and row["colour"] for row in shown)
    facets = page.button_group(key="facets").options
    assert len(facets) == len(Verdict)
    assert all(option.endswith(" 1") for option in facets)


def test_set_aside_ones_stand_on_top(product: Product, visit: Visit) -> None:
    came(product, Verdict.POISON, set_aside=True)
    came(product, Verdict.APPLIED)
    page = visit("deliveries", "en")
    assert "Deliveries set aside: 1" in texts(page)
    assert [row["id"] for row in rows(page, "aside-log")] == [1]
    assert [row["id"] for row in rows(page)] == [2, 1]
    assert (
        "Deliveries set aside" not in texts(visit("deliveries", "en", id="2")) or rows(page)[1]["word"] == "Set aside"
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"verdict": "applied"}, [2]),
        ({"verdict": "aside"}, [1]),
        ({"of_reel": "7"}, [3, 2]),
        ({"of_reel": "#7", "verdict": "waiting"}, [3]),
        ({"event": "avatar_video.fail"}, [3]),
        ({"find": "canción"}, [3]),
        ({"find": "nowhere"}, []),
        ({"of_reel": "seven"}, []),
        ({"verdict": "nonsense"}, [3, 2, 1]),
        ({"before": "3"}, [2, 1]),
    ],
)
def test_the_filter_lives_in_the_address(
    product: Product, visit: Visit, query: dict[str, str], found: list[int]
) -> None:
    came(product, Verdict.POISON, set_aside=True)
    came(product, Verdict.APPLIED, reel_id=7)
    came(product, reel_id=7, event_type="avatar_video.fail", details={"msg": "La CANCIÓN falló"})
    page = visit("deliveries", "en", **query)
    if found:
        assert [row["id"] for row in rows(page)] == found
    else:
        assert "No delivery matches." in texts(page)


def test_choosing_a_verdict_narrows_the_list_and_the_address(product: Product, visit: Visit) -> None:
    came(product, Verdict.APPLIED)
    came(product, Verdict.DUPLICATE)
    page = visit("deliveries", "en")
    page.button_group(key="facets").set_value("duplicate").run()
    assert [row["id"] for row in rows(page)] == [2]
    assert page.query_params["verdict"] in ("duplicate", ["duplicate"])


def test_older_and_newer_pages_hold_every_delivery_once(product: Product, visit: Visit) -> None:
    for _ in range(60):
        came(product)
    page = visit("deliveries")
    seen = [row["id"] for row in rows(page)]
    page.button(key="older").click().run()
    seen += [row["id"] for row in rows(page)]
    page.button(key="older").click().run()
    seen += [row["id"] for row in rows(page)]
    assert seen == list(range(60, 0, -1))
    page.button(key="newer").click().run()
    assert rows(page)[0]["id"] == 35


# One delivery


@pytest.mark.parametrize(("language", "meaning"), [("es", "Por procesar"), ("en", "To be worked off")])
def test_an_open_delivery_shows_its_raw_body_as_text(
    product: Product, visit: Visit, language: str, meaning: str
) -> None:
    came(product, reel_id=7, auth="token", details={"msg": LOUD})
    page = visit("deliveries", language, id="1")
    kept = product.store.deliveries.get(1)
    assert kept is not None
    raw, good, command = codes(page)
    assert raw == kept.body.decode()
    assert good == json.dumps(json.loads(kept.body), indent=2, ensure_ascii=False)
    assert "reel/7/***" in command
    assert meaning in "".join(str(badge.value) for badge in page.markdown)
    assert not any("onerror" in str(element.value) for element in page.markdown)
    assert not any("onerror" in element.proto.body for element in page.get("html"))


def test_a_body_that_is_no_json_and_no_text_is_shown_all_the_same(product: Product, visit: Visit) -> None:
    came(product, Verdict.POISON, set_aside=True, note="ValueError('odd')", body=b"\xff\x00<html>", headers={})
    page = visit("deliveries", "en", id="1")
    raw, _good, command = codes(page)
    assert raw == "\ufffd\x00<html>"
    assert "base64 -d" in command
    assert "8 bytes · not plain UTF-8" in texts(page)
    assert "ValueError('odd')" in texts(page)
    assert "No header was kept." in texts(page)


def test_the_difference_to_the_one_before_is_shown(product: Product, visit: Visit) -> None:
    came(product, Verdict.APPLIED, reel_id=7, details={"url": "a"})
    came(product, Verdict.DUPLICATE, reel_id=7, details={"url": "b"})
    page = visit("deliveries", "en", id="2")
    assert "Compared with delivery 1" in texts(page)
    assert '-    "url": "a"' in codes(page)[2]
    assert '+    "url": "b"' in codes(page)[2]
    assert "first of its reel or video" in texts(visit("deliveries", "en", id="1"))


def test_the_open_one_is_marked_and_stays_open_when_others_come(product: Product, visit: Visit) -> None:
    came(product)
    page = visit("deliveries", "en", id="1")
    came(product)
    page.run()
    assert [(row["id"], row["chosen"]) for row in rows(page)] == [(2, False), (1, True)]
    assert page.header[-2].value == "Delivery 1"
    page.button(key="close").click().run()
    assert "id" not in page.query_params
    assert not codes(page)


def test_a_delivery_that_is_not_there_is_said(product: Product, visit: Visit) -> None:
    came(product)
    assert visit("deliveries", "es", id="99").info[-1].value == "No existe esa entrega."
    assert not codes(visit("deliveries", "es", id="9" * 30))


# Replays


def test_one_is_replayed_with_a_word_about_it(product: Product, visit: Visit) -> None:
    came(product, Verdict.POISON, set_aside=True)
    page = visit("deliveries", "en", id="1")
    page.button(key="replay-1").click().run()
    kept = product.store.deliveries.get(1)
    assert kept is not None
    assert (kept.verdict, kept.set_aside, kept.attempts) == (Verdict.WAITING, False, 0)
    assert [toast.value for toast in page.toast] == ["Delivery 1 is worked off again."]
    assert "Deliveries set aside" not in texts(page)


def test_many_are_counted_first_and_replayed_only_when_confirmed(product: Product, visit: Visit) -> None:
    for verdict in (Verdict.POISON, Verdict.POISON, Verdict.APPLIED):
        came(product, verdict, set_aside=verdict is Verdict.POISON)
    page = visit("deliveries", "en", verdict="poison")
    page.button(key="count").click().run()
    assert "Deliveries that would be worked off again: 2." in texts(page)
    assert product.store.deliveries.counts()[Verdict.POISON] == 2
    came(product, Verdict.POISON, set_aside=True)
    page.button(key="confirmed").click().run()
    assert product.store.deliveries.counts() == {Verdict.WAITING: 2, Verdict.APPLIED: 1, Verdict.POISON: 1}
    assert [toast.value for toast in page.toast] == ["Deliveries that are worked off again: 2."]


def test_a_count_can_be_dropped_and_dies_with_its_filter(product: Product, visit: Visit) -> None:
    came(product, Verdict.POISON, set_aside=True)
    came(product, Verdict.APPLIED)
    page = visit("deliveries", "en")
    page.button(key="count").click().run()
    page.button(key="cancelled").click().run()
    assert not [button for button in page.button if button.key == "confirmed"]
    page.button(key="count").click().run()
    page.button_group(key="facets").set_value("applied").run()
    assert not [button for button in page.button if button.key == "confirmed"]
    assert product.store.deliveries.counts() == {Verdict.POISON: 1, Verdict.APPLIED: 1}


def test_no_more_than_a_bounded_number_is_replayed_at_once(
    product: Product, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "MOST", 2)
    for _ in range(3):
        came(product, Verdict.APPLIED)
    page = visit("deliveries", "en")
    page.button(key="count").click().run()
    assert "these are the newest 2" in texts(page)
    page.button(key="confirmed").click().run()
    waiting = product.store.deliveries.page(DeliveryFilter(verdict=Verdict.WAITING), 9)
    assert [delivery.id for delivery in waiting] == [3, 2]


# The chart and the door


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_chart_tells_the_same_as_its_table(product: Product, visit: Visit, language: str) -> None:
    for hours, verdict in ((0, Verdict.APPLIED), (0, Verdict.APPLIED), (5, Verdict.POISON), (50, Verdict.APPLIED)):
        came(product, verdict, received_at=utcnow() - timedelta(hours=hours))
    came(product)
    page = visit("deliveries", language)
    [chart] = page.get("vega_lite_chart")
    words = ("Aplicada", "No se puede procesar") if language == "es" else ("Applied", "Cannot be worked off")
    assert f"{words[0]}: 2" in chart.proto.alt
    assert f"{words[1]}: 1" in chart.proto.alt
    page.toggle(key="chart_table").set_value(True).run()
    assert not page.get("vega_lite_chart")
    table = page.table[0].value
    assert table.sum().to_dict()[words[0]] == 2
    assert table.sum().to_dict()[words[1]] == 1
    assert int(table.sum().sum()) == 4


@pytest.mark.parametrize(("stretch", "n"), [("3h", 1), ("24h", 2), ("7d", 3), ("30d", 4)])
def test_the_chart_covers_the_stretch_that_is_chosen(product: Product, visit: Visit, stretch: str, n: int) -> None:
    for hours in (0, 5, 50, 500, 5000):
        came(product, Verdict.APPLIED, received_at=utcnow() - timedelta(hours=hours))
    page = visit("deliveries", "en")
    page.button_group(key="stretch").set_value(stretch).run()
    [chart] = page.get("vega_lite_chart")
    assert chart.proto.alt == f"Deliveries over time. Applied: {n}"


def test_refused_requests_are_counted_by_reason(product: Product, visit: Visit) -> None:
    product.store.facts.refuse("forged", 7, utcnow(), 3)
    product.store.facts.refuse("unsigned", None, utcnow())
    page = visit("deliveries", "en")
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown == {"false proof": "3", "without proof": "1"}
    table = page.dataframe[-1].value
    assert sorted(map(tuple, table[["Reason", "Reel", "Requests"]].values.tolist())) == [
        ("false proof", "7", "3"),
        ("without proof", "–", "1"),
    ]


# Notes


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        (
            told("the reel was {status} already, learned by {channel}", status="completed", channel="poll"),
            "el reel ya estaba listo, se supo por polling",
        ),
        (told("HeyGen still says {word}", word="processing"), "HeyGen sigue diciendo processing"),
        (
            told("HeyGen's answer ({status}) is not the JSON that it documents; it is asked again.", status=502),
            "La respuesta de HeyGen (502) no es el JSON",
        ),
        ("ValueError('odd')", "ValueError('odd')"),
    ],
)
def test_a_note_is_told_in_the_viewers_language(product: Product, visit: Visit, note: Told | str, shown: str) -> None:
    reel = processing(product)
    delivery_id = came(product, Verdict.DUPLICATE, note=note, reel_id=reel.id)
    page = visit("deliveries", "es", id=str(delivery_id))
    assert any(text.value.startswith(shown) for text in page.text)
    [story] = drawn(visit("reel", "es", id=str(reel.id)), "story")
    details = dict(story["entries"][-1]["detail"])
    assert details["nota"].startswith(shown)
    assert not [name for name in details if "told" in name]
    kept = product.store.deliveries.get(delivery_id)
    assert kept is not None
    assert kept.note == str(note)
