"""What a user wrote is no markup where Streamlit reads markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.account_figures import Problem
from pages.ui.notices import _problem
from pages.ui.plain import plain
from tests.unit.pages.conftest import Visit
from tests.unit.pages.test_page_many import upload

HOSTILE = "![x](https://example.com/x.png)"


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("**bold**", r"\*\*bold\*\*"),
        (HOSTILE, r"\!\[x\](https\://example.com/x.png)"),
        (":material/home: :red[no]", r"\:material/home\: \:red\[no\]"),
        ("<b>$x$</b>", r"\<b\>\$x\$\</b\>"),
        ("\n# a heading\n- a list", r"\# a heading \- a list"),
        ("Los años: 9:16", r"Los años\: 9\:16"),
    ],
)
def test_markup_is_escaped(text: str, markdown: str) -> None:
    assert plain(text) == markdown


@given(st.text())
def test_nothing_but_backslashes_and_spaces_changes(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", plain(text)) == " ".join(text.split())


def test_the_head_of_a_table_is_quoted_as_it_is_written(visit: Visit) -> None:
    page = upload(visit("many"), f"{HOSTILE},{HOSTILE}\na,b\n".encode())
    assert any(plain(HOSTILE) in str(error.value) for error in page.error)
    assert not any(HOSTILE in str(error.value) for error in page.error)


def test_what_heygen_says_is_quoted_in_a_notice() -> None:
    [notice] = _problem(Problem(code="odd", message="HeyGen says {text}", values={"text": HOSTILE}))
    assert notice.text == f"HeyGen says {plain(HOSTILE)}"
