"""Torture the product in each mode: `python -m tests.torture [--seed N] [--reels N] [--minutes M] [--mode MODE]`."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.support.programs import ROOT
from tests.torture.torment import MODES, SHORT, Plan, Result, Torment
from tests.torture.verdict import KINDS

BUILD: Final = ROOT / "build" / "torture"
SHOWN: Final = 12


def torture(
    seed: int,
    reels: int,
    folder: Path,
    *,
    modes: Sequence[str] = MODES,
    at_once: int = 1,
    short: bool = False,
    keep: bool = False,
) -> list[Result]:
    """Torment the modes, `at_once` of them at a time; a good run leaves nothing behind."""
    place = folder / str(seed)
    for mode in modes:
        shutil.rmtree(place / mode, ignore_errors=True)
    pace = SHORT if short else {}
    share = max(1, round(reels / len(modes)))
    plans = [Plan(mode=mode, seed=seed, reels=share, folder=place / mode, **pace) for mode in modes]
    with ThreadPoolExecutor(at_once) as pool:
        results = list(pool.map(lambda plan: Torment(plan).run(), plans))
    if not keep and all(result.is_good for result in results):
        shutil.rmtree(place)
    return results


def report(result: Result) -> str:
    """Return the table of one mode."""
    plan = result.plan
    statuses = ", ".join(f"{n} {status}" for status, n in sorted(result.statuses.items()))
    lines = [f"{plan.mode}: {plan.reels} reels in {result.took_s:.0f} s ({statuses})"]
    lines.append("  " + ", ".join(f"{phase} {s} s" for phase, s in result.phases_s.items()))
    lines += [f"  {kind:<18}{len(result.findings[kind]):>6}   {text}" for kind, text in KINDS.items()]
    for channel, delays in result.delays_s.items():
        figures = "  ".join(f"p{p} {_percentile(delays, p):.2f} s" for p in (50, 95, 99))
        lines.append(f"  known by {channel:<9}{len(delays):>6}   {figures}")
    lines += [f"  {what:<18}{n:>6}" for what, n in sorted(result.counts.items())]
    lines += [f"  {n:>3}x {what}" for what, n in sorted(result.appointments.items())]
    for kind, findings in result.findings.items():
        lines += [f"  ! {kind}: {finding}" for finding in findings[:SHOWN]]
        if len(findings) > SHOWN:
            lines.append(f"  ! {kind}: and {len(findings) - SHOWN} more")
    return "\n".join(lines)


def _percentile(ordered: Sequence[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, round((len(ordered) - 1) * percent / 100))]


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Run rounds until the minutes are over, at least one; return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or secrets.randbelow(10**6)))
    parser.add_argument("--reels", type=int, default=int(os.environ.get("REELS") or 2000))
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("MINUTES") or 0))
    parser.add_argument("--mode", choices=MODES, action="append")
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="the pace of the test suite")
    parser.add_argument("--keep", action="store_true", help="leave databases and logs of a good run, too")
    args = parser.parse_args(argv)
    until = time.monotonic() + args.minutes * 60
    seed, good = args.seed, True
    while good:
        _say(f"SEED={seed} REELS={args.reels}")
        results = torture(
            seed, args.reels, BUILD, modes=args.mode or MODES, at_once=args.at_once, short=args.short, keep=args.keep
        )
        _say("\n".join(report(result) for result in results))
        good = all(result.is_good for result in results)
        seed += 1
        if time.monotonic() >= until:
            break
    if not good:
        _say(f"Broken: replay with make torture SEED={seed - 1} REELS={args.reels}; see {BUILD / str(seed - 1)}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
