"""Run one mode: a simulator, a crew, an attacker, a person and reels; then let it come to rest, and judge."""

from __future__ import annotations

import csv
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from core.models import ReelStatus
from tests.support.programs import ROOT, Fake, clean_environ, free_port
from tests.support.waiting import wait_for
from tests.torture import evidence
from tests.torture.attacker import MARKER, Attacker
from tests.torture.crew import Crew, Member
from tests.torture.fates import LINKLESS, draw
from tests.torture.loot import Loot
from tests.torture.person import Person
from tests.torture.verdict import History, Kept, Recorded, Submitted, Video, judge

MODES: Final = ("webhook", "polling", "hybrid")
ROLES: Final = {"serve-a": "serve", "serve-b": "serve", "worker": "worker"}
DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Say how one mode is tormented."""

    mode: str
    seed: int
    reels: int
    folder: Path
    in_flight: int = 40
    batch: int = 20
    kill_every_s: float = 6.0
    pause_every_s: float = 6.0
    attack_every_s: float = 0.05
    act_every_s: float = 0.5
    at_least_s: float = 8.0
    deadline_s: float = 20.0
    fallback_s: float = 4.0
    patience_s: float = 30.0
    doubt_s: float = 150.0
    rest_s: float = 90.0


SHORT: Final[dict[str, Any]] = {
    "in_flight": 12,
    "batch": 8,
    "kill_every_s": 3.0,
    "attack_every_s": 0.1,
    "act_every_s": 1.0,
    "at_least_s": 6.0,
    "deadline_s": 9.0,
    "fallback_s": 3.0,
    "patience_s": 10.0,
    "doubt_s": 30.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Hold what came of one mode."""

    plan: Plan
    findings: dict[str, list[str]]
    delays_s: dict[str, list[float]]
    counts: Counter[str] = field(default_factory=Counter)
    appointments: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    took_s: float = 0.0
    phases_s: dict[str, float] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Tell whether no promise was broken."""
        return not any(self.findings.values())


class Torment:
    """One mode, from the first process to the verdict."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.random = Random(f"{plan.seed}-{plan.mode}")
        self.database = self._store()
        self.submitted: list[Submitted] = []
        self.complaints: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.linkless: set[str] = set()
        self.skewed_from: float | None = None
        self.phases_s: dict[str, float] = {}
        self._phase_began = time.monotonic()
        self.faults: Counter[str] = Counter()
        self.fake = self._simulator()
        self.key = f"key-{self.random.getrandbits(128):032x}"
        self.secret, old_secret = self._set_the_stage()
        both = self.random.random() < 0.5  # while a secret is being rotated, both may be configured
        secrets = [self.secret, old_secret] if both else [self.secret]
        self.environ = self._environ(secrets)
        self.crew = self._crew()
        self.loot = Loot(self.fake, frozenset({"current", "twice", *(["old"] if both else [])}))
        self.attacker = Attacker(self.url, self.secret, self.loot, self._random(), every_s=plan.attack_every_s)
        self.person = self._person()
        self.secrets = {self.secret: "signing secret", old_secret: "signing secret", self.key: "API key"}

    def _random(self) -> Random:
        return Random(self.random.getrandbits(64))

    # What is tormented; on many hosts all of these are others

    def _store(self) -> Path | str:
        """Return where the store is: a file of SQLite, or an address."""
        self.plan.folder.mkdir(parents=True)
        return self.plan.folder / "reels.db"

    def _simulator(self) -> Fake:
        return Fake(self.plan.folder, "--seed", str(self.plan.seed))

    def _receivers_port(self) -> int:
        return free_port()

    def _crew(self) -> Crew:
        plan = self.plan
        members = [Member(n, role, plan.folder, self.environ, self.port) for n, role in ROLES.items()]
        pace = {"kill_every_s": plan.kill_every_s, "pause_every_s": plan.pause_every_s}
        return Crew(members, self._random(), **pace)

    def _person(self) -> Person:
        return Person(self.environ, self.url, self._random(), every_s=self.plan.act_every_s)

    def _counts(self) -> Mapping[ReelStatus, int]:
        return self.person.product.store.reels.counts()

    # The stage

    def _set_the_stage(self) -> tuple[str, str]:
        """Give the simulator its scenario, and in two modes an endpoint whose secret was rotated once."""
        self.port = self._receivers_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.fake.http.headers["X-Api-Key"] = self.key  # one key, one account
        self.fake.sim("PUT", "scenario", **self._scenario())
        if self.plan.mode == "polling":
            return f"whsec_{self.random.getrandbits(128):032x}", f"whsec_{self.random.getrandbits(128):032x}"
        endpoint = {"url": f"{self.url}/webhooks/heygen"}
        made = self.fake.http.post("/v3/webhooks/endpoints", json=endpoint)
        endpoint = made.raise_for_status().json()["data"]
        path = f"/v3/webhooks/endpoints/{endpoint['endpoint_id']}/rotate-secret"
        return self.fake.http.post(path).raise_for_status().json()["data"]["secret"], endpoint["secret"]

    def _scenario(self) -> dict[str, Any]:
        return {
            "name": "torture",
            "concurrency": max(4, round(self.plan.in_flight * 0.8)),  # HeyGen's limit is met at times
            "retry_after_s": 1,
            "wallet": 1e9,
            "probe": False,
            "retry_first_s": 0.5,
            "retry_factor": 1.7,
            "render": {"low": "0.2s", "high": "2s"},
        }

    def _environ(self, secrets: list[str]) -> dict[str, str]:
        return clean_environ(
            HEYGEN_API_KEY=self.key,
            HEYGEN_API_BASE_URL=self.fake.url,
            HEYGEN_PROCESSING_MODE=self.plan.mode,
            HEYGEN_WEBHOOK_BASE_URL=self.url,
            HEYGEN_WEBHOOK_SECRET=",".join(secrets),
            HEYGEN_MAX_CONCURRENT=str(self.plan.in_flight),
            HEYGEN_DEADLINE_S=str(self.plan.deadline_s),
            HEYGEN_FALLBACK_AFTER_S=str(self.plan.fallback_s),
            HEYGEN_POLL_INTERVAL_S="2",
            DATABASE_URL=f"sqlite:///{self.database}" if isinstance(self.database, Path) else self.database,
        )

    def run(self) -> Result:
        """Torment, let it come to rest, judge."""
        began = time.monotonic()
        done = threading.Event()
        follower = threading.Thread(target=self._follow, args=(done,), name="follower")
        try:
            self.crew.start()
            for thread in (follower, self.attacker, self.person):
                thread.start()
            self._submit_all()
            self._phase("submitting")
            self._outlast(began + self.plan.at_least_s)
            self._phase("outlasting")
            self._rest()
        finally:
            done.set()
            for ending in (self.attacker.ending, self.person.ending):
                ending.set()
            for thread in (follower, self.attacker, self.person):
                if thread.ident is not None:
                    thread.join()
            self.loot.collect()
            ledger = self.fake.ledger()
            self.crew.kill()
            self.person.product.client.close()
            self.person.product.store.close()
            self.fake.stop()
        return self._result(ledger, time.monotonic() - began)

    def _phase(self, name: str) -> None:
        now = time.monotonic()
        self.phases_s[name] = round(now - self._phase_began, 1)
        self._phase_began = now

    def _follow(self, done: threading.Event) -> None:
        while not done.wait(1.5):
            try:
                self.loot.collect()
            except Exception as error:
                self.complaints.append(("log", f"the journal cannot be followed: {error!r}"))

    # Submitting

    def _submit_all(self) -> None:
        """Hand in every reel by the command line, in batches, some of which are cut off."""
        faults = self.fake.sim("GET", "faults")["data"]
        scripts = draw(faults, self._random(), long_render_s=self.plan.deadline_s + 8)
        for n, titles in enumerate(self._batches()):
            try:
                wait_for(self._has_room, timeout_s=600, what="room for the next batch")
            except AssertionError as error:  # judge what there is
                self.complaints.append(("stuck", str(error)))
                return
            self._submit(n, titles, scripts)

    def _batches(self) -> Iterator[tuple[str, ...]]:
        titles = [f"{self.plan.mode}-{n}" for n in range(1, self.plan.reels + 1)]
        while titles:
            size = 1 if self.random.random() < 0.1 else self.plan.batch
            yield tuple(titles[:size])
            del titles[:size]

    def _has_room(self) -> bool:
        counts = self._counts()
        return counts[ReelStatus.PENDING] + counts[ReelStatus.PROCESSING] < self.plan.in_flight + self.plan.batch

    def _submit(self, n: int, titles: tuple[str, ...], scripts: Iterator[str]) -> None:
        file = self.plan.folder / f"batch-{n}.csv"
        rows = [(title, next(scripts)) for title in titles]
        self.linkless.update(title for title, script in rows if LINKLESS in script)
        self.faults.update(word.partition(":")[0] for _, script in rows for word in script.split()[4:])
        with file.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([("title", "script"), *rows])
        argv = [sys.executable, "-m", "core", "submit", "--csv", str(file), "--json"]
        process = subprocess.Popen(
            argv, env=self.environ, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if self.random.random() < 0.1:
            threading.Event().wait(self.random.uniform(0.3, 1.2))
            process.kill()
        out_text, err_text = process.communicate(timeout=60)
        self.texts += [out_text, err_text]
        if process.returncode not in (0, -9):
            self.complaints.append(("refused", f"core submit ended with {process.returncode}: {err_text[-300:]}"))
        self.submitted.append(Submitted(titles=titles, acknowledged=process.returncode == 0))

    # Coming to rest

    def _outlast(self, until: float) -> None:
        """Go on until most reels have come to rest under torment, or it takes too long."""
        latest = time.monotonic() + self.plan.patience_s

        def enough() -> bool:
            counts = self._counts()
            few = counts[ReelStatus.PENDING] == 0 and counts[ReelStatus.PROCESSING] <= self.plan.reels * 0.05
            return time.monotonic() > (until if few else latest)

        wait_for(enough, timeout_s=self.plan.deadline_s + 60, what="most reels to end")

    def _rest(self) -> None:
        """Let everything come to rest in peace; what only a person can see to, a person sees to."""
        self.attacker.ending.set()
        self.person.ending.set()
        self.attacker.join()
        self.person.join()
        self.crew.calm()
        self._wait(self._none_in_doubt)  # but for one in doubt that is refused until tomorrow
        self.skewed_from = self.fake.sim("GET", "clock")["now"]
        if not self._all_sent():  # some are sent away until tomorrow; only now may keys grow old
            evidence.let_keys_age(self.database, DAY_S)
            self._advance(DAY_S)
            self._until("every reel to be handed to HeyGen a day later", self._all_sent)
        self._phase("sending the rest")
        for seconds in (self.plan.deadline_s + 10, 600.0, 4 * DAY_S):
            self._advance(seconds)
        self._phase("moving time on")
        self._until("every delivery to be worked off", self._inbox_is_empty)
        if self.plan.mode != "webhook":
            self._until("every ended video to be known", self._knows_all)
        self._phase("learning the rest")
        for reel in self._unaware():
            self._see_to(reel)
        self._until("the deadline of what never ends", self._only_endless_left)
        self._phase("deadlines")
        self.crew.stop()

    def _advance(self, seconds: float) -> None:
        self.fake.http.post("/_sim/clock", json={"advance_s": seconds}, timeout=1800).raise_for_status()

    def _wait(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition for a while; what it leaves open is judged later."""
        with suppress(AssertionError):
            wait_for(condition, timeout_s=self.plan.doubt_s)

    def _until(self, what: str, condition: Callable[[], bool]) -> None:
        """Wait for a condition; one that does not come true is found by the verdict."""
        try:
            wait_for(condition, timeout_s=self.plan.rest_s, what=what)
        except AssertionError as error:
            self.complaints.append(("stuck", str(error)))

    def _none_in_doubt(self) -> bool:
        self.person.open_queue()
        return evidence.in_doubt(self.database) == 0

    def _all_sent(self) -> bool:
        self.person.open_queue()
        return self._counts()[ReelStatus.PENDING] == 0

    def _inbox_is_empty(self) -> bool:
        """Tell whether nothing waits; what speaks of a video without an end may wait for it."""
        endless = {video.video_id for video in self._truth() if not video.can_be_known}
        video_of = {reel.id: reel.video_id for reel in evidence.kept(self.database)}
        about = ((d, d.video_id or video_of.get(d.reel_id or 0)) for d in self._waiting())
        return all(d.verdict == "unconfirmed" and video_id in endless for d, video_id in about)

    def _truth(self) -> tuple[Video, ...]:
        return evidence.videos(self.fake.ledger(), self.linkless)

    def _waiting(self) -> list[Recorded]:
        return [delivery for delivery in evidence.recorded(self.database) if delivery.waiting]

    def _unaware(self) -> list[Kept]:
        """Return the reels that have not come to rest although HeyGen has ended their video."""
        ended = {video.video_id for video in self._truth() if video.can_be_known}
        resting = ("completed", "failed")
        return [r for r in evidence.kept(self.database) if r.status not in resting and r.video_id in ended]

    def _knows_all(self) -> bool:
        """Tell whether what is sought after by itself is known; a timed-out reel is not any more."""
        return not any(reel.status == "processing" for reel in self._unaware())

    def _see_to(self, reel: Kept) -> None:
        """Ask about a reel as a person does: by a check, or by a retry, which must not pay for a success again."""
        succeeded = {video.video_id for video in self._truth() if video.outcome == "completed"}
        if reel.status == "timed_out" and reel.video_id in succeeded and self.random.random() < 0.7:
            self.person.retry(reel.id)
        else:
            self.person.check(reel.id)

    def _only_endless_left(self) -> bool:
        return self._counts()[ReelStatus.PROCESSING] == 0

    # The result

    def _result(self, ledger: list[dict[str, Any]], took_s: float) -> Result:
        history = self._history(ledger)
        counts = self.crew.counts + self.person.counts
        counts["attacks"] = sum(self.attacker.counts.values())
        counts["deliveries"] = len(self.loot.attempts())
        counts["answered 200"] = sum(answer.status == 200 for answer in history.answers)
        counts["refused"] = evidence.refused(self.database)
        counts["videos"] = len(history.videos)
        return Result(
            plan=self.plan,
            findings=judge(history),
            delays_s=_delays_s(history),
            counts=counts,
            appointments=self.crew.appointments_kept(),
            statuses=Counter(reel.status for reel in history.reels),
            faults=self.faults,
            took_s=took_s,
            phases_s=self.phases_s,
        )

    def _history(self, ledger: list[dict[str, Any]]) -> History:
        logs = {member.log.name: member.output for member in self.crew.members}
        if not self.attacker.done:
            self.complaints.append(("log", "the attacker broke off"))
        logs[self.fake.log.name] = self.fake.output
        logs["what was printed and answered"] = "\n".join([*self.texts, *self.person.texts])
        return History(
            submitted=tuple(self.submitted),
            videos=evidence.videos(ledger, self.linkless),
            reels=evidence.kept(self.database),
            deliveries=evidence.recorded(self.database),
            answers=(*self.loot.answers(), *self.attacker.answers),
            logs=logs,
            stored=evidence.stored_bytes(self.database),
            secrets=self.secrets | dict.fromkeys(self.loot.tokens, "callback token"),
            marker=MARKER,
            skewed_from=self.skewed_from,
            complaints=(*self.complaints, *self.crew.complaints, *self.person.complaints),
        )


def _delays_s(history: History) -> dict[str, list[float]]:
    """Return, by channel, the seconds from the end of each video to its being known, sorted."""
    truth = {video.video_id: video.terminal_at for video in history.videos}
    delays: dict[str, list[float]] = {}
    for reel in history.reels:
        ended = truth.get(reel.video_id or "")
        known = ended is not None and reel.detected_at is not None and reel.status in ("completed", "failed")
        if known and (history.skewed_from is None or reel.detected_at < history.skewed_from):
            delays.setdefault(str(reel.detected_by), []).append(reel.detected_at - ended)
    return {channel: sorted(values) for channel, values in sorted(delays.items())}
