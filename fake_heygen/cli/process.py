"""Run a simulator as a process of its own, on a port that it chooses, for as long as somebody needs it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

READY = "fake HeyGen listening on "
STOP_WITHIN_S = 5.0
ABOVE = Path(__file__).parents[2]


class Process:
    """A simulator that ends with its `with` block, and with the process that started it."""

    def __init__(self, *arguments: str) -> None:
        path = os.pathsep.join(filter(None, (str(ABOVE), os.environ.get("PYTHONPATH"))))
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed in __exit__
        self._process = subprocess.Popen(  # noqa: S603  # this package's own module
            [sys.executable, "-m", "fake_heygen", "--exit-with-parent", *arguments],
            env=os.environ | {"PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self.url = ""

    @property
    def pid(self) -> int:
        """Return the id of the simulator's process."""
        return self._process.pid

    def __enter__(self) -> Process:
        line = self._process.stdout.readline().decode().strip() if self._process.stdout else ""
        if not line.startswith(READY):
            self._end()
            self._errors.seek(0)
            raise RuntimeError(f"the simulator did not start: {self._errors.read().decode(errors='replace')[-2000:]}")
        self.url = line.removeprefix(READY)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._errors.close()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
