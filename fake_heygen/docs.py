"""Write docs/simulator.md from the tables in code: `python -m fake_heygen.docs`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fake_heygen.faults import FAULTS

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "simulator.md"
SCENARIOS: Final = Path(__file__).resolve().parent / "scenarios"

OPENING: Final = """# The simulator

`python -m fake_heygen` is a HeyGen of our own: real videos, real signatures, a clock of its own, and faults on purpose.
This page is written by `python -m fake_heygen.docs` from the tables that the program itself uses.

A script that ends in `[[sim: key=value …]]` chooses its own fate, through any client. Words may be combined:
`Hola [[sim: render=5s webhook=duplicate:4]]`. A word that is not known is refused with a sentence that lists those that
are.

## Magic words
"""

CONTROL: Final = """
## Control

Everything is under `/_sim`, on loopback only; the journal does not list these calls.

| Call | Does |
|---|---|
| `GET health` | tells that it lives |
| `POST reset` | forgets videos, endpoints, events, journal, ledger and keys |
| `GET clock`, `POST clock` | `advance_s`, `speed`, `frozen`; tells what is due next |
| `GET scenarios`, `GET scenario`, `PUT scenario` | `{"name"}` or a whole scenario |
| `GET faults` | the table above |
| `GET journal` | every request and every delivery attempt |
| `GET ledger` | the truth: what became of each video, and what it cost |
| `POST wallet` | `{"balance"}` |
| `POST trigger` | `{"video_id", "event_type"}` |
| `GET deliveries`, `POST deliveries/{id}/resend` | what was sent and is to be sent; sends one again |
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([OPENING, *_faults(), "\n## Scenarios\n", *_scenarios(), CONTROL])


def _faults() -> Iterator[str]:
    yield "| Word | What it does | What a sound client does |\n|---|---|---|"
    for fault in FAULTS:
        yield f"| `{fault.grammar}` | {fault.does} | {fault.sound_client} |"


def _scenarios() -> Iterator[str]:
    yield "| Scenario | What happens | What a sound client does |\n|---|---|---|"
    for path in sorted(SCENARIOS.glob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        yield f"| `{path.stem}` | {told['description']} | {told['sound_client']} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
