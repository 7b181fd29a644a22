"""An operator's signal ends the product, at whatever moment it comes."""

from __future__ import annotations

import subprocess
import sys

from tests.support.programs import ROOT, clean_environ

IMPATIENT = """
import os, signal
from core import serving

class Runtime:
    routes = []
    def start(self):
        os.kill(os.getpid(), signal.SIGTERM)
    def stop(self):
        print("stopped")

raise SystemExit(serving.serve(Runtime(), serving.listen("127.0.0.1", 0)))
"""


def test_a_signal_during_the_start_is_not_lost() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPATIENT], cwd=ROOT, env=clean_environ(), capture_output=True, text=True, timeout=20
    )
    assert (done.returncode, done.stdout) == (0, "stopped\n"), done.stderr
