"""The short form of `make scale`: few reels, fewer hosts, every kind of harm, every promise."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.deploy.needed import program
from tests.scale.network import why_not
from tests.support import celery_programs, postgres
from tests.support.programs import ROOT
from tests.support.untested import SIGN, untested

REELS = 24
SEED = 3  # `make scale` draws others


@pytest.mark.timeout(420)
def test_many_hosts_lose_pay_and_believe_nothing() -> None:
    celery_programs.need()
    program("nginx", "nginx-light")
    if postgres.programs() is None:
        untested("many hosts, since PostgreSQL or its driver is not installed (Debian: apt-get install postgresql).")
    command = [sys.executable, "-m", "tests.scale", "--seed", str(SEED), "--reels", str(REELS), "--short"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False)
    sys.stdout.write(ended.stdout)  # shown when it fails
    assert (ended.returncode, ended.stderr) == (0, "")
    if (reason := why_not()) is not None:
        pytest.skip(f"{SIGN}hosts that are cut off, since {reason}.")
