"""Steer the bundled fake HeyGen: its scenario, clock, faults and deliveries, and what it knows to be true.

It speaks HTTP to the control routes of the fake (docs/simulator.md), and so needs nothing of its code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import httpx

from core.errors import Refused, Unreachable

TIMEOUT_S: Final = 60.0
CONNECT_TIMEOUT_S: Final = 2.0
SIMULATED: Final = {"clock": "simulated"}

Row = Mapping[str, Any]


class Simulator:
    """Call the control routes of the fake at an address; every method raises Unreachable or Refused.

    `account`, an API key, is whose videos are meant where the truth is asked for.
    """

    def __init__(self, url: str, account: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self._account = account
        self._http = httpx.Client(
            base_url=self.url,
            timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            transport=transport,
            trust_env=False,
        )

    # The scenario and its faults

    def health(self) -> Row:
        """Return what it plays, its time, and how many videos it has."""
        return self._json("GET", "health")

    def scenarios(self) -> list[Row]:
        """Return the bundled scenarios, each with its sentence."""
        return self._rows("scenarios")

    def scenario(self, name: str) -> Row:
        """Return one bundled scenario whole: its table as `scenario`, its text as `toml`."""
        return self._json("GET", f"scenarios/{name}")

    def playing(self) -> Row:
        """Return the scenario that plays, with every rule that was added."""
        return self._json("GET", "scenario")

    def play(self, scenario: str | Row) -> None:
        """Play a bundled scenario by name, or a whole one."""
        self._json("PUT", "scenario", json={"name": scenario} if isinstance(scenario, str) else dict(scenario))

    def faults(self) -> list[Row]:
        """Return the vocabulary of faults."""
        return self._rows("faults")

    def words(self, words: str) -> Row:
        """Read magic words: `magic`, `toml` and `fate` say the same; Refused tells what is wrong with them."""
        return self._json("POST", "words", json={"words": words})

    def add_rule(self, fate: Row, match: Row | None = None) -> None:
        """Let the videos that match meet a fate, before the rules that are there."""
        self._json("POST", "rules", json={"match": dict(match or {}), "fate": dict(fate)})

    def drop_rules(self) -> None:
        """Take all rules away from the scenario that plays."""
        self._json("DELETE", "rules")

    def reset(self) -> None:
        """Forget videos, endpoints, events, journal and ledger."""
        self._json("POST", "reset")

    # The clock

    def clock(self) -> Row:
        """Return `now` (unix seconds), `speed`, `frozen`, what is `next` and what is `due`."""
        return self._json("GET", "clock")

    def set_clock(self, **change: float | bool) -> Row:
        """Change `speed`, `frozen`, or `advance_s`: play what falls due in so many seconds, in order."""
        return self._json("POST", "clock", json=change)

    # What happened

    def attempts(self, limit: int, video_id: str | None = None) -> list[Row]:
        """Return the latest attempts to deliver, newest first, both sides of each."""
        return self.journal(limit, kind="attempt", video_id=video_id)

    def journal(self, limit: int, **wanted: str | None) -> list[Row]:
        """Return the latest entries that fit `kind`, `video_id` and the words `q`, newest first."""
        return self._rows("journal", limit=limit, **wanted)[::-1]

    def journal_file(self, form: str, **wanted: str | None) -> bytes:
        """Return the journal as a file: `jsonl` or `har`."""
        return self._request("GET", f"journal.{form}", params=_given(wanted)).content

    def deliveries(self, state: str | None = None) -> list[Row]:
        """Return deliveries, pending and past, the newest first."""
        return self._rows("deliveries", state=state)

    def resend(self, delivery_id: str) -> Row:
        """Attempt a delivery once more, now."""
        return self._json("POST", f"deliveries/{delivery_id}/resend")

    def event_types(self) -> list[Row]:
        """Return the types of events that can be triggered."""
        return self._rows("event-types")

    def trigger(self, video_id: str, event_type: str, words: str = "") -> list[Row]:
        """Let an event of a video happen now, struck by the words of deliveries; return what was sent."""
        asked = {"video_id": video_id, "event_type": event_type, "words": words or None}
        return list(self._json("POST", "trigger", json=_given(asked))["data"])

    # The truth

    def ledger(self) -> list[Row]:
        """Return the truth of each video of the account, oldest first."""
        return self._rows("ledger", account=self._account)

    def balance(self) -> float:
        """Return what the account's wallet holds."""
        return float(self._rows("accounts", account=self._account)[0]["balance"])

    def requests(self) -> list[Row]:
        """Return every call that the account made."""
        return self._rows("journal", kind="request", account=self._account)

    def sent(self) -> list[Row]:
        """Return every attempt to deliver to the account."""
        return self._rows("journal", kind="attempt", account=self._account)

    def idle(self) -> bool:
        """Tell whether nothing is due or on its way in the account."""
        answer = self._request("POST", "wait", params={"account": self._account}, json={"idle": True, "timeout_s": 0})
        return bool(answer.json()["met"])

    def check(self, history: Sequence[Row], *, simulated: bool = False, grace_s: float = 0.0) -> Row:
        """Judge what we believe by the ledger; for `grace_s` after its end a video may still count as open.

        `simulated` says that the times of the history are those of the fake's clock.
        """
        query = {"account": self._account, "grace": f"{grace_s:.0f}"} | (SIMULATED if simulated else {})
        lines = "\n".join(json.dumps(line, ensure_ascii=False) for line in history)
        return self._json("POST", "check", params=query, content=lines.encode())

    def close(self) -> None:
        """Close the kept connections."""
        self._http.close()

    # The one boundary

    def _rows(self, path: str, **query: Any) -> list[Row]:
        return list(self._json("GET", path, params=_given(query))["data"])

    def _json(self, method: str, path: str, **options: Any) -> Row:
        answer = self._request(method, path, **options)
        body = answer.json()
        if not isinstance(body, dict):
            raise Refused("The fake HeyGen at {url} answers in a way that is not its own.", url=self.url)
        return body

    def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._http.request(method, f"/_sim/{path}", **options)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(
                "The bundled fake HeyGen does not answer at {url} ({error}): restart the product if it stays so.",
                url=self.url,
                error=type(error).__name__,
            ) from error
        if not response.is_success and response.status_code != httpx.codes.REQUEST_TIMEOUT:
            raise Refused("The fake HeyGen refused this: {text}", text=_sentence(response))
        return response


@lru_cache(maxsize=2)
def simulator_at(url: str, account: str) -> Simulator:
    """Return the simulator at an address, with its connections kept."""
    return Simulator(url, account)


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in query.items() if value is not None}


def _sentence(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"{response.status_code} {response.reason_phrase}"
