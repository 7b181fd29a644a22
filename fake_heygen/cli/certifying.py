"""The word `certify`: put any receiver through the certificate."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from fake_heygen.cli.output import Output
from fake_heygen.cli.restart import BY_HAND, Refused, operator
from fake_heygen.cli.steering import duration
from fake_heygen.fields import is_loopback
from fake_heygen.proof.certificate.document import line
from fake_heygen.proof.certificate.examination import examine
from fake_heygen.proof.certificate.limits import Limits
from fake_heygen.proof.certificate.rule import Examined
from fake_heygen.proof.certificate.subject import Subject
from fake_heygen.proof.certificate.wire import Unreachable

SECRET_VARIABLE = "HEYGEN_WEBHOOK_SECRET"  # noqa: S105  # its name, not its value
UNSOUND = 1


def add_word(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the word to the command line."""
    parser = add("certify", _certify)
    parser.add_argument("url", metavar="URL", help="where signed deliveries of the account go")
    parser.add_argument("--secret", metavar="whsec_…", help=f"its signing secret (default: ${SECRET_VARIABLE})")
    parser.add_argument("--token-url", metavar="URL", help="an unguessable address that needs no signature")
    parser.add_argument("--video-id", metavar="ID", help="speak of this video only (default: of new ones)")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write JUnit XML too")
    parser.add_argument(
        "--slow", type=duration, default=Limits().slow_s, metavar="TIME", help="a dribbling body must end within (60s)"
    )
    parser.add_argument(
        "--confirm-restart",
        nargs="?",
        const=BY_HAND,
        metavar="COMMAND",
        help="restart the receiver by this command; without one, wait for the operator",
    )
    parser.add_argument(
        "--count-command",
        metavar="COMMAND",
        help="prints how many deliveries the receiver has kept; without one, ask the operator",
    )
    parser.add_argument(
        "--mine", action="store_true", help="the receiver is not on this machine, and I may do this to it"
    )


def _certify(output: Output, args: argparse.Namespace) -> int:
    subject = _subject(args)
    try:
        certificate = examine(subject, (lambda _: None) if args.json else _tell)
    except Unreachable as error:
        raise Refused(f"nobody accepts connections at {args.url} ({error})") from error
    if args.junit:
        try:
            args.junit.write_text(certificate.junit(), encoding="utf-8")
        except OSError as error:
            raise Refused(f"cannot write {args.junit}: {error.strerror}") from error
    output.show(certificate.to_json(), [certificate.summary()])
    return 0 if certificate.sound else UNSOUND


def _tell(one: Examined) -> None:
    sys.stdout.buffer.write((line(one) + "\n").encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _subject(args: argparse.Namespace) -> Subject:
    for url in filter(None, (args.url, args.token_url)):
        _check_url(url, mine=args.mine)
    secret = args.secret or os.environ.get(SECRET_VARIABLE, "").partition(",")[0].strip()
    return Subject(
        url=args.url,
        secret=secret or None,
        token_url=args.token_url,
        video_id=args.video_id,
        limits=Limits(slow_s=args.slow),
        operator=operator(args.confirm_restart, args.count_command),
    )


def _check_url(url: str, *, mine: bool) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Refused(f"{url} is no address of a receiver: write http(s)://host/path")
    if not mine and not is_loopback(parts.hostname or ""):
        raise Refused(f"{parts.hostname} is not this machine; say --mine if you may put it through this")
