"""Make a disk slow: a small library that is loaded before the system's own lets each fsync take longer."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parent / "servers" / "slow_fsync.c"


def slow_fsync(folder: Path, more_us: int) -> Mapping[str, str] | None:
    """Return the environment that makes each fsync so many microseconds longer; None without Linux or a compiler."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    library = folder / "slow_fsync.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE], check=True)  # noqa: S603  # our own file
    return {"LD_PRELOAD": str(library), "SLOW_FSYNC_US": str(more_us)}
