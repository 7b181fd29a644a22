"""A host and what it runs: started, killed as by a power cut, stopped as by an operator."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.scale.network import Host
from tests.support.programs import ROOT, Program

STOP_S: Final = 60.0
WAY: Final = "way"
CARELESS: Final = (WAY, "pages")  # these know nothing of signals: the way is ours, the other is Streamlit


class Station:
    """Hold the programs of one host, by name; `kind` says what it is for."""

    def __init__(
        self, host: Host, kind: str, programs: Mapping[str, list[str]], environ: Mapping[str, str], folder: Path
    ) -> None:
        self.host = host
        self.name = host.name
        self.kind = kind
        self.log = folder / f"{host.name}.log"
        self._programs = programs
        self._environ = environ
        self._running: dict[str, Program] = {}

    def start(self, **more: str) -> None:
        """Start every program of the host."""
        for name, argv in self._programs.items():
            command = self.host.command(argv)
            self._running[name] = Program(command, {**self._environ, **more}, self.log, ROOT, group=True)

    @property
    def is_down(self) -> bool:
        """Tell whether it was killed, or stopped."""
        return not self._running

    @property
    def ended(self) -> list[str]:
        """Return what ended by itself, with its code."""
        codes = {name: program.process.poll() for name, program in self._running.items()}
        return [f"{self.name}'s {name} ended by itself with {code}" for name, code in codes.items() if code is not None]

    @property
    def output(self) -> str:
        """Return all that it wrote in all its lives."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def kill(self) -> None:
        """End everything of the host at once, children of its programs included."""
        for program in self._running.values():
            with suppress(ProcessLookupError):
                os.killpg(program.process.pid, signal.SIGKILL)
        for program in self._running.values():
            program.kill()
        self._running.clear()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to every program, and not to its children."""
        for program in self._running.values():
            program.process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> list[str]:
        """Stop everything as an operator would; return what did not end well."""
        self.send(number)
        for program in self._running.values():
            with suppress(Exception):
                program.process.wait(STOP_S)
        codes = {name: program.process.poll() for name, program in self._running.items()}
        self.kill()
        wrong = {name: code for name, code in codes.items() if code and not (code == -number and name in CARELESS)}
        return [f"{self.name}'s {name} was stopped and ended with {code}" for name, code in wrong.items()]
