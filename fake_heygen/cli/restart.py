"""The operator's part in a certificate: restart the receiver and say what it kept, by hand or by commands.

Refused
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable

from fake_heygen.proof.certificate.subject import Operator

BY_HAND = ""
RESTART = "Kill the receiver, start it again, and press Enter. "
COUNT = "How many deliveries has the receiver kept up to now? "


class Refused(Exception):
    """Say why no certificate can be made."""


def operator(restart: str | None, count: str | None) -> Operator:
    """Return what the operator offers: `restart` None is nothing, BY_HAND asks, else it is a command."""
    if restart is None:
        return Operator()
    counted: Callable[[], int] | None = None
    if count:
        counted = _Count(count)
    elif sys.stdin.isatty():
        counted = _Count(BY_HAND)
    return Operator(restart=_Restart(restart), count=counted)


class _Restart:
    def __init__(self, command: str) -> None:
        self._command = command

    def __call__(self) -> None:
        if self._command == BY_HAND:
            _ask(RESTART)
        else:
            _run(self._command)


class _Count:
    def __init__(self, command: str) -> None:
        self._command = command

    def __call__(self) -> int:
        text = _ask(COUNT) if self._command == BY_HAND else _run(self._command)
        try:
            return int(text.strip())
        except ValueError:
            raise Refused(f"a count was expected, got {text.strip()[:80]!r}") from None


def _run(command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # the operator's own command
            shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True
        )
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise Refused(f"{command!r} did not work: {error}") from error
    return done.stdout


def _ask(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        raise Refused("nobody answered on standard input")
    return answer
