"""Every page in every state and both languages: it stands, it has one heading, and it speaks one language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.campaigns import new_draft_key, submit
from core.clock import utcnow
from core.heartbeat import HEARTBEAT
from core.models import NewDelivery, Reel, ReelStatus, SendState
from core.product import Product
from core.submission import GATE
from core.turns import ACCOUNT
from pages.ui.directory import ENTRIES
from tests.factories import a_body
from tests.unit.pages.conftest import Visit
from tests.unit.pages.messages import spanish
from tests.unit.pages.states import every_text, processing, stored, texts

HEALTH = ("checks", "modes", "settings", "webhooks", "telling")
PAGES = [(entry, {}) for entry in sorted({entry.file for entry in ENTRIES} - {"reel", "campaign"})]
PARTS = [("health", {"part": part}) for part in HEALTH]
REELS = [("reel", {"id": str(n)}) for n in range(1, 8)]  # one in each state, see `busy`
WHOLE = [*PAGES, *PARTS, *REELS, *(("campaign", {"id": n}) for n in "12"), ("deliveries", {"id": "1"})]
FEW = [*PAGES, ("reel", {"id": "1"}), ("campaign", {"id": "1"})]
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
    for failed in (False, True):
        reels = [Reel(script=f"Hola {n}.", title=f"Oferta {n}") for n in range(2)]
        made = submit(product.processor, "Otoño", new_draft_key(), reels)
        for reel in product.store.campaigns.reels_after(made.id, 0, 9) if failed else ():
            product.store.reels.save(reel, status=ReelStatus.FAILED, send_state=SendState.SENT, **FAILED)
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


def states() -> list[Any]:
    """Return what is looked at: a state, a page, and its address; ids that can be read."""
    looked = [(empty, FEW), (busy, WHOLE), (broken, FEW)]
    return [
        pytest.param(state, page, query, id="-".join([state.__name__, page, *query.values()]))
        for state, pages in looked
        for page, query in pages
    ]


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(("state", "page", "query"), states())
def test_a_page_stands_in_every_state_and_speaks_one_language(
    product: Product, visit: Visit, page: str, query: dict[str, str], state: Callable[[Product], None], language: str
) -> None:
    state(product)
    app = visit(page, language, **query)
    assert len(app.title) == 1
    shown = texts(app)
    assert "Algo ha fallado" not in shown
    assert "Something went wrong" not in shown
    assert every_text(app) & foreign(language) == set()


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_text_of_the_other_language_would_be_found(product: Product, visit: Visit, language: str) -> None:
    busy(product)
    found = every_text(visit("deliveries", language)) & foreign("en" if language == "es" else "es")
    spanish_ones = {
        "Deliveries over time": "Entregas a lo largo del tiempo",
        "Verdict": "Veredicto",
    }  # a heading, a label
    assert (spanish_ones.keys() if language == "en" else set(spanish_ones.values())) <= found
