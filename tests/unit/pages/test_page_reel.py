"""The page of one reel, read without a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.clock import utcnow
from core.models import Channel, ProcessingMode, ReelStatus, SendState
from core.product import Product
from pages.ui.keepsakes import is_here_only
from tests.factories import a_body, a_delivery
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, processing, stored, texts


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("es", "El reel espera su turno; se enviará a HeyGen en cuanto haya sitio."),
        ("en", "The reel waits for its turn; it is sent to HeyGen as soon as there is room."),
    ],
)
def test_a_waiting_reel_says_what_it_waits_for(product: Product, visit: Visit, language: str, sentence: str) -> None:
    stored(product)
    page = visit("reel", language, id="1")
    assert sentence in texts(page)
    assert page.title[0].value == "Reel 1"


@pytest.mark.parametrize(("language", "sentence"), [("es", "HeyGen está creando"), ("en", "HeyGen is making")])
def test_a_reel_in_the_making_says_so(product: Product, visit: Visit, language: str, sentence: str) -> None:
    processing(product)
    page = visit("reel", language, id="1")
    assert sentence in texts(page)
    assert [metric.value for metric in page.metric] in (["5 s"], ["6 s"], ["7 s"])


def test_an_overdue_webhook_in_webhook_mode_asks_for_a_check(product: Product, visit: Visit) -> None:
    processing(product, since_s=600, mode=ProcessingMode.WEBHOOK)
    page = visit("reel", "en", id="1")
    assert "In webhook mode nobody asks by itself: check now." in page.warning[0].value
    assert page.button(key="check-1").label == "Check now"


def test_a_completed_reel_plays_its_video(product: Product, visit: Visit) -> None:
    url = "http://127.0.0.1:8900/files/video.mp4"
    processing(product, status=ReelStatus.COMPLETED, video_url=url, duration_s=8.0, detected_at=utcnow())
    page = visit("reel", id="1")
    assert page.get("video")[0].url == url
    assert not [button for button in page.button if button.label == "Reintentar"]


@pytest.mark.parametrize(
    ("language", "sentence", "retry"),
    [
        ("es", "HeyGen no puede usar este avatar. Crea un reel nuevo con otro avatar.", "Reintentar"),
        ("en", "HeyGen cannot use this avatar. Make a new reel with another avatar.", "Retry"),
    ],
)
def test_a_failure_is_told_in_plain_words(
    product: Product, visit: Visit, language: str, sentence: str, retry: str
) -> None:
    stored(
        product,
        status=ReelStatus.FAILED,
        failure_code="avatar_not_usable",
        failure_message="**This** avatar <b>cannot</b> be used",
        request_id="req-77",
        detected_at=utcnow(),
    )
    page = visit("reel", language, id="1")
    assert [error.value for error in page.error] == [sentence]
    written = [element.value for element in page.text]
    assert {"avatar_not_usable", "**This** avatar <b>cannot</b> be used", "req-77"} <= set(written)
    assert retry in [button.label for button in page.button]


def test_an_unknown_failure_code_still_says_what_to_do(product: Product, visit: Visit) -> None:
    stored(product, status=ReelStatus.FAILED, failure_code="brand_new", detected_at=utcnow())
    assert "HeyGen no creó el vídeo." in visit("reel", id="1").error[0].value


@pytest.mark.parametrize("wanted", ["99", "0", "-1", "x", "", "1e3", "９", "9" * 30])
def test_an_unknown_reel_is_one_sentence(visit: Visit, wanted: str) -> None:
    page = visit("reel", id=wanted)
    assert [info.value for info in page.info if "reel" in info.value][-1] == "Ese reel no existe."


def test_the_timeline_tells_what_happened_in_order(product: Product, visit: Visit) -> None:
    reel = processing(product)
    assert reel.id is not None
    product.store.timeline.add(reel.id, utcnow(), "webhook", event_type="avatar_video.success")
    product.store.timeline.add(reel.id, utcnow(), "completed", channel=str(Channel.WEBHOOK))
    product.store.timeline.add(reel.id, utcnow(), "something_new", depth=3)
    entries = drawn(visit("reel", "en", id="1"), "story")[0]["entries"]
    assert [entry["what"] for entry in entries] == [
        "Stored, waiting for its turn",
        "Webhook received",
        "Ready · HeyGen called (webhook)",
        "something new",
    ]
    assert entries[1]["detail"] == [["event", "avatar_video.success"]]
    assert entries[3]["detail"] == [["depth", "3"]]


def test_an_action_that_is_refused_says_why(product: Product, visit: Visit) -> None:
    reel = stored(product, status=ReelStatus.FAILED, failure_code="rendering_failed", detected_at=utcnow())
    page = visit("reel", "es", id="1")
    product.store.reels.save(reel, status=ReelStatus.PROCESSING)
    page.button(key="retry-1").click().run()
    assert "HeyGen todavía está creando el reel 1" in page.warning[0].value


def test_a_new_one_can_be_made_from_this(product: Product, visit: Visit) -> None:
    stored(product, script="Tres prendas.")
    page = visit("reel", "en", id="1")
    page.button(key="copy").click().run()
    assert page.text_area[0].value == "Tres prendas."


def test_a_reel_says_between_which_times_it_is_expected(product: Product, visit: Visit) -> None:
    processing(product)
    told = " ".join(str(element.value) for element in visit("reel", "en", id="1").markdown)
    assert "Usually about 10 to 30 seconds: expected between" in told
    assert "%" not in told
    old = processing(product, since_s=44)
    told = " ".join(str(element.value) for element in visit("reel", "es", id=str(old.id)).markdown)
    assert "Está tardando más de lo habitual (de 10 a 30 segundos)." in told


def test_the_time_is_drawn_from_submit_to_kept(product: Product, visit: Visit) -> None:
    began = utcnow() - timedelta(seconds=100)
    reel = stored(product)
    moments = ((10, "sending"), (20, "processing"), (90, "completed"), (100, "kept"))
    with product.store.transaction() as conn:
        conn.execute("DELETE FROM timeline")
    product.store.timeline.add(reel.id or 0, began, "pending", attempt=1)
    for second, kind in moments:
        detail = {"completed_at": (began + timedelta(seconds=60)).isoformat()} if kind == "completed" else {}
        product.store.timeline.add(reel.id or 0, began + timedelta(seconds=second), kind, **detail)
    [cascade] = drawn(visit("reel", "en", id="1"), "cascade")
    assert [(bar["what"], bar["from"], bar["width"], bar["length"]) for bar in cascade["stretches"]] == [
        ("Waiting here", 0, 10, "10 s"),
        ("Sending", 10, 10, "10 s"),
        ("Rendering at HeyGen", 20, 40, "40 s"),
        ("Until we knew", 60, 30, "30 s"),
        ("Copying the files", 90, 10, "10 s"),
    ]


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ({"mode": "hybrid"}, ["modo", "Híbrido"]),
        ({"verdict": "applied"}, ["veredicto", "Aplicada"]),
        ({"status": "completed"}, ["estado entonces", "Listo"]),
        ({"auth": "signature"}, ["prueba", "firma"]),
        ({"remote_status": "completed"}, ["estado en HeyGen", "completed"]),
        ({"mode": "unheard-of"}, ["modo", "unheard-of"]),
    ],
)
def test_what_we_know_is_said_in_words_and_what_heygen_says_stays(
    product: Product, visit: Visit, detail: dict[str, str], shown: list[str]
) -> None:
    reel = processing(product)
    product.store.timeline.add(reel.id or 0, utcnow(), "webhook", **detail)
    told = drawn(visit("reel", id="1"), "story")[0]["entries"][-1]["detail"]
    assert [entry[1] for entry in told] == shown[1:]
    assert shown in told


def test_every_delivery_and_sweep_is_a_row_with_its_proof(product: Product, visit: Visit) -> None:
    reel = processing(product)
    for second in (1, 2):
        at = utcnow() + timedelta(seconds=second)
        product.store.looks.note({reel.id or 0: "processing"}, Channel.POLL, at)
    body = a_body(video_id=reel.video_id)
    headers = {"content-type": "application/json", "heygen-signature": "***"}
    came = [a_delivery(body, reel_id=reel.id, headers=headers, received_at=utcnow() + timedelta(seconds=3))]
    product.store.deliveries.record(came * 2)
    entries = drawn(visit("reel", "en", id="1"), "story")[0]["entries"]
    sweep, webhook = entries[1]["evidence"], entries[2]
    assert entries[1]["what"] == "HeyGen was asked (sweep) · 2×"
    assert len(sweep["times"]) == 2
    assert sweep["request"] == f"GET /v3/videos/{reel.video_id}"
    assert ["came so many times", "2"] in webhook["detail"]
    assert ["verdict", "To be worked off"] in webhook["detail"]
    assert ["proof", "signature"] in webhook["detail"]
    assert webhook["evidence"]["body"] == body.decode()
    assert ["heygen-signature", "***"] in webhook["evidence"]["headers"]
    assert webhook["evidence"]["curl"].startswith("curl -X POST")


@pytest.mark.parametrize(
    ("code", "urgent"), [("avatar_not_usable", "Make a new one from this"), ("rendering_failed", "Retry")]
)
def test_what_helps_after_a_failure_stands_out(product: Product, visit: Visit, code: str, urgent: str) -> None:
    stored(product, status=ReelStatus.FAILED, failure_code=code, detected_at=utcnow())
    page = visit("reel", "en", id="1")
    assert [button.label for button in page.button if button.proto.type == "primary"] == [urgent]


MEANINGS = [
    ({}, "it is not sent, and nothing is paid"),
    ({"send_state": SendState.UNKNOWN}, "HeyGen may have it already"),
    ({"status": ReelStatus.PROCESSING}, "HeyGen is making it and cannot cancel"),
    ({"status": ReelStatus.FAILED}, "this cannot be undone"),
]


@pytest.mark.parametrize(("state", "words"), MEANINGS)
def test_deleting_says_what_it_means_for_this_very_reel(
    product: Product, visit: Visit, state: dict[str, Any], words: str
) -> None:
    stored(product, **state)
    page = visit("reel", "en", id="1")
    page.button(key="delete-1").click().run()
    assert any(words in caption.value for caption in page.caption)
    page.button(key="keep-1").click().run()
    assert not any(words in caption.value for caption in page.caption)
    assert product.store.reels.get(1).deleted_at is None


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This reel was deleted. What is left of it is being taken away."),
        ("es", "Este reel se ha borrado. Lo que queda de él se está quitando."),
    ],
)
def test_a_deleted_reel_shows_nothing_of_itself(product: Product, visit: Visit, language: str, sentence: str) -> None:
    stored(product, title="Secreto", script="Palabras.")
    page = visit("reel", language, id="1")
    page.button(key="delete-1").click().run()
    page.button(key="delete-now-1").click().run()
    assert sentence in [info.value for info in page.info]
    assert "Secreto" not in texts(page)
    product.store.removals.finish(1, utcnow())
    assert "deleted. What it cost stays" in texts(visit("reel", "en", id="1"))


def test_a_finished_reel_is_put_away_and_brought_back(product: Product, visit: Visit) -> None:
    stored(product, status=ReelStatus.FAILED, detected_at=utcnow())
    page = visit("reel", "en", id="1")
    page.button(key="archive-1").click().run()
    assert product.store.reels.get(1).archived_at is not None
    page.button(key="restore-1").click().run()
    assert product.store.reels.get(1).archived_at is None


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:8501/reel", True),
        ("http://localhost/", True),
        ("https://reels.example.com/", False),
        ("", True),
    ],
)
def test_an_address_is_shared_honestly(address: str, here: bool) -> None:
    assert is_here_only(address) is here
