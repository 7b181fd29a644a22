"""Words that tell: the journal, the ledger, and the wait for a condition."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from fake_heygen.cli.output import Output
from fake_heygen.cli.remote import Remote
from fake_heygen.cli.steering import duration
from fake_heygen.condition import LONGEST_WAIT_S, STATES, USUAL_WAIT_S
from fake_heygen.proof.moment import iso

Args = argparse.Namespace
NOT_MET = 1


def add_words(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the words to the command line."""
    journal = add("journal", _journal)
    journal.add_argument("--kind", choices=["request", "attempt"])
    journal.add_argument("--video", metavar="ID", help="only what concerns this video")
    journal.add_argument("--search", metavar="WORDS", help="only entries in which every word stands")
    journal.add_argument("--since", type=float, metavar="UNIX", help="simulated unix seconds")
    journal.add_argument("--limit", type=int, metavar="N", help="the latest N")
    export = journal.add_mutually_exclusive_group()
    export.add_argument("--jsonl", action="store_true", help="print JSON lines")
    export.add_argument("--har", action="store_true", help="print an HTTP archive (HAR 1.2)")
    add("ledger", _ledger)
    wait = add("wait", _wait)
    wait.add_argument("--deliveries", type=int, metavar="N", help="at least N attempts were made")
    wait.add_argument("--acknowledged", type=int, metavar="N", help="at least N deliveries were answered with 2xx")
    wait.add_argument("--state", choices=STATES, help="every video concerned is in this state")
    wait.add_argument("--idle", action="store_true", help="nothing is due or on its way")
    wait.add_argument("--video", metavar="ID", help="count only this video")
    wait.add_argument("--event", metavar="TYPE", help="count only deliveries of this event")
    wait.add_argument(
        "--timeout",
        type=duration,
        default=USUAL_WAIT_S,
        metavar="TIME",
        help=f"{USUAL_WAIT_S:g}s, at most {LONGEST_WAIT_S:g}s",
    )


def _journal(remote: Remote, output: Output, args: Args) -> int:
    query = {"kind": args.kind, "video_id": args.video, "q": args.search, "since": args.since, "limit": args.limit}
    if args.har:
        output.text(json.dumps(json.loads(remote.text("journal.har", **query)), ensure_ascii=False, indent=2))
    elif args.jsonl:
        output.text(remote.text("journal.jsonl", **query).rstrip("\n"))
    else:
        answer = remote.get("journal", **query)
        output.show(answer, [_line(entry) for entry in answer["data"]])
    return 0


def _line(entry: dict[str, Any]) -> str:
    if entry["kind"] == "request":
        return f"{iso(entry['at'])}  -> {entry['status'] or '...'}  {entry['method']} {entry['path']}"
    answer = entry["response"]["status"] if entry["response"] else entry["error"]
    fault = f"  [{entry['fault']}]" if entry["fault"] else ""
    return (
        f"{iso(entry['at'])}  <- {answer}  {entry['event_type']} {entry['video_id']} attempt {entry['attempt']}{fault}"
    )


def _ledger(remote: Remote, output: Output, _args: Args) -> int:
    ledger = remote.ledger()
    output.show(ledger, [_row(row) for row in ledger["data"]])
    return 0


def _row(row: dict[str, Any]) -> str:
    counts = f"charges {row['charges']}, deliveries {row['deliveries']}, asked {row['status_calls']} times"
    return f"{row['video_id']}  {row['outcome'] or 'processing':<10}  {counts}  {row['title'] or ''}".rstrip()


def _wait(remote: Remote, output: Output, args: Args) -> int:
    wanted = {
        "deliveries": args.deliveries,
        "acknowledged": args.acknowledged,
        "state": args.state,
        "idle": args.idle or None,
        "video_id": args.video,
        "event_type": args.event,
        "timeout_s": args.timeout,
    }
    given = {key: value for key, value in wanted.items() if value is not None}
    answer = remote.post("wait", given, accepted=(408,))
    hint = f" ({answer['hint']})" if "hint" in answer else ""
    seen = ", ".join(f"{key} {value}" for key, value in answer["seen"].items())
    output.show(answer, [f"{'met' if answer['met'] else 'not met'} after {answer['waited_s']:g} s: {seen}{hint}"])
    return 0 if answer["met"] else NOT_MET
