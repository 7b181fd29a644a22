"""The short form of `make torture`: few reels, every mode at once, every promise; the long form is the Makefile's."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.programs import ROOT

REELS = 30
SEED = 1  # `make torture` draws others


@pytest.mark.timeout(240)
def test_nothing_is_lost_paid_twice_or_believed() -> None:
    # A process of its own: what is killed and forked there must not depend on what other tests left in this one.
    words = ["--seed", str(SEED), "--reels", str(REELS), "--at-once", "3", "--short"]
    command = [sys.executable, "-m", "tests.torture", *words]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=230, check=False)
    sys.stdout.write(ended.stdout)  # shown when it fails
    assert (ended.returncode, ended.stderr) == (0, "")
