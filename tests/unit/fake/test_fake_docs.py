from __future__ import annotations

from fake_heygen.docs import PAGE, page


def test_the_page_of_the_simulator_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m fake_heygen.docs"
