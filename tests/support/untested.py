"""Say what could not be tested: a run of CI fails for it, any other says it loudly at its end."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, NoReturn

import pytest

SIGN = "NOT TESTED: "


def untested(what: str) -> NoReturn:
    """End a test, or a fixture, for which something is missing on this machine; `what` is one sentence."""
    if os.environ.get("CI"):
        pytest.fail(SIGN + what)
    pytest.skip(SIGN + what)


def told(skipped: Iterable[Any]) -> list[str]:
    """Return what the reports of skipped tests say was not tested, each sentence once.

    The reports come from whatever process ran the test, so nothing is lost where several share the work.
    """
    reasons = [report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)]
    return list(dict.fromkeys(SIGN + reason.partition(SIGN)[2] for reason in reasons if SIGN in reason))
