"""Break the product on many hosts: `python -m tests.scale [--seed N] [--reels N] [--minutes M] [--short]`."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
from collections.abc import Sequence
from math import inf
from typing import Any, Final

from tests.scale.cluster import Sizes
from tests.scale.network import INSIDE, enter, why_not
from tests.scale.storm import Storm
from tests.support.programs import ROOT
from tests.torture.__main__ import report
from tests.torture.torment import Plan, Result

BUILD: Final = ROOT / "build" / "scale"
LONG: Final[dict[str, Any]] = {
    "in_flight": 100,
    "batch": 50,
    "kill_every_s": 5.0,
    "attack_every_s": 0.2,
    "act_every_s": 1.0,
    "at_least_s": 60.0,
    "deadline_s": 60.0,
    "fallback_s": 6.0,
    "patience_s": 60.0,
    "doubt_s": 300.0,
    "rest_s": 300.0,
}
SHORT: Final[dict[str, Any]] = {
    "in_flight": 20,
    "batch": 12,
    "kill_every_s": 2.0,
    "attack_every_s": 0.2,
    "act_every_s": 1.0,
    "at_least_s": 8.0,
    "deadline_s": 9.0,
    "fallback_s": 3.0,
    "patience_s": 12.0,
    "doubt_s": 40.0,
}
FEW: Final = Sizes(receivers=2, workers=2, pages=1, children=2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run once; return 1 when a promise was broken. After so many minutes no more reels are handed in."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="python -m tests.scale")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or secrets.randbelow(10**6)))
    parser.add_argument("--reels", type=int, default=int(os.environ.get("REELS") or 5000))
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("MINUTES") or 0))
    parser.add_argument("--short", action="store_true", help="the pace of the test suite, and fewer hosts")
    parser.add_argument("--keep", action="store_true", help="leave logs of a good run, too")
    args = parser.parse_args(words)
    reason = None if INSIDE in os.environ else why_not()
    if reason is None:
        enter("tests.scale", ["--seed", str(args.seed), *words])
    else:
        _say(f"NOT TESTED: hosts that are cut off, since {reason}. All hosts share the loopback and are only killed.")
    _say(f"SEED={args.seed} REELS={args.reels}")
    place = BUILD / str(args.seed)
    shutil.rmtree(place, ignore_errors=True)
    plan = Plan(mode="hybrid", seed=args.seed, reels=args.reels, folder=place, **(SHORT if args.short else LONG))
    sizes = FEW if args.short else Sizes()
    result = Storm(plan, sizes, minutes=args.minutes or inf, apart=reason is None).run()
    _say(report(result))
    _say(f"  {result.counts['accepted reels'] / result.took_s * 60:.0f} reels a minute")
    return _leave(result, keep=args.keep)


def _leave(result: Result, *, keep: bool) -> int:
    plan = result.plan
    if not result.is_good:
        _say(f"Broken: replay with make scale SEED={plan.seed} REELS={plan.reels}; see {plan.folder}")
    elif not keep:
        shutil.rmtree(plan.folder)
    return 0 if result.is_good else 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
