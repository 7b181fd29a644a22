"""The command line of the simulator."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import NoReturn

from fake_heygen.cli.words import WORDS

DEFAULT_PORT = 8900
WORDS_TOLD = (
    f"With a word it speaks to a running simulator, or proves something: {', '.join(WORDS)}; WORD --help tells more."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asked for; None where it said nothing."""

    host: str
    port: int
    seed: int
    speed: float | None
    scenario: str | None
    state: Path | None
    exit_with_parent: bool
    strict: bool
    start: float | None
    frozen: bool


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}\n")
        raise SystemExit(2)


def read_options(arguments: Sequence[str]) -> Options:
    """Read the command line; a wrong one ends the process with one sentence and exit code 2."""
    parser = _Parser(prog="python -m fake_heygen", description="A simulator of HeyGen's API v3.", epilog=WORDS_TOLD)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help="port (8900); 0 lets the system choose")
    parser.add_argument("--seed", type=_seed, help="makes ids and fates repeatable")
    parser.add_argument("--speed", type=_speed, help="simulated seconds per real second (1)")
    parser.add_argument("--scenario", help="name of a bundled scenario, or a TOML file (default)")
    parser.add_argument("--state", type=Path, help="file that keeps the world between runs")
    parser.add_argument(
        "--strict", action="store_true", help="refuse fields and query parameters that HeyGen does not know, with 400"
    )
    parser.add_argument("--start", type=_moment, help="simulated moment to begin at, ISO 8601 (now)")
    parser.add_argument("--frozen", action="store_true", help="begin with a clock that stands still")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when standard input ends")
    values = parser.parse_args(arguments)
    seed = secrets.randbits(32) if values.seed is None else values.seed
    return Options(**(vars(values) | {"seed": seed}))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text.removeprefix("x").removesuffix("x"))
    except ValueError:
        speed = 0.0
    if not isfinite(speed) or not 0.001 <= speed <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0.001 to 1000000")
    return speed


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a moment like 2026-12-01T09:00:00Z") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
