"""What a process of core loads, seen in a process of its own."""

from __future__ import annotations

import subprocess
import sys


def test_core_loads_neither_pandas_nor_numpy_and_both_can_be_loaded_afterwards() -> None:
    asked = (
        "import sys, core.receiver, core.worker; "
        "print({'pandas', 'numpy'} & sys.modules.keys() or 'neither'); import pandas; print(pandas.DataFrame().empty)"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.split() == ["neither", "True"]
