"""Offer the product on the command line: `python -m core WORD`; with --json, stdout is JSON and nothing else."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from core import campaigns, comparison, doctor, endpoint, logs, relocation, serving
from core.check import Result
from core.clock import isoformat, utcnow
from core.config import DEFAULT_ACCOUNT, Settings
from core.dashboard import campaign_json, delivery_json, get_processing_dashboard, reel_json, timeline_json
from core.errors import ReelsError, Refused
from core.in_force import settings_in_force
from core.models import ProcessingMode, Reel, ReelStatus, Shelf
from core.notify import send_test
from core.places import beside, move, place_at
from core.product import Product, open_product
from core.reel_file import WrongFile, read_csv
from core.runtime import Runtime
from core.secret_file import SecretFile
from core.shelf import Shelving
from core.store import Campaign, DeliveryFilter, ReelFilter, open_store
from core.validation import ASPECT_RATIOS
from core.values import archive_url, database_url

LISTED: Final = 1000
FAILED: Final = 1
HIDDEN: Final = frozenset({"body", "key"})  # of a sending: --json has them


def main(argv: Sequence[str] | None = None) -> int:
    """Run one word and return its exit code: 0 done, 1 refused or failed, 2 wrong usage."""
    args = _parser().parse_args(argv)
    logging.lastResort = logging.NullHandler()  # a word says one line; servers configure their log
    try:
        settings = Settings.from_env()
        code: int = args.run(settings, args)
    except WrongFile as error:
        return _complain(*(error.rows or (str(error),)))
    except (ReelsError, ValueError) as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `… | head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _complain(*lines: str) -> int:
    for line in lines:
        print(" ".join(line.split()), file=sys.stderr)  # noqa: T201  # the command line speaks
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Submit reels and know what becomes of them.")
    words = parser.add_subparsers(dest="word", required=True, metavar="WORD")
    for add in (_add_submit, _add_reels, _add_servers, _add_reports, _add_comparison):
        add(words)
    return parser


def _word(words: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = words.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.set_defaults(run=run)
    return parser


def _add_submit(words: Any) -> None:
    submit = _word(words, "submit", "Store reels and queue them; returns at once.", _submit)
    source = submit.add_mutually_exclusive_group(required=True)
    source.add_argument("--script", metavar="TEXT", help="what the avatar says")
    source.add_argument("--csv", metavar="FILE", type=Path, help="many reels, one a row")
    submit.add_argument("--campaign", metavar="NAME", help="keep the reels of the file together under a name")
    submit.add_argument("--title", default="")
    submit.add_argument("--avatar", default="", metavar="ID", help="default: the account's first")
    submit.add_argument("--voice", default="", metavar="ID", help="default: the avatar's own")
    submit.add_argument("--aspect-ratio", default="9:16", choices=ASPECT_RATIOS)
    submit.add_argument("--account", default="", metavar="NAME", help="the HeyGen account, one of HEYGEN_ACCOUNTS")
    submit.add_argument("--mode", choices=[str(mode) for mode in ProcessingMode])


def _add_reels(words: Any) -> None:
    listing = _word(words, "list", "List reels, newest first.", _list)
    listing.add_argument("--status", choices=[str(status) for status in ReelStatus])
    listing.add_argument("--account", default=None, metavar="NAME", help="those of one HeyGen account")
    listing.add_argument("--archived", action="store_true", help="those that have been put away")
    _word(words, "campaigns", "List campaigns with how far each is, newest first.", _campaigns)
    for name, text, run in (
        ("show", "Show a reel with its timeline.", _show),
        ("check", "Ask HeyGen about a reel now.", _check),
        ("retry", "Try a failed or timed-out reel again, after asking HeyGen.", _retry),
    ):
        _word(words, name, text, run).add_argument("id", type=int, metavar="ID")
    archive = _word(words, "archive", "Put a finished reel away from the list.", _archive)
    archive.add_argument("id", type=int, metavar="ID")
    archive.add_argument("--back", action="store_true", help="bring it back into the list")
    delete = _word(words, "delete", "Delete a reel, its files and its video; HeyGen cannot cancel.", _delete)
    delete.add_argument("id", type=int, metavar="ID")
    delete.add_argument("--keep-at-heygen", action="store_true", help="leave the video at HeyGen")


def _add_servers(words: Any) -> None:
    for name, text in (
        ("serve", "Run receiver and worker in one process, without pages."),
        ("receiver", "Run the receiver alone."),
    ):
        server = _word(words, name, text, _serve)
        server.add_argument("--host", default="127.0.0.1")
        server.add_argument("--port", type=int, default=None, help="default: PORT, else 8501; 0: any free one")
    _word(words, "worker", "Run the worker alone.", _work)
    for name, text in (
        ("register", "Register our receiver at HeyGen for signed deliveries, and keep its secret."),
        ("rotate", "Rotate the signing secret; the old one is believed for another day."),
    ):
        word = _word(words, name, text, _register)
        word.add_argument("--account", default="", metavar="NAME", help="the HeyGen account, one of HEYGEN_ACCOUNTS")


def _add_reports(words: Any) -> None:
    _word(words, "dashboard", "Show the dashboard's figures.", _dashboard)
    deliveries = _word(words, "deliveries", "List the webhooks that came in, newest first.", _deliveries)
    deliveries.add_argument("--set-aside", action="store_true", help="only those that could not be worked off")
    replay = _word(words, "replay", "Work a delivery off again.", _replay)
    replay.add_argument("id", type=int, metavar="ID")
    copying = _word(words, "copy", "Copy everything into an empty database, or go on with that, and prove it.", _copy)
    copying.add_argument("--from", dest="source", required=True, metavar="URL", type=_address)
    copying.add_argument("--to", dest="target", required=True, metavar="URL", type=_address)
    _word(words, "notify-test", "Send a test message to every target of NOTIFY_URLS.", _notify_test)
    text = "Move kept files to where ARCHIVE_URL keeps them; may be cut short and run again."
    moving = _word(words, "move-files", text, _move_files)
    moving.add_argument("--source", metavar="URL", default=None, help="default: the folder beside the database")
    _word(words, "config", "Show every setting in force and where it comes from; secrets are masked.", _config)
    _word(words, "doctor", "Check settings, HeyGen, worker and webhook; exit 1 when a check fails.", _doctor)


def _add_comparison(words: Any) -> None:
    text = "Play a scenario of the fake HeyGen in all three modes side by side, in a world of its own."
    word = _word(words, "compare", text, _compare)
    word.add_argument("--scenario", required=True, metavar="NAME")
    word.add_argument("--reels", type=int, default=12, metavar="N", help="reels a mode (12)")


def _print(args: argparse.Namespace, data: Any, lines: Sequence[str]) -> int:
    text = json.dumps(data, ensure_ascii=False, indent=2) if args.json else "\n".join(lines)
    sys.stdout.buffer.write((text + "\n").encode("utf-8", "replace"))
    return 0


def _submit(settings: Settings, args: argparse.Namespace) -> int:
    product = open_product(settings)
    if args.csv is not None:
        choose = product.processor.accounts.choose
        has_url = product.processor.webhook_base_url is not None
        reels = read_csv(args.csv, has_url=has_url, choose=lambda written: choose(written or args.account))
        stored = _store(product, reels, args.campaign)
        return _print(args, [reel_json(reel) for reel in stored], [_line(reel) for reel in stored])
    reel = Reel(
        script=args.script,
        title=args.title,
        avatar_id=args.avatar,
        voice_id=args.voice,
        aspect_ratio=args.aspect_ratio,
        account=args.account,
        mode=ProcessingMode(args.mode) if args.mode else None,
    )
    return _print_reel(args, product.processor.enqueue(reel))


def _store(product: Product, reels: Sequence[Reel], name: str | None) -> list[Reel]:
    """Store reels, as a campaign where it has a name."""
    if name is None:
        return product.processor.enqueue_many(reels)
    campaign = campaigns.submit(product.processor, name, campaigns.new_draft_key(), reels)
    return product.store.campaigns.reels_after(campaign.id, 0, len(reels))


def _campaigns(settings: Settings, args: argparse.Namespace) -> int:
    store = open_product(settings).store
    found: list[Campaign] = []
    while page := store.campaigns.page(found[-1].id if found else None, LISTED):
        found += page
    lines = [f"{c.id:>6}  {c.state:<16}  {c.done:>5} of {c.reels:<5}  {c.name}{_deleted(c)}" for c in found]
    return _print(args, [campaign_json(campaign) for campaign in found], lines)


def _deleted(campaign: Campaign) -> str:
    return f"  ({campaign.deleted} deleted)" if campaign.deleted else ""


def _print_reel(args: argparse.Namespace, reel: Reel) -> int:
    return _print(args, reel_json(reel), [_line(reel)])


def _line(reel: Reel) -> str:
    end = reel.failure_message or ""
    how = f" ({reel.detected_by})" if reel.detected_by else ""
    name = (f"[{reel.account}] " if reel.account else "") + (reel.title or reel.script[:40])
    return f"{reel.id:>6}  {reel.status:<10}  {reel.mode or '':<8}  {name}{how}  {end}".rstrip()


def _list(settings: Settings, args: argparse.Namespace) -> int:
    store = open_product(settings).store
    reels: list[Reel] = []
    shelf = Shelf.ARCHIVED if args.archived else Shelf.LISTED
    account = "" if args.account == DEFAULT_ACCOUNT else args.account
    wanted = ReelFilter(status=ReelStatus(args.status) if args.status else None, account=account, shelf=shelf)
    while page := store.reels.page(_before(wanted, reels), LISTED):
        reels += page
    return _print(args, [reel_json(reel) for reel in reels], [_line(reel) for reel in reels])


def _before(wanted: ReelFilter, reels: Sequence[Reel]) -> ReelFilter:
    return replace(wanted, before_id=reels[-1].id if reels else None)


def _show(settings: Settings, args: argparse.Namespace) -> int:
    store = open_product(settings).store
    reel = store.reels.get(args.id)
    entries = store.timeline.of(args.id)
    files = [f"        {reel.video_url}"] if reel.video_url else []
    lines = [_line(reel), *files] + [f"        {isoformat(e.at)}  {e.kind:<14}  {_details(e.detail)}" for e in entries]
    return _print(args, reel_json(reel) | {"timeline": timeline_json(entries)}, lines)


def _details(detail: Any) -> str:
    return ", ".join(f"{key} {value}" for key, value in detail.items() if value is not None and key not in HIDDEN)


def _check(settings: Settings, args: argparse.Namespace) -> int:
    return _print_reel(args, open_product(settings).processor.check(args.id))


def _retry(settings: Settings, args: argparse.Namespace) -> int:
    return _print_reel(args, open_product(settings).processor.retry(args.id))


def _archive(settings: Settings, args: argparse.Namespace) -> int:
    shelving = Shelving(open_product(settings).store)
    return _print_reel(args, shelving.restore(args.id) if args.back else shelving.archive(args.id))


def _delete(settings: Settings, args: argparse.Namespace) -> int:
    gone = Shelving(open_product(settings).store).delete(args.id, at_heygen=not args.keep_at_heygen)
    return _print(args, reel_json(gone), [f"Reel {args.id} is deleted; a worker takes away what is left of it."])


def _dashboard(settings: Settings, args: argparse.Namespace) -> int:
    data = get_processing_dashboard(open_product(settings))
    return _print(args, data, [f"{key:<24} {value}" for key, value in data.items()])


def _doctor(settings: Settings, args: argparse.Namespace) -> int:
    checks = doctor.examine(open_product(settings))
    failed = [check for check in checks if check.result is Result.FAIL]
    lines = [f"{c.result:<5} {c.name:<13} {c.seen}" + (f" -> {c.advice}" if c.advice else "") for c in checks]
    _print(args, [check.to_json() for check in checks], lines)
    return _complain(f"{len(failed)} of {len(checks)} checks failed.") if failed else 0


def _config(settings: Settings, args: argparse.Namespace) -> int:
    rows = settings_in_force(open_product(settings))
    lines = [f"{row.name:<36} {row.value or '-':<40} {row.source}" for row in rows]
    return _print(args, [asdict(row) for row in rows], lines)


def _address(text: str) -> str:
    try:
        return database_url(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a database is {error}") from None


def _copy(settings: Settings, args: argparse.Namespace) -> int:
    source, target = (open_store(url, data_folder=settings.data_folder) for url in (args.source, args.target))
    told = (lambda _table, _rows: None) if args.json else (lambda table, rows: print(f"{rows:>9}  {table}", flush=True))  # noqa: T201  # the command line speaks
    proof = relocation.relocate(source, target, utcnow(), told)
    lines = [f"{c.rows:>9}  {c.table:<15}  the same on both sides  {c.sha256[:16]}" for c in proof]
    return _print(args, [asdict(copied) for copied in proof], [*lines, relocation.where_files_are(source, target)])


def _move_files(settings: Settings, args: argparse.Namespace) -> int:
    store = open_product(settings).store
    source, target = (
        beside(store.path) if url is None else place_at(archive_url(url), settings, store.path)
        for url in (args.source, settings.archive_url)
    )
    if str(source) == str(target):
        raise Refused("The files are in {place} already: name another place with ARCHIVE_URL.", place=str(target))
    moved = list(move(store, source, target))
    told = {"reels": len(moved), "files": sum(m.files for m in moved), "bytes": sum(m.bytes for m in moved)}
    return _print(args, told, [f"{told['files']} files of {told['reels']} reels were moved to {target}."])


def _notify_test(settings: Settings, args: argparse.Namespace) -> int:
    if not settings.notify_urls:
        raise Refused("NOTIFY_URLS is not set: nobody is told anything.")
    results = send_test(settings)
    lines = [f"{'pass' if r.arrived else 'fail':<5} {r.target}" + (f"  {r.problem}" * bool(r.problem)) for r in results]
    _print(args, [result.to_json() for result in results], lines)
    failed = sum(not result.arrived for result in results)
    return _complain(f"{failed} of {len(results)} targets did not take the test message.") if failed else 0


def _register(settings: Settings, args: argparse.Namespace) -> int:
    product = open_product(settings)
    act = endpoint.rotate if args.word == "rotate" else endpoint.register
    account = product.processor.accounts.choose(args.account)
    done = act(product, SecretFile(product.store.path), account)
    return _print(args, asdict(done), [f"{done.endpoint_id}  {done.status}  {done.url}"])


def _compare(settings: Settings, args: argparse.Namespace) -> int:
    told = comparison.run(open_product(settings).store, args.scenario, args.reels)
    return _print(args, told, [_outcome(side) for side in told["sides"]])


def _outcome(side: Any) -> str:
    states = ", ".join(f"{n} {state}" for state, n in side["states"].items())
    known = f"known after {side['p50_s']} s (p50), {side['p95_s']} s (p95)"
    broken = ", ".join(f"{kind} {n}" for kind, n in side["findings"].items())
    effort = f"{side['asked']} questions, {side['webhooks']} webhooks, {side['spent']} spent"
    return f"{side['mode']:<8}  {states}; {known}; {effort}; {broken or 'sound'}"


def _serve(settings: Settings, args: argparse.Namespace) -> int:
    logs.configure()
    listener = serving.listen(args.host, settings.port if args.port is None else args.port)
    port = listener.getsockname()[1]
    runtime = Runtime(settings, port=port, worker=args.word == "serve")
    return serving.serve(runtime, listener, settings.drain_s)


def _work(settings: Settings, _args: argparse.Namespace) -> int:
    logs.configure()
    return serving.work(Runtime(settings, receiver=False))


def _deliveries(settings: Settings, args: argparse.Namespace) -> int:
    wanted = DeliveryFilter(set_aside=args.set_aside)
    found = open_product(settings).store.deliveries.page(wanted, LISTED)
    lines = [f"{d.id:>6}  {isoformat(d.received_at)}  {d.verdict:<13}  {d.event_type}  {d.note or ''}" for d in found]
    return _print(args, [delivery_json(delivery) for delivery in found], [line.rstrip() for line in lines])


def _replay(settings: Settings, args: argparse.Namespace) -> int:
    product = open_product(settings)
    if not product.store.deliveries.replay(args.id, utcnow()):
        raise Refused("There is no delivery {id}; `deliveries` shows those that came.", id=args.id)
    product.processor.wake("inbox")
    return _print(args, {"id": args.id, "replayed": True}, [f"Delivery {args.id} is worked off again."])


if __name__ == "__main__":
    sys.exit(main())
