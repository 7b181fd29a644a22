"""Write docs/simulator.md from the tables in code: `python -m fake_heygen.docs`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fake_heygen.cli.words import WORDS
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
| `GET journal` | every request and every delivery attempt; `kind`, `video_id`, `since`, `limit`, `q` (words in it) |
| `GET journal.jsonl`, `GET journal.har` | the same as JSON lines, and as an HTTP archive (HAR 1.2) |
| `GET wait`, `POST wait` | answers when what is given holds, or 408 with `"met": false` when its time is over |
| `GET ledger` | the truth: what became of each video, and what it cost |
| `POST wallet` | `{"balance"}` |
| `POST trigger` | `{"video_id", "event_type"}` |
| `GET deliveries`, `POST deliveries/{id}/resend` | what was sent and is to be sent; sends one again |

`?account=KEY` narrows a call to the account that this API key opens. `wait` takes one or more of `deliveries` and
`acknowledged` (at least so many), `state` (`processing`, `completed`, `failed`, `ended`) and `idle`; `video_id` and
`event_type` narrow what is counted, `timeout_s` (10) is real seconds.
"""

PYTEST: Final = """
[certificate.md](certificate.md) tells of `certify` and `check`.

## From pytest

`pytest -p fake_heygen.pytest_plugin`, in any project that can import the package:

```python
def test_a_lost_webhook_is_found(fake_heygen, client):   # client: yours, with fake_heygen.url as its base URL
    fake_heygen.clock.freeze()
    video_id = client.render("Hola [[sim: render=5m webhook=drop]]")
    fake_heygen.clock.advance(300)
    client.sweep()
    assert fake_heygen.check(client.history()).sound
```

One simulator runs for the session, and each test begins in a new world. `fake_heygen` has `url`, `scenario(name,
path or table)`, `clock` (`now`, `advance`, `freeze`, `run`), `wait(...)`, `wait_for_delivery(...)`, `trigger(...)`,
`resend(...)`, `wallet(...)`, `journal`, `attempts(...)`, `ledger` and `check(...)`.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([OPENING, *_faults(), "\n## Scenarios\n", *_scenarios(), CONTROL, *_words(), PYTEST])


def _faults() -> Iterator[str]:
    yield "| Word | What it does | What a sound client does |\n|---|---|---|"
    for fault in FAULTS:
        yield f"| `{fault.grammar}` | {fault.does} | {fault.sound_client} |"


def _scenarios() -> Iterator[str]:
    yield "| Scenario | What happens | What a sound client does |\n|---|---|---|"
    for path in sorted(SCENARIOS.glob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        yield f"| `{path.stem}` | {told['description']} | {told['sound_client']} |"


def _words() -> Iterator[str]:
    yield "## From the shell\n"
    yield "`python -m fake_heygen WORD`, with `--at URL` (http://127.0.0.1:8900), `--account KEY` and `--json`.\n"
    yield "| Word | What it does |\n|---|---|"
    for word, does in WORDS.items():
        yield f"| `{word}` | {does} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
