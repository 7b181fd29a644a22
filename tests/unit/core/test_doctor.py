from __future__ import annotations

import pytest

from core import doctor


@pytest.mark.parametrize(
    ("base", "heygen", "result"),
    [
        ("https://a..b", "https://heygen.test", "pass"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9", "pass"),
        ("http://127.0.0.1:9", "https://heygen.test", "fail"),
    ],
)
def test_the_doctor_looks_at_the_kind_of_address(base: str, heygen: str, result: str) -> None:
    check = doctor._scheme(base, heygen)
    assert (check.name, str(check.result), bool(check.advice)) == ("webhook-scheme", result, result == "fail")
