"""The guides: the same in both languages, true to the pages, and shown in the app."""

from __future__ import annotations

import re

import pytest

from pages.ui.directory import ENTRIES
from pages.ui.guides import GUIDES, anchor, parted, path_of, read
from pages.ui.health.checkup import NAMES
from pages.ui.language import LANGUAGES
from tests.unit.pages.conftest import ROOT, Visit
from tests.unit.pages.messages import messages, spanish
from tests.unit.pages.states import texts
from tests.unit.test_documents import command_words, settings_read

BOTH = [(name, language) for name in GUIDES for language in LANGUAGES]
OTHER_ADDRESSES = {"/healthz", "/metrics", "/webhooks/", "/etc/systemd/system/reels.service"}


def outline(name: str, language: str) -> list[int]:
    """Return the levels of a guide's headings."""
    text = re.sub(r"^```.*?^```$", "", path_of(name, language).read_text(), flags=re.M | re.S)
    return [len(marks) for marks in re.findall(r"^(#+) ", text, re.M)]


def prose(name: str, language: str) -> str:
    """Return a guide without its fenced examples, each paragraph on one line."""
    text = re.sub(r"^```.*?^```$", "", read(name, language), flags=re.M | re.S)
    return re.sub(r"(?<=\S)\n(?=[^\n|#-])\s*", " ", text)


@pytest.mark.parametrize("name", GUIDES)
def test_both_languages_have_the_same_outline(name: str) -> None:
    english, other = outline(name, "en"), outline(name, "es")
    assert len(english) >= 5
    assert english == other
    for pattern in (r"^\| ", r"^- ", r"^\d+\. ", r"^```"):
        counts = [len(re.findall(pattern, path_of(name, language).read_text(), re.M)) for language in ("en", "es")]
        assert counts[0] == counts[1], pattern


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_every_name_of_the_pages_is_written_as_they_write_it(name: str, language: str) -> None:
    """Names of pages, buttons and words stand in italics."""
    known = messages() if language == "en" else {str(entry.string) for entry in spanish()}
    named = set(re.findall(r"(?<![*\w])\*([^*\n]+)\*(?!\*)", prose(name, language))) - {"Who gets in"}
    assert len(named) >= 5
    assert named <= known, "no page says so"


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_every_address_is_that_of_a_page(name: str, language: str) -> None:
    named = set(re.findall(r"`(/[a-z/._-]*)`", read(name, language)))
    pages = {f"/{entry.url}" for entry in ENTRIES}
    assert named
    assert named <= pages | OTHER_ADDRESSES


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_every_word_setting_and_figure_exists(name: str, language: str) -> None:
    text = read(name, language)
    assert set(re.findall(r"python -m core ([a-z-]+)", text)) <= command_words()
    named = set(re.findall(r"\b(HEYGEN_[A-Z_]+)\b", text))
    assert {name.removesuffix("_ACME") for name in named} <= settings_read()
    figures = set(re.findall(r"^\| `([a-z_]+)` \|", text, re.M)) if name == "operations" else set()
    source = (ROOT / "core" / "status.py").read_text()
    assert all(f'"{figure.removesuffix("_total")}"' in source for figure in figures)
    assert not figures or len(figures) >= 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_of_the_doctor_is_explained(language: str) -> None:
    _opening, sections = parted(read("operations", language))
    [told] = [section.body for section in sections if "python -m core doctor" in section.body]
    rows = re.findall(r"^\| ([a-z][a-z, -]+) \|", told, re.M)
    assert {name for row in rows for name in row.split(", ")} == set(NAMES) - {"webhook"}


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_every_magic_word_is_one_that_the_simulator_knows(name: str, language: str) -> None:
    documented = (ROOT / "docs" / "simulator.md").read_text()
    for word in re.findall(r"`((?:render|webhook|outcome|status)=[a-z]+)", read(name, language)):
        assert word in documented, word


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_a_guide_is_shown_with_its_contents(visit: Visit, name: str, language: str) -> None:
    page = visit("help", language, guide=name)
    _opening, sections = parted(read(name, language))
    assert [(heading.value, heading.proto.anchor) for heading in page.header] == [
        (section.title, section.anchor) for section in sections
    ]
    assert len({section.anchor for section in sections}) == len(sections)
    assert all(f"[{section.title}](#{section.anchor})" in texts(page) for section in sections)
    assert all(section.body in texts(page) for section in sections)


@pytest.mark.parametrize("language", ["es", "en"])
def test_without_a_wish_the_first_guide_is_shown_and_the_address_remembers_another(visit: Visit, language: str) -> None:
    page = visit("help", language, guide="nonsense")
    assert page.button_group(key="guide").value == "marketing"


def test_another_guide_is_chosen_and_remembered(visit: Visit) -> None:
    page = visit("help", "en")
    page.button_group(key="guide").set_value("qa").run()
    assert page.query_params["guide"] in ("qa", ["qa"])
    assert "Break one reel" in texts(page)


@pytest.mark.parametrize(
    ("title", "expected"), [("Qué significan las palabras", "que-significan-las-palabras"), ("A, b & ñ!", "a-b-n")]
)
def test_an_anchor_is_plain(title: str, expected: str) -> None:
    assert anchor(title) == expected


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_the_readme_leads_to_every_guide(name: str, language: str) -> None:
    where = path_of(name, language).relative_to(ROOT)
    assert f"]({where})" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_no_guide_asks_another_host_for_a_picture(name: str, language: str) -> None:
    assert "![" not in path_of(name, language).read_text()
