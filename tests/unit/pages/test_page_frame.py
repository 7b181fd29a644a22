"""What is on every page, read without a browser."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib.util import find_spec

import pytest

from core.clock import utcnow
from core.gate import Gate
from core.heartbeat import HEARTBEAT, QUEUES, beat
from core.product import Product
from core.submission import GATE
from core.waker import BROKER
from tests.support.untested import untested
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, texts

PAGES = ["reels", "new", "reel", "deliveries", "health", "help", "simulator"]
DEMO = {"es": "Los vídeos son simulados, no se paga nada.", "en": "Videos are simulated, nothing is paid."}


def stop_queue(product: Product, code: str, status: int) -> None:
    gate = Gate(
        state="stopped", reason=code, message="HeyGen answered {status} {code}: {text}", values={"status": status}
    )
    product.store.facts.put(GATE, gate.to_json(), utcnow())
    product.store.facts.put(HEARTBEAT, {}, utcnow())


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_name_demo_mark_and_language(visit: Visit, page: str, language: str) -> None:
    shown = visit(page, language)
    assert shown.text[0].value == "Gem-AvatART Reels"
    assert DEMO[language] in texts(shown)
    assert any("DEMO" in str(badge.value) for badge in shown.markdown)
    assert shown.button_group(key="lang").value == language


def test_the_switch_overrides_the_browser_on_every_page(visit: Visit) -> None:
    page = visit("new", "es")
    [spanish] = drawn(page, "spoken")
    assert (spanish["language"], spanish["words"]["Upload"]) == ("es", "Subir")
    page.button_group(key="lang").set_value("en").run()
    assert page.title[0].value == "New reel"
    [english] = drawn(page, "spoken")
    assert (english["language"], english["words"]["Upload"]) == ("en", "Upload")
    page.switch_page("pages/health.py").run()
    assert page.title[0].value == "Health and settings"


def test_the_address_can_carry_the_language(visit: Visit) -> None:
    assert visit("new", "es", lang="en").title[0].value == "New reel"


def test_an_unknown_browser_language_is_served_in_english(visit: Visit) -> None:
    assert visit("new", "fr-FR").title[0].value == "New reel"


@pytest.mark.parametrize(
    ("code", "status", "spanish", "english"),
    [
        ("unauthorized", 401, "HeyGen no acepta la clave (401)", "HeyGen does not accept the key (401)"),
        ("insufficient_credit", 402, "HeyGen se ha quedado sin crédito (402)", "HeyGen has no credit left (402)"),
        ("odd", 402, "HeyGen rechaza la cuenta (odd)", "HeyGen refuses the account (odd)"),
    ],
)
def test_a_stopped_queue_is_said_on_every_page(
    product: Product, visit: Visit, code: str, status: int, spanish: str, english: str
) -> None:
    stop_queue(product, code, status)
    assert visit("reels", "es").error[0].value.startswith(spanish)
    assert visit("new", "en").error[0].value.startswith(english)


def test_a_lost_connection_is_said(product: Product, visit: Visit) -> None:
    gate = Gate(state="paused", reason="unreachable", until=utcnow() + timedelta(seconds=30))
    product.store.facts.put(GATE, gate.to_json(), utcnow())
    assert "No hay conexión con HeyGen." in visit().warning[0].value


def test_a_dead_worker_is_said(product: Product, visit: Visit) -> None:
    product.store.facts.put(HEARTBEAT, {}, utcnow() - timedelta(seconds=90))
    assert "The worker has not been seen for 1 min 3" in visit("reels", "en").error[0].value  # and the time this takes


def test_a_living_worker_needs_no_notice(product: Product, visit: Visit) -> None:
    product.store.facts.put(HEARTBEAT, {}, utcnow())
    page = visit()
    assert not [*page.info, *page.warning, *page.error]


def test_hybrid_without_an_address_says_that_it_polls(
    product: Product, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    product.store.facts.put(HEARTBEAT, {}, utcnow())
    monkeypatch.setenv("HEYGEN_API_KEY", "key")
    monkeypatch.setenv("HEYGEN_PROCESSING_MODE", "hybrid")
    page = visit("reels", "en")
    assert "it works as polling" in page.info[0].value
    assert not any("DEMO" in str(badge.value) for badge in page.markdown)


def test_a_wrong_setting_is_one_sentence(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEYGEN_MAX_CONCURRENT", "zero")
    page = visit("reels", "es")
    assert [error.value.replace("\\", "") for error in page.error] == [
        "No se puede usar HEYGEN_MAX_CONCURRENT='zero'; se admite: a whole number from 1 to 999999999."
    ]
    assert len(page.title) == 1


# On Celery


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("celery") is None:
        untested("a page while the broker is gone, since celery is not installed.")
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://:hunter2@127.0.0.1:9/0")


def served(product: Product, *queues: str, age_s: float = 0.0) -> None:
    for queue in queues:
        beat(product.store, utcnow() - timedelta(seconds=age_s), queue)


@pytest.mark.usefixtures("broker")
def test_before_celerys_workers_run_the_way_to_start_them_is_said(visit: Visit) -> None:
    assert "`celery -A core.tasks worker`" in visit("reels", "en").info[0].value


@pytest.mark.usefixtures("broker")
def test_while_celery_serves_every_queue_nothing_is_said(product: Product, visit: Visit) -> None:
    served(product, *QUEUES)
    page = visit("reels", "en")
    assert not [*page.info, *page.warning, *page.error]


@pytest.mark.usefixtures("broker")
def test_a_queue_of_celery_that_nobody_serves_is_named(product: Product, visit: Visit) -> None:
    served(product, *QUEUES)
    served(product, "inbox", age_s=90)
    assert "No Celery worker has been seen on inbox for 1 min 3" in visit("reels", "en").error[0].value


@pytest.mark.usefixtures("broker")
def test_a_queue_that_can_wait_is_a_warning(product: Product, visit: Visit) -> None:
    served(product, *QUEUES)
    served(product, "archive", "notify", age_s=90)
    page = visit("reels", "en")
    assert "on archive, notify of late" in page.warning[0].value
    assert not page.error


@pytest.mark.usefixtures("broker")
def test_a_broker_that_is_gone_is_said_and_not_blamed_on_the_worker(product: Product, visit: Visit) -> None:
    served(product, *QUEUES, age_s=90)
    product.store.facts.put(BROKER, {"ok": False, "problem": "The broker at x does not answer (y)."}, utcnow())
    spanish = visit("reels", "es")
    assert [error.value.partition(".")[0] for error in spanish.error] == [
        "La cola de tareas no responde, así que los reels ni salen ni terminan"
    ]
    assert "Nothing is lost" in visit("new", "en").error[0].value


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize(("seen", "told"), [(True, "answers"), (False, "no answer"), (None, "nobody has looked")])
def test_the_health_page_tells_of_the_task_queue(product: Product, visit: Visit, seen: bool | None, told: str) -> None:
    if seen is not None:
        product.store.facts.put(BROKER, {"ok": seen, "problem": "gone"}, utcnow())
    served(product, "submit", age_s=7)
    shown = texts(visit("health", "en"))
    assert "Task queue" in shown
    assert told in shown
    assert re.search(r"submit \d+ s · sweep never · inbox never · archive never · notify never", shown)


def test_without_a_broker_nothing_of_a_task_queue_is_said(product: Product, visit: Visit) -> None:
    served(product, "submit")
    assert "Task queue" not in texts(visit("health", "en"))
