"""What is missing fails a run of CI, and is said loudly by every other."""

from __future__ import annotations

import pytest

from tests.deploy import needed


def test_a_missing_program_fails_where_it_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(needed.MISSING)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program was not found"):
        needed.program("no-such-program", "nothing")
    monkeypatch.delenv("CI")
    for _ in range(2):
        with pytest.raises(pytest.skip.Exception):
            needed.program("no-such-program", "nothing")
    assert len(needed.MISSING) == len(before) + 1
    del needed.MISSING[len(before) :]
    assert needed.program("sh", "dash").endswith("/sh")
