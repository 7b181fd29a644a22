"""Every page in every state and both languages: it stands, it has one heading, and it speaks one language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.clock import utcnow
from core.heartbeat import HEARTBEAT
from core.models import NewDelivery, ReelStatus, SendState
from core.product import Product
from core.submission import GATE
from core.turns import ACCOUNT
from pages.ui.directory import ENTRIES
from tests.factories import a_body
from tests.unit.pages.conftest import Visit
from tests.unit.pages.messages import spanish
from tests.unit.pages.states import processing, stored, texts

PAGES = sorted({entry.file for entry in ENTRIES})
FAILED = {"failure_code": "rendering_failed", "failure_message": "It broke.", "request_id": "req_1"}


def empty(_product: Product) -> None:
    """Nothing has ever happened."""


def busy(product: Product) -> None:
    """Something is in every state, and somebody tells of it."""
    now = utcnow()
    stored(product)
    processing(product)
    processing(product, 4000.0)
    stored(product, status=ReelStatus.FAILED, detected_at=now, **FAILED)
    stored(product, status=ReelStatus.TIMED_OUT, detected_at=now, video_id="late", submitted_at=now)
    stored(product, send_state=SendState.DOUBT, send_after=None)
    link = "https://files.heygen.test/v.mp4"
    done = {"video_url": link, "duration_s": 12.5, "completed_at": now, "detected_at": now, "submitted_at": now}
    stored(product, status=ReelStatus.COMPLETED, video_id="v1", detected_by="webhook", **done)
    product.store.facts.put(HEARTBEAT, {"at": now.isoformat()}, now)
    product.store.facts.put(ACCOUNT, {"balance": 12.5, "currency": "usd", "name": "ana"}, now)
    fields = {"received_at": now, "auth": "token", "event_type": "avatar_video.success", "headers": {"Host": "reels"}}
    for reel_id in (1, 2, None):
        news = NewDelivery(reel_id=reel_id, body=a_body(video_id=f"v{reel_id}"), **fields)  # type: ignore[arg-type]
        product.store.deliveries.record([news])


def broken(product: Product) -> None:
    """The worker is gone, HeyGen refuses the key, and the queue stands still."""
    busy(product)
    now = utcnow() - timedelta(minutes=10)
    product.store.facts.put(HEARTBEAT, {"at": now.isoformat()}, now)
    gate = {"state": "stopped", "reason": "unauthorized", "message": "Unauthorized", "until": None, "strikes": 1}
    product.store.facts.put(GATE, gate, now)


def foreign(language: str) -> set[str]:
    """Return the texts of the other language that cannot be of this one, too."""
    pairs = [(str(entry.id), str(entry.string)) for entry in spanish() if entry.id and isinstance(entry.string, str)]
    both = {text for pair in pairs for text in pair if pair[0] == pair[1]}
    english, translated = {source for source, _ in pairs}, {target for _, target in pairs}
    other, own = (english, translated) if language == "es" else (translated, english)
    return {text for text in other - own - both if len(text) > 3 and "{" not in text}


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("state", [empty, busy, broken], ids=lambda state: state.__name__)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_stands_in_every_state_and_speaks_one_language(
    product: Product, visit: Visit, page: str, state: Callable[[Product], None], language: str
) -> None:
    state(product)
    app = visit(page, language, **({"id": "1"} if page in {"reel", "campaign"} else {}))
    assert len(app.title) == 1
    shown = texts(app)
    assert "Algo ha fallado" not in shown
    assert "Something went wrong" not in shown
    lines = {line.strip() for line in shown.splitlines()}
    assert lines & foreign(language) == set()
