"""The page of one reel, read without a browser."""

from __future__ import annotations

import pytest

from core.clock import utcnow
from core.models import Channel, ProcessingMode, ReelStatus
from core.product import Product
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
    assert [metric.value for metric in page.metric] == ["5 s"]


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
