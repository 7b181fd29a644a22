"""Run one word of the command line: 0 done, 1 refused, failed or not met, 2 wrong usage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from fake_heygen.cli import certifying, checking, reading, steering
from fake_heygen.cli.output import Output, complain
from fake_heygen.cli.remote import DEFAULT_AT, Remote, RemoteError
from fake_heygen.cli.restart import Refused
from fake_heygen.cli.words import WORDS
from fake_heygen.scenario import ScenarioError

FAILED = 1
Words = Any  # what argparse calls its sub-parsers has no public name


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}\n")
        raise SystemExit(2)


def run_word(arguments: Sequence[str]) -> int:
    """Run a word and return its exit code."""
    args = read_words().parse_args(arguments)
    output = Output(as_json=args.json)
    try:
        if "at" not in args:
            return int(args.run(output, args))
        with Remote(args.at, args.account) as remote:
            return int(args.run(remote, output, args))
    except (RemoteError, ScenarioError, checking.Unreadable, Refused) as error:
        complain(f"fake HeyGen: {error}")
        return FAILED
    except KeyboardInterrupt:
        return 130


def read_words() -> argparse.ArgumentParser:
    """Return the parser of all words."""
    parser = _Parser(prog="python -m fake_heygen", description="Speak to a running simulator, or prove something.")
    words = parser.add_subparsers(dest="word", required=True, metavar="WORD", parser_class=_Parser)
    steering.add_words(_adder(words))
    reading.add_words(_adder(words))
    checking.add_word(_adder(words))
    certifying.add_word(_adder(words, remote=False))
    return parser


def _adder(words: Words, *, remote: bool = True) -> Callable[..., argparse.ArgumentParser]:
    def add(name: str, run: Callable[..., int]) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = words.add_parser(name, help=WORDS[name], description=WORDS[name])
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
        parser.set_defaults(run=run)
        if remote:
            parser.add_argument("--at", default=DEFAULT_AT, metavar="URL", help=f"the simulator ({DEFAULT_AT})")
            parser.add_argument("--account", metavar="KEY", help="only the account that this API key opens")
        return parser

    return add
