"""Write docs/simulator.md from the tables in code: `python -m fake_heygen.docs`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from fake_heygen.cli.words import WORDS
from fake_heygen.faults import FAULTS, Group, Scope
from fake_heygen.scenario import load, names

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "simulator.md"

OPENING: Final = """# The simulator

`python -m fake_heygen` is a HeyGen of our own: real videos, real signatures, a clock of its own, and faults on purpose.
This page is written by `python -m fake_heygen.docs` from the tables that the program itself uses.

A script that ends in `[[sim: key=value …]]` chooses its own fate, through any client. Words may be combined:
`Hola [[sim: render=5s webhook=duplicate:4]]`. A word that is not known is refused with a sentence that lists those that
are. [faults-by-mode.md](faults-by-mode.md) tells what our own product makes of each, in every mode and at every moment.

## Magic words
"""

CONTROL: Final = """
## Control

Everything is under `/_sim`, on loopback only; the journal does not list these calls.
"""

CALLS: Final = (
    ("GET /health", "tells that it lives, and what it plays"),
    ("POST /reset", "forgets videos, endpoints, events, journal, ledger and keys, of every account"),
    ("GET /clock", "tells the time and what is due next"),
    ("POST /clock", "`advance_s` plays what falls due in order; `speed`; `frozen`; time never goes back"),
    ("GET /scenarios", "lists the scenarios above"),
    ("GET /scenarios/{name}", "shows one whole: its keys as `scenario`, its text as `toml`"),
    ("GET /scenario", "shows the one that plays, its rules as TOML too (`written`)"),
    ("PUT /scenario", '`{"name"}`, or a whole scenario with the keys below'),
    ("POST /rules", "puts a rule (`match`, `fate`) before those of the scenario that plays"),
    ("DELETE /rules", "takes all rules away"),
    ("POST /spells", "`kind`, `for_s`: strikes the whole account from now on"),
    ("GET /accounts", "lists the accounts, one an API key"),
    ("POST /keys", "`old`, `new`: another key opens the account, and the old one gets 401 from now on"),
    ("GET /faults", "the magic words above, each with an example as `magic` words and as the `toml` of a rule"),
    ("POST /words", '`{"words"}`: reads magic words; answers `magic`, `toml`, `fate`, and their rows of `faults`'),
    ("GET /event-types", "the types of events that `trigger` takes"),
    ("GET /journal", "every request and every attempt; `kind`, `video_id`, `since`, `limit`, `q` (words in it)"),
    ("GET /journal.jsonl", "the same as JSON lines"),
    ("GET /journal.har", "the same as an HTTP archive (HAR 1.2)"),
    ("GET /wait", 'answers when what is given holds, or 408 with `"met": false` when its time is over'),
    ("POST /wait", "the same with a JSON body"),
    ("GET /ledger", "the truth: what became of each video, and what it cost"),
    (
        "POST /check",
        "judges a client's history by the ledger, as the word `check` does; `grace`, `late`, `clock=simulated`",
    ),
    ("POST /wallet", '`{"balance"}`'),
    ("POST /trigger", '`{"video_id", "event_type"}`: the event happens now; `words` such as `sign=bad` strike it'),
    ("GET /deliveries", "what was sent and is to be sent; `video_id`, `state`"),
    ("POST /deliveries/{delivery_id}/resend", "sends one again, now"),
)

NARROWED: Final = """
`?account=KEY` narrows a call to the account that this API key opens; without it a call is about all of them. Every key
has a world of its own: videos, endpoints, wallet, limits. `wait` takes one or more of `deliveries` and
`acknowledged` (at least so many), `state` (`processing`, `completed`, `failed`, `ended`) and `idle`; `video_id` and
`event_type` narrow what is counted, `timeout_s` (10) is real seconds.

`/openapi.json` describes the routes of HeyGen in OpenAPI 3.1.
"""

KEYS: Final = (
    ("name", "what it is called; the file's name by default"),
    ("description", "what happens, in a sentence"),
    ("sound_client", "what a sound client does, in a sentence"),
    ("render", 'how long renders take: `{ low = "10s", high = "30s" }` or `{ median = "520s", sigma = 0.35 }`'),
    ("concurrency", "renders at once (10); beyond them 429"),
    ("retry_after_s", "the hint of that 429 (5); 0 for none"),
    ("requests_per_minute", "requests at most; beyond them 429 (no limit)"),
    ("wallet", "what the wallet holds when it begins (10000)"),
    ("price_per_s", "the price of a second of video (0.05)"),
    ("billing_type", "`wallet`, `subscription`, `usage_based`"),
    ("signature_headers", "`both`, `v3`, `plain`"),
    ("event_id_in_body", "whether bodies carry `event_id` and `created_at` (true)"),
    ("probe", "whether an endpoint must answer OPTIONS within a second to be registered (true)"),
    ("retry_first_s", "seconds to the second attempt of a delivery (30)"),
    ("retry_factor", "how each pause grows (2)"),
    ("retry_for_s", "seconds after which a delivery is given up (86400)"),
    ("retry_schedule", "a named schedule in place of those three: the words of `retry=` above"),
    ("disable_after", "failures in a row that disable an endpoint (never)"),
    ("strict", "whether fields and query parameters that HeyGen does not know are refused with 400 (false)"),
    ("seed", "fixes the fates, whatever `--seed` says"),
    ("reels", "how many reels to submit to see it"),
    ("troubles", "which of the 36 troubles that people met it plays, by their numbers"),
    ("spell", "`kind` (a word of `spell=` above), `from` and `for`: `[[spell]]`, as often as you like"),
    ("rule", "`match` and `fate`: `[[rule]]`, as often as you like; the first that matches decides"),
)

RULES: Final = """
A rule matches by `title`, `script`, `avatar`, `callback` (parts of them), `nth` (a number or a list, counted over all
orders), `every` and `share` (drawn by the seed); its `fate` has the words above, a list where one key stands more than
once. The same seed and the same requests give the same fates.

```toml
[[rule]]
match = { title = "Otoño", share = 0.3 }
fate = { render = "20s", webhook = ["duplicate:4", "reorder:60s"], get = "500:2" }
```
"""

TIME: Final = """
## The clock

Renders, deliveries, retries, limits, keys, links and every time in a body or in the journal live on the simulated
clock: it runs, runs ×N, stands still or is moved on, and never goes back. `Retry-After` in seconds counts simulated
seconds, so a client in real time waits longer than it need at ×60. Two headers are for clients that look at a clock
of their own, and tell real time: `Date`, and a `Retry-After` that is a date. That date is when the simulated wait
will be over at the speed of the moment (a clock that stands still counts as running), to the next full second;
`Retry-After` minus `Date` is therefore the wait in the client's own seconds at any speed, and a client may use its
own clock in place of `Date`.
"""

LIMITS: Final = """
## What it does not imitate

- Kinds of video other than `avatar` with a script (image, cinematic_avatar, studio, audio): refused with 400.
- Video agents, translation, photo avatars, training of avatars or voices.
- Speech: the sound is a melody with each voice's pitch and vowels; films last 3 to 20 s at sizes like 432×768.
- Pictures as backgrounds (accepted, never fetched), `fit`, `locale`, the content of uploads, GIF previews.
- The watermark of a video without credit; a wait of batch items for a free place (they all begin at once).
- HeyGen's own pace: its retry spacing, its limits of requests and when it disables an endpoint are not published, and
  are settings here. That PATCH enables an endpoint again is ours.
- A connection to the simulator that is refused: its port is also that of the control routes; calls are cut off instead.
"""

PYTEST: Final = """
[certificate.md](certificate.md) tells of `certify` and `check`.

## From pytest

`pytest -p fake_heygen.pytest_plugin`, in any project that can import the package:

```python
def test_a_lost_webhook_is_found(fake_heygen, client):  # client: yours, with fake_heygen.url as its base URL
    fake_heygen.clock.freeze()
    video_id = client.render("Hola [[sim: render=5m webhook=drop]]")
    fake_heygen.clock.advance(300)
    client.sweep()
    assert fake_heygen.check(client.history()).sound
```

One simulator runs for the session, and each test begins in a new world. `fake_heygen` has `url`, `scenario(name,
path or table)`, `clock` (`now`, `advance`, `freeze`, `run`), `wait(...)`, `wait_for_delivery(...)`, `trigger(...)`,
`resend(...)`, `wallet(...)`, `rotate_key(...)`, `journal`, `attempts(...)`, `ledger` and `check(...)`, which compares
times on a clock that was moved, too, where they are `clock="simulated"`.
"""


def page() -> str:
    """Return the whole page."""
    scenarios = ["\n## Scenarios\n", *_scenarios(), "\n### Your own, as TOML or JSON\n", *_table("Key", KEYS), RULES]
    control = [CONTROL, *_table("Call", CALLS), NARROWED, TIME, *_words(), PYTEST, LIMITS]
    return "\n".join([OPENING, *_faults(), *scenarios, *control]).rstrip() + "\n"


def _faults() -> Iterator[str]:
    for group in Group:
        yield f"### {group.value.capitalize()}\n"
        yield "| Word | What it does | What a sound client does |\n|---|---|---|"
        for fault in FAULTS:
            if fault.group is group:
                does = f"**All of the account:** {fault.does}" if fault.scope is Scope.ACCOUNT else fault.does
                yield f"| `{fault.grammar}` | {does} | {fault.sound_client} |"
        yield ""


def _scenarios() -> Iterator[str]:
    yield "| Scenario | What happens | What a sound client does |\n|---|---|---|"
    for name in names():
        told = load(name)
        yield f"| `{name}` | {told['description']} | {told['sound_client']} |"


def _table(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"| {title} | What it does |\n|---|---|"
    for word, does in rows:
        yield f"| `{word}` | {does} |"


def _words() -> Iterator[str]:
    yield "## From the shell\n"
    yield "`python -m fake_heygen WORD`, with `--at URL` (http://127.0.0.1:8900), `--account KEY` and `--json`.\n"
    yield from _table("Word", WORDS.items())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
