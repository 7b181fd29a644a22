"""Roll a release out through real processes: those before and those after it share one database, and reels go through.

Long, since each process takes a second to start; the short form, inside one process, is test_upgrade.py.
"""

from __future__ import annotations

import json
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from core.models import ReelStatus
from core.signature import sign
from tests.support.programs import ROOT, Fake, Serve, run_core
from tests.support.releases import NEXT, earlier, tomorrow
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

SECRET = "whsec_of_the_roll"
FATES = ("render=1s", "render=1s webhook=drop", "render=1s outcome=failed", "render=1s webhook=duplicate:3")
WORRIES = ("Traceback", "cannot be used", "no such", "does not exist", "ERROR")
# The last commit before PostgreSQL, and the first one with it; neither drains.
EARLIER = {"sqlite": "6ba77e0", "postgresql": "671772d"}


class Senders:
    """Deliver signed news to receivers without a pause, and keep what each answered."""

    def __init__(self, *servers: Serve) -> None:
        self._ending = threading.Event()
        self.answers: dict[str, Counter[int | str]] = {server.url: Counter() for server in servers}
        self._threads = [threading.Thread(target=self._send, args=(server.url,)) for server in servers]

    def _send(self, url: str) -> None:
        with httpx.Client(base_url=url, trust_env=False, timeout=20) as client:
            while not self._ending.wait(0.1):
                number = self.answers[url].total()
                event = {"event_type": "avatar_video.success", "event_data": {"video_id": f"{url}-{number}"}}
                body = json.dumps(event).encode()
                headers = {"Heygen-Signature": sign(body, SECRET)}
                try:
                    answer: int | str = client.post("/webhooks/heygen", content=body, headers=headers).status_code
                except httpx.HTTPError as error:
                    answer = repr(error)
                self.answers[url][answer] += 1

    @contextmanager
    def running(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self.end()

    def end(self) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()


class Roll:
    """Hold a fake HeyGen and the processes of two releases over one database."""

    def __init__(self, folder: Path, address: str, old_root: Path, new_root: Path) -> None:
        self.folder = folder
        self.address = address
        self.roots = {"old": old_root, "new": new_root}
        self.fake = Fake(folder)
        self.servers: list[Serve] = []

    def start(self, release: str) -> Serve:
        settings = {
            "DATABASE_URL": self.address,
            "DATA_FOLDER": str(self.folder),
            "HEYGEN_WEBHOOK_SECRET": SECRET,
            "HEYGEN_FALLBACK_AFTER_S": "4",
            "HEYGEN_POLL_INTERVAL_S": "1",
            "DRAIN_S": "10",
        }
        self.servers.append(Serve(self.folder, self.fake.url, mode="hybrid", root=self.roots[release], **settings))
        return self.servers[-1]

    def submit(self, server: Serve) -> None:
        """Submit a reel of every fate by the server's own code."""
        rows = "\n".join(f'Reel,"Hola [[sim: {fate}]]"' for fate in FATES)
        (self.folder / "reels.csv").write_text(f"title,script\n{rows}\n")
        server.core("submit", "--csv", str(self.folder / "reels.csv"))

    def several_at_once(self, server: Serve) -> None:
        """Let four processes of the newer release open the database at one moment."""
        with ThreadPoolExecutor(4) as hands:
            words = [hands.submit(run_core, "list", environ=server.environ, root=self.roots["new"]) for _ in range(4)]
            for word in words:
                assert word.result().returncode == 0, word.result().stderr

    def await_all(self, new: Serve, n: int) -> None:
        def ended() -> bool:
            counts = new.store.reels.counts()
            return counts[ReelStatus.COMPLETED] + counts[ReelStatus.FAILED] == n

        wait_for(ended, timeout_s=60, what="every end")

    def stop(self) -> None:
        for server in self.servers:
            if server.process.poll() is None:
                server.kill()
        self.fake.stop()


@contextmanager
def rolling(folder: Path, address: str, old: Path, new: Path) -> Iterator[Roll]:
    roll = Roll(folder, address, old, new)
    try:
        yield roll
    finally:
        roll.stop()


def drained(server: Serve) -> bool:
    """Tell whether a receiver says that it is about to end."""
    answer = httpx.get(f"{server.url}/healthz", trust_env=False)
    return answer.status_code == 503 and answer.json() == {"draining": True}


def play(roll: Roll, *, drains: bool = True) -> None:
    """Roll the newer release out and back, with reels and deliveries under way all the time."""
    old = roll.start("old")
    roll.submit(old)
    senders = Senders(old)
    with senders.running():
        roll.several_at_once(old)
        new = roll.start("new")
        to_both = Senders(new)
        with to_both.running():
            roll.submit(new)
            roll.submit(old)
            roll.await_all(new, 3 * len(FATES))
            told = old.core("list")
            assert told == [
                {name: row[name] for name in told[0]} for row in new.core("list")
            ]  # the newer may tell more
        if drains:
            old.process.send_signal(signal.SIGTERM)
            wait_for(lambda: drained(old), what="the older one to drain")
            taken = senders.answers[old.url][200]
            wait_for(lambda: senders.answers[old.url][200] > taken + 3, what="deliveries while it drains")
    assert old.stop() == 0, old.output
    back = roll.start("old")  # rolled back: the code of the day before, over the newer database
    roll.submit(back)
    roll.await_all(new, 4 * len(FATES))
    judge(roll, {**senders.answers, **to_both.answers}, new)


def judge(roll: Roll, answers: dict[str, Counter[int | str]], new: Serve) -> None:
    """Hold against the truth what the processes know."""
    assert [set(of_one) for of_one in answers.values()] == [{200}, {200}]
    assert min(of_one.total() for of_one in answers.values()) > 20
    reels = {reel["video_id"]: reel["status"] for reel in new.core("list")}
    ledger = roll.fake.ledger()
    assert {row["video_id"]: row["outcome"] for row in ledger} == reels
    assert {row["charges"] for row in ledger} == {1}
    told = sum(of_one.total() for of_one in answers.values())
    assert len([found for found in new.core("deliveries") if "127.0.0.1" in (found["video_id"] or "")]) == told
    for server in roll.servers:
        assert not [word for word in WORRIES if word in server.output], server.output[-3000:]


def test_tomorrows_release_is_rolled_out_and_back(address: str, tmp_path: Path) -> None:
    with rolling(tmp_path, address, ROOT, tomorrow(tmp_path)) as roll:
        play(roll)
        assert (roll.roots["new"] / "core/store/schema/sqlite" / NEXT).exists()


def test_an_earlier_release_gives_way_to_todays(address: str, tmp_path: Path) -> None:
    with rolling(tmp_path, address, earlier(EARLIER[address.partition(":")[0]], tmp_path), ROOT) as roll:
        play(roll, drains=False)
