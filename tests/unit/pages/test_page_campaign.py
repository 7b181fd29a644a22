"""One campaign, and what can be taken away of it, read without a browser."""

from __future__ import annotations

import asyncio
import csv
import io
import zipfile
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from core.campaigns import new_draft_key, submit
from core.clock import utcnow
from core.models import Reel, ReelStatus, SendState
from core.places import beside
from core.product import Product
from core.shelf import Shelving
from core.store import Campaign
from core.store.archive import KeptFile
from pages.ui.campaigns.downloads import campaign_routes
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, texts

DONE = {"status": ReelStatus.COMPLETED, "send_state": SendState.SENT}
FAILED = {"status": ReelStatus.FAILED, "send_state": SendState.SENT, "failure_code": "rendering_failed"}


def campaign(product: Product, *states: dict[str, Any], name: str = "Otoño") -> Campaign:
    """Store a campaign of which each reel is in a state."""
    reels = [Reel(script=f"Hola {n}.", title=f"Oferta {n}") for n in range(1, len(states) + 1)]
    made = submit(product.processor, name, new_draft_key(), reels)
    for reel, state in zip(product.store.campaigns.reels_after(made.id, 0, 99), states, strict=True):
        if state:
            product.store.reels.save(reel, **state)
    return product.store.campaigns.get(made.id)


def bar(page: AppTest) -> dict[str, int]:
    [shown] = drawn(page, "campaign_bar")
    return {part["word"]: part["n"] for part in shown["parts"]}


def badge(page: AppTest) -> str:
    return next(str(element.value) for element in page.markdown if "-badge[" in str(element.value))


@pytest.mark.parametrize(
    ("states", "language", "word"),
    [
        ([{}, DONE], "es", "En preparación"),
        ([DONE, DONE], "es", "Terminada"),
        ([DONE, FAILED], "es", "Terminada con errores"),
        ([DONE, {"status": ReelStatus.TIMED_OUT}], "en", "Done with errors"),
        ([DONE, {"send_state": SendState.DOUBT, "send_after": None}], "en", "Needs a decision"),
    ],
)
def test_a_campaign_says_how_it_stands(
    product: Product, visit: Visit, states: list[dict[str, Any]], language: str, word: str
) -> None:
    campaign(product, *states)
    page = visit("campaign", language, id="1")
    assert f" {word}]" in "\n".join(str(element.value) for element in page.markdown)


def test_the_bar_has_every_state_with_its_number(product: Product, visit: Visit) -> None:
    campaign(product, {}, {}, DONE, DONE, DONE, FAILED, {"status": ReelStatus.PROCESSING})
    page = visit("campaign", id="1")
    assert bar(page) == {"Listo": 3, "Fallido": 1, "En preparación": 1, "En espera": 2}
    assert drawn(page, "campaign_bar")[0]["label"] == "3 de 7 listos"


def test_its_reels_are_listed_and_no_others(product: Product, visit: Visit) -> None:
    campaign(product, {}, FAILED)
    product.processor.enqueue(Reel(script="Otra cosa.", title="Aparte"))
    page = visit("campaign", id="1")
    assert [row["title"] for row in drawn(page, "board")[0]["rows"]] == ["Oferta 2", "Oferta 1"]
    page.button_group(key="campaign-status").set_value("failed").run()
    assert [row["title"] for row in drawn(page, "board")[0]["rows"]] == ["Oferta 2"]


def test_everything_that_failed_is_asked_to_be_tried_again(product: Product, visit: Visit) -> None:
    campaign(product, DONE, FAILED, {"status": ReelStatus.TIMED_OUT})
    page = visit("campaign", id="1")
    next(button for button in page.button if button.label == "Reintentar todos los fallidos (2)").click()
    page.run()
    assert [request.reel_id for request in product.store.campaigns.due_retries(utcnow(), 9)] == [2, 3]
    assert "Reintentando" in texts(page)
    assert not [button for button in page.button if button.label.startswith("Reintentar todos")]


def test_deleted_reels_are_named_and_counted_nowhere_else(product: Product, visit: Visit) -> None:
    campaign(product, DONE, DONE, FAILED, FAILED)
    for reel_id in (2, 4):
        Shelving(product.store).delete(reel_id)
    page = visit("campaign", id="1")
    assert drawn(page, "campaign_bar")[0]["label"] == "1 de 2 listos · eliminados: 2"
    assert bar(page) == {"Listo": 1, "Fallido": 1}
    assert page.button(key="retry-all").label == "Reintentar todos los fallidos (1)"
    assert drawn(visit("campaigns"), "campaign_list")[0]["rows"][0]["progress"] == "1 de 2 listos · eliminados: 2"


def test_reels_that_were_put_away_are_counted_listed_apart_and_not_tried_again(product: Product, visit: Visit) -> None:
    campaign(product, DONE, FAILED)
    Shelving(product.store).archive(2)
    page = visit("campaign", id="1")
    assert drawn(page, "campaign_bar")[0]["label"] == "1 de 2 listos"
    assert not [button for button in page.button if button.key == "retry-all"]
    assert [row["title"] for row in drawn(page, "board")[0]["rows"]] == ["Oferta 1"]
    page.toggle(key="campaign-shelf").set_value(True).run()
    assert [row["title"] for row in drawn(page, "board")[0]["rows"]] == ["Oferta 2"]


def test_a_name_is_text_and_never_markup(product: Product, visit: Visit) -> None:
    campaign(product, {}, name="**:red[Otoño]** <b>x</b>")
    assert "**:red[Otoño]** <b>x</b>" in [text.value for text in visit("campaign", id="1").text]
    [row] = drawn(visit("campaigns"), "campaign_list")[0]["rows"]
    assert row["name"] == "**:red[Otoño]** <b>x</b>"


@pytest.mark.parametrize("address", ["", "x", "0", "-1", "7", "9" * 30, "٣"])
def test_a_campaign_that_does_not_exist_is_said_so(visit: Visit, address: str) -> None:
    assert "No existe esa campaña." in texts(visit("campaign", id=address))


# The list


def test_the_list_shows_each_campaign_with_its_progress(product: Product, visit: Visit) -> None:
    campaign(product, DONE, FAILED, name="Uno")
    campaign(product, {}, DONE, name="Dos")
    rows = drawn(visit("campaigns"), "campaign_list")[0]["rows"]
    assert [(row["name"], row["word"], row["progress"]) for row in rows] == [
        ("Dos", "En preparación", "1 de 2 listos"),
        ("Uno", "Terminada con errores", "1 de 2 listos"),
    ]


def test_an_empty_list_invites(visit: Visit) -> None:
    assert "Todavía no hay campañas" in texts(visit("campaigns"))
    assert "No campaigns yet" in texts(visit("campaigns", "en"))


def test_the_list_is_paged(product: Product, visit: Visit) -> None:
    for n in range(31):
        product.store.campaigns.add(f"No. {n}", f"draft-{n}", "token", utcnow())
    page = visit("campaigns")
    assert len(drawn(page, "campaign_list")[0]["rows"]) == 30
    next(button for button in page.button if button.key == "older").click()
    page.run()
    assert [row["name"] for row in drawn(page, "campaign_list")[0]["rows"]] == ["No. 0"]


# Downloads


class Browser:
    """Ask the routes of the downloads, in this process."""

    def __init__(self, product: Product) -> None:
        self._app = Starlette(routes=campaign_routes(product))

    def get(self, address: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://reels.test") as http:
                return await http.get(address)

        return asyncio.run(ask())


@pytest.fixture
def browser(product: Product) -> Browser:
    return Browser(product)


def keep(product: Product, reel_id: int) -> None:
    path = beside(product.store.path).workbench(reel_id) / "video.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"film")
    product.store.archive.add(reel_id, KeptFile(kind="video", name="video.mp4", bytes=4, sha256="a" * 64), utcnow())


def at(made: Campaign, name: str, token: str | None = None) -> str:
    return f"/campaign-files/{made.id}/{token or made.token}/{name}?lang=es&zone=Europe/Madrid&separator=;"


def test_results_are_a_table_in_the_viewers_language(product: Product, browser: Browser) -> None:
    link = "https://files.heygen.test/v.mp4"
    at_noon = utcnow().replace(year=2026, month=1, day=2, hour=11, minute=0, second=0)
    made = campaign(
        product,
        DONE,
        DONE | {"video_url": link, "duration_s": 12.4, "completed_at": at_noon},
        FAILED,
        {},
        name="Otoño/1",
    )
    keep(product, 1)
    answer = browser.get(at(made, "results.csv"))
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''Oto%C3%B1o%201.csv"
    assert answer.headers["cache-control"] == "private, no-store"
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [(row["Reel"], row["Título"], row["Estado"]) for row in table] == [
        ("1", "Oferta 1", "Listo"),
        ("2", "Oferta 2", "Listo"),
        ("3", "Oferta 3", "Fallido"),
        ("4", "Oferta 4", "En espera"),
    ]
    assert [row["Vídeo"] for row in table] == [f"http://reels.test/files/1/{'a' * 64}/video.mp4", link, "", ""]
    assert (table[1]["Duración (s)"], table[1]["Terminado"]) == ("12", "2026-01-02 12:00:00")
    assert table[2]["Qué ha pasado"].startswith("HeyGen no pudo crear el vídeo.")


def test_all_files_come_in_one_package_that_names_what_is_missing(product: Product, browser: Browser) -> None:
    made = campaign(product, DONE, DONE, FAILED)
    keep(product, 1)
    answer = browser.get(at(made, "files.zip"))
    package = zipfile.ZipFile(io.BytesIO(answer.content))
    assert package.namelist() == ["000001 Oferta 1.mp4", "contenido.csv"]
    assert package.read("000001 Oferta 1.mp4") == b"film"
    rows = list(csv.reader(io.StringIO(package.read("contenido.csv").decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1:] == [
        ["1", "Oferta 1", "en este paquete", "000001 Oferta 1.mp4"],
        ["2", "Oferta 2", "listo y todavía sin guardar: descarga otra vez dentro de un rato", ""],
        ["3", "Oferta 3", "Fallido", ""],
    ]


@pytest.mark.parametrize("name", ["results.csv", "files.zip"])
def test_a_download_needs_the_campaigns_own_token(product: Product, browser: Browser, name: str) -> None:
    made, other = campaign(product, {}, name="Uno"), campaign(product, {}, name="Dos")
    for token in ("x", other.token, made.token[:-1], "ñ"):
        assert browser.get(at(made, name, token)).status_code == 404
    for number in ("0", "9", "x", "9" * 5000, "-1", "٣"):
        assert browser.get(f"/campaign-files/{number}/{made.token}/{name}").status_code == 404
    assert browser.get(at(made, name)).status_code == 200


@pytest.mark.parametrize("how", ["", "?lang=xx&zone=Nowhere/Else&separator=|", "?zone=../../etc/passwd", "?zone=%00"])
def test_what_an_address_says_of_the_reader_is_a_wish_and_never_breaks(
    product: Product, browser: Browser, how: str
) -> None:
    made = campaign(product, {})
    answer = browser.get(f"/campaign-files/{made.id}/{made.token}/results.csv{how}")
    assert answer.content.decode("utf-8-sig").startswith("Reel,Title,Status,")


def test_the_page_links_to_the_downloads(product: Product, visit: Visit) -> None:
    made = campaign(product, DONE)
    links = [element.proto.url for element in visit("campaign", id="1").get("link_button")]
    assert [
        f"/campaign-files/1/{made.token}/{name}?lang=es" in link
        for name, link in zip(("results.csv", "files.zip"), links, strict=True)
    ] == [True, True]
