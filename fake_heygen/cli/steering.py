"""Words that steer: events on demand, the clock, the scenario, the wallet, a new beginning."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fake_heygen.cli.output import Output
from fake_heygen.cli.remote import Remote
from fake_heygen.proof.moment import iso
from fake_heygen.scenario import load
from fake_heygen.vocabulary import VocabularyError, read_duration

Add = Callable[..., argparse.ArgumentParser]
Args = argparse.Namespace


def add_words(add: Add) -> None:
    """Add the words to the command line."""
    trigger = add("trigger", _trigger)
    trigger.add_argument("video_id", metavar="VIDEO_ID")
    trigger.add_argument("--event", default="avatar_video.success", metavar="TYPE", help="avatar_video.success")
    trigger.add_argument("--words", metavar="WORDS", help="faults that strike it, such as 'sign=bad wire=reset'")
    resend = add("resend", _resend)
    resend.add_argument("delivery_id", metavar="DELIVERY_ID")
    advance = add("advance", _advance)
    advance.add_argument("seconds", type=duration, metavar="TIME", help="20s, 5m, 2h, 3d or seconds")
    clock = add("clock", _clock)
    clock.add_argument("--speed", type=float, metavar="X", help="simulated seconds per real second")
    pace = clock.add_mutually_exclusive_group()
    pace.add_argument("--freeze", action="store_true", help="stop the clock")
    pace.add_argument("--run", action="store_true", dest="thaw", help="let it run again")
    scenario = add("scenario", _scenario)
    scenario.add_argument("scenario", nargs="?", metavar="NAME_OR_FILE")
    add("scenarios", _scenarios)
    wallet = add("wallet", _wallet)
    wallet.add_argument("balance", type=float, metavar="BALANCE")
    key = add("key", _key)
    key.add_argument("old", metavar="OLD")
    key.add_argument("new", metavar="NEW")
    add("reset", _reset)


def duration(text: str) -> float:
    """Read a time of the command line."""
    try:
        return read_duration(text)
    except VocabularyError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _trigger(remote: Remote, output: Output, args: Args) -> int:
    answer = remote.post("trigger", {"video_id": args.video_id, "event_type": args.event, "words": args.words})
    output.show(answer, [_delivery(row) for row in answer["data"]] or ["nobody wants this event"])
    return 0


def _resend(remote: Remote, output: Output, args: Args) -> int:
    row = remote.post(f"deliveries/{args.delivery_id}/resend")
    output.show(row, [_delivery(row)])
    return 0


def _delivery(row: dict[str, Any]) -> str:
    answer = row["last_status"] or row["last_error"] or "not attempted"
    return f"{row['delivery_id']}  {row['state']}  attempt {row['attempts']}: {answer}  {row['url']}"


def _advance(remote: Remote, output: Output, args: Args) -> int:
    return _show_clock(remote.post("clock", {"advance_s": args.seconds}), output)


def _clock(remote: Remote, output: Output, args: Args) -> int:
    change: dict[str, Any] = {} if args.speed is None else {"speed": args.speed}
    if args.freeze or args.thaw:
        change["frozen"] = bool(args.freeze)
    return _show_clock(remote.post("clock", change) if change else remote.get("clock"), output)


def _show_clock(view: dict[str, Any], output: Output) -> int:
    output.show(view, _clock_lines(view))
    return 0


def _clock_lines(view: dict[str, Any]) -> Iterator[str]:
    pace = "frozen" if view["frozen"] else f"speed {view['speed']:g}"
    yield f"{iso(view['now'])}  {pace}  {view['due_count']} due"
    for due in view["due"]:
        yield f"  in {due['at'] - view['now']:>10.1f} s  {due['kind']:<12}  {due['subject']}"


def _scenario(remote: Remote, output: Output, args: Args) -> int:
    if args.scenario is None:
        played = remote.get("scenario")
    elif Path(args.scenario).is_file():
        played = remote.put("scenario", dict(load(args.scenario)))
    else:
        played = remote.put("scenario", {"name": args.scenario})
    output.show(played, [f"{played['name']}: {played['description'] or 'no description'}"])
    return 0


def _scenarios(remote: Remote, output: Output, _args: Args) -> int:
    answer = remote.get("scenarios")
    output.show(
        answer, [f"{'*' if row['current'] else ' '} {row['name']:<28} {row['description']}" for row in answer["data"]]
    )
    return 0


def _wallet(remote: Remote, output: Output, args: Args) -> int:
    answer = remote.post("wallet", {"balance": args.balance})
    output.show(answer, [f"balance {answer['balance']:g}"])
    return 0


def _key(remote: Remote, output: Output, args: Args) -> int:
    answer = remote.post("keys", {"old": args.old, "new": args.new})
    output.show(answer, ["the new key opens the account; the old one is refused"])
    return 0


def _reset(remote: Remote, output: Output, _args: Args) -> int:
    output.show(remote.post("reset"), ["everything is forgotten"])
    return 0
