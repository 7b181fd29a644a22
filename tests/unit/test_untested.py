"""What is missing fails a run of CI, and is said loudly by every other, however many processes share the work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy import needed
from tests.support.programs import ROOT

LACKING = """
import pytest
from tests.support.untested import untested

@pytest.mark.parametrize("n", range(4))
def test_it(n):
    untested("there is no moon tonight.")
"""


def test_a_missing_program_fails_where_it_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program was not found"):
        needed.program("no-such-program", "nothing")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no-such-program was not found"):
        needed.program("no-such-program", "nothing")
    assert needed.program("sh", "dash").endswith("/sh")


@pytest.mark.parametrize("processes", ["0", pytest.param("2", marks=pytest.mark.long)])
def test_what_was_not_tested_is_said_once_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: str
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    (tmp_path / "test_lacking.py").write_text(LACKING)
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_terminal_summary\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        processes,
        "--rootdir",
        str(tmp_path),
        "-c",
        "/dev/null",
        ".",
    ]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-o", f"pythonpath={ROOT}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "4 skipped" in done.stdout
    assert done.stdout.count("NOT TESTED: there is no moon tonight.") == 1, done.stdout + done.stderr
