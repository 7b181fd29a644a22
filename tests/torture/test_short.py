"""The short form of `make torture`: few reels, every mode at once, every promise; the long form is the Makefile's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.torture.__main__ import report, torture

REELS = 30
SEED = 1  # `make torture` draws others


@pytest.mark.timeout(240)
def test_nothing_is_lost_paid_twice_or_believed(tmp_path: Path) -> None:
    results = torture(SEED, REELS, tmp_path, at_once=3, short=True)
    sys.stdout.write("\n".join((f"SEED={SEED} REELS={REELS}", *map(report, results))))  # shown when it fails
    assert [result.findings for result in results if not result.is_good] == []
