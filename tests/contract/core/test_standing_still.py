"""A process that stood still (a laptop that slept, a host that was busy) goes on as if nothing had been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys, threading, time
from core.clock import utcnow
from core.store import open_store

store = open_store(f"sqlite:///{sys.argv[1]}", busy_timeout_s=1.0)
store.facts.put("opened", 1, utcnow())
holds, waits = threading.Event(), threading.Event()

def hold():
    with store.transaction():
        holds.set()
        waits.wait()
        for _ in range(30):  # slept in slices, so that the time of standing still does not count
            time.sleep(0.01)

threading.Thread(target=hold).start()
holds.wait()
print("holds", flush=True)
waits.set()
store.facts.put("waited", 1, utcnow())
print("written", flush=True)
"""


def test_a_writer_whose_process_stood_still_has_not_lost_its_patience(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "reels.db")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holds\n"
        time.sleep(0.1)  # let it wait for its turn; standing still is the matter here, not a condition
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(process.pid, signal.SIGCONT)
        said, complaint = process.communicate(timeout=30)
    assert (said, complaint) == ("written\n", "")
