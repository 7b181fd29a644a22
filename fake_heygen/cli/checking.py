"""The word `check`: compare a client's history with the ledger."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fake_heygen.cli.output import Output
from fake_heygen.cli.remote import Remote
from fake_heygen.cli.steering import duration
from fake_heygen.proof.checker import Rules, check
from fake_heygen.proof.history import HistoryError, read_history
from fake_heygen.proof.truth import Ledger, LedgerError, read_ledger

BROKEN = 1


class Unreadable(Exception):
    """Say which file cannot be read, and why."""


def add_word(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the word to the command line."""
    parser = add("check", _check)
    parser.add_argument(
        "--history", required=True, metavar="FILE", help="what the client believes; - is standard input"
    )
    parser.add_argument("--ledger", metavar="URL_OR_FILE", help="default: the simulator at --at")
    parser.add_argument("--grace", type=duration, default=0.0, metavar="TIME", help="an end may be unknown for so long")
    parser.add_argument("--late", type=duration, metavar="TIME", help="learning of an end later than this is a finding")
    parser.add_argument(
        "--clock",
        choices=["real", "simulated"],
        default="real",
        help="whose times the history tells; those of the simulated clock can be compared at any pace",
    )


def _check(remote: Remote, output: Output, args: argparse.Namespace) -> int:
    try:
        ledger = _ledger(remote, args)
        jobs = read_history(_text(args.history))
    except (HistoryError, LedgerError) as error:
        raise Unreadable(str(error)) from error
    ledger = replace(ledger, same_clock=ledger.same_clock or args.clock == "simulated")
    report = check(ledger, jobs, Rules(grace_s=args.grace, late_s=args.late))
    output.show(report.to_json(), report.lines())
    return 0 if report.sound else BROKEN


def _ledger(remote: Remote, args: argparse.Namespace) -> Ledger:
    return read_ledger(_document(remote, args), time.time())


def _document(remote: Remote, args: argparse.Namespace) -> Any:
    if args.ledger is None:
        return remote.ledger()
    if args.ledger.startswith(("http://", "https://")):
        with Remote(args.ledger.partition("/_sim")[0], args.account) as other:
            return other.ledger()
    try:
        return json.loads(_text(args.ledger))
    except ValueError as error:
        raise LedgerError(f"{args.ledger} is no JSON: {error}") from error


def _text(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"cannot read {name}: {getattr(error, 'strerror', None) or error}") from error
