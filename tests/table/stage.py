"""Play one chapter: a real simulator whose clock is in hand, real receivers, and one core for each account."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import uvicorn
from freezegun import freeze_time
from starlette.applications import Starlette

from core.clock import utcnow
from core.models import Reel
from core.store import open_store
from fake_heygen.cli.process import Process
from fake_heygen.cli.remote import Remote
from fake_heygen.proof.checker import Report, check
from fake_heygen.proof.history import Job
from fake_heygen.proof.truth import read_ledger
from tests.table.cell import Cell, Chapter
from tests.table.moments import RENDER_S, SPELL_S, STRIKES_AT_S, USUAL_SPELL_S
from tests.table.outcome import Outcome, read_attempts
from tests.table.team import Team

BEGAN: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR_S: Final = 3600
CLOSE_TICKS_S: Final = sorted(
    {*range(0, 300, 5), *map(int, STRIKES_AT_S.values()), *range(300, 900, 20), *range(900, 4 * HOUR_S, 100)}
)
BUSY_TICK_S: Final = 100
OVER_AT_S: Final = 96 * HOUR_S
PERSON_AT_S: Final = (1800, 4 * HOUR_S, 96 * HOUR_S)
SCENARIO: Final = {
    "name": "table",
    "description": "Nothing but what a reel's words ask for.",
    "render": {"low": f"{RENDER_S}s", "high": f"{RENDER_S}s"},
    "concurrency": 1000,
    "retry_for_s": 900,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Where teams live: the simulator, its clock and ours, and the address at which receivers are reached."""

    fake: Remote
    url: str
    public_url: str
    fresh: Path
    clock: Any
    listener: socket.socket

    def live(self, teams: Sequence[Team], turn: Callable[[int], None]) -> None:
        """Let four days pass, with a turn at every tick."""
        before_s = 0
        for at_s in _ticks(teams):
            self.fake.post("clock", {"advance_s": at_s - before_s})
            self.clock.move_to(BEGAN + timedelta(seconds=at_s))
            turn(at_s)
            before_s = at_s

    def judged(self, jobs: Sequence[Job]) -> Report:
        """Compare what teams believe with the ledger; their clock is the simulator's."""
        return check(read_ledger(self.fake.ledger() | {"same_clock": True}, utcnow().timestamp()), jobs)


class Stage:
    """Play one chapter in a world."""

    def __init__(self, chapter: Chapter, world: World) -> None:
        self.cells = [cell for cell in chapter.cells() if cell.staging is not None]
        self._world = world
        self._fake = world.fake
        accounts = dict.fromkeys((cell.account, cell.mode) for cell in self.cells)
        self._teams = {name: Team(name, mode, world.fresh, world.url, world.public_url) for name, mode in accounts}
        for team in self._teams.values():
            team.archives = chapter.keeps_files

    def play(self) -> tuple[list[Outcome], Report]:
        """Let everything happen that four days bring."""
        self._fake.put("scenario", SCENARIO)
        with at_work(list(self._teams.values()), self._world):
            for team in self._teams.values():
                team.begin(rotated=any(cell.fault.name == "sign=old" for cell in self.cells))
            for cell in self.cells:
                self._teams[cell.account].submit(cell.name, cell.script)
            self._world.live(list(self._teams.values()), self._turn)
            return self._outcomes(), self._world.judged([self._job(cell) for cell in self.cells])

    def _turn(self, at_s: int) -> None:
        for cell in self.cells:
            if at_s == STRIKES_AT_S[cell.moment]:
                self._strike(cell)
        for team in self._teams.values():
            if at_s in PERSON_AT_S:
                team.settle(utcnow())
            if not team.at_rest():
                team.turn(utcnow())

    def _strike(self, cell: Cell) -> None:
        team, staging = self._teams[cell.account], cell.staging
        assert staging is not None
        if staging.casts:
            lasts_s = SPELL_S.get(cell.fault.word, USUAL_SPELL_S)
            self._fake.post(f"spells?account={team.name}", {"kind": cell.fault.word, "for_s": lasts_s})
        if staging.trigger is not None:
            self._fake.post("trigger", {"video_id": team.reel(cell.name).video_id, "words": cell.own})
        if staging.asks:
            team.ask([cell.name])

    def _outcomes(self) -> list[Outcome]:
        attempts, rows = defaultdict(list), defaultdict(list)
        for entry in self._fake.get("journal", kind="attempt")["data"]:
            attempts[entry["video_id"]].append(entry)
        for row in self._fake.get("ledger")["data"]:
            rows[row["title"]].append(row)
        return [self._outcome(cell, attempts, rows) for cell in self.cells]

    def _outcome(self, cell: Cell, attempts: Any, rows: Any) -> Outcome:
        team, began_at = self._teams[cell.account], BEGAN.timestamp()
        reel = team.reel(cell.name)
        return Outcome(
            cell=cell,
            reel=reel,
            timeline=tuple(team.store.timeline.of(reel.id or 0)),
            attempts=read_attempts(attempts[reel.video_id], began_at),
            ledger=tuple(rows[cell.name]),
            kept=team.kept(cell.name),
            began_at=began_at,
        )

    def _job(self, cell: Cell) -> Job:
        return job(cell.name, self._teams[cell.account].reel(cell.name))


def job(name: str, reel: Reel) -> Job:
    """Return what a team believes of a reel, as the simulator's checker reads it."""
    ended = reel.detected_at if reel.detected_by else None
    return Job(
        job=name,
        status=str(reel.status),
        video_id=reel.video_id,
        videos=frozenset({reel.video_id} if reel.video_id else ()),
        key=reel.idempotency_key,
        known_at=ended.timestamp() if ended else None,
    )


def play(chapter: Chapter) -> tuple[list[Outcome], Report]:
    """Play a chapter from its beginning to its end."""
    with world() as made:
        return Stage(chapter, made).play()


@contextmanager
def world() -> Iterator[World]:
    """Begin a new world, whose clock stands still."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        process = stack.enter_context(Process("--port", "0", "--seed", "1", "--frozen", "--start", BEGAN.isoformat()))
        fake = stack.enter_context(Remote(process.url))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512))
        clock = stack.enter_context(freeze_time(BEGAN, real_asyncio=True))
        public_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        fresh = folder / "fresh.db"  # made once, and copied for each team
        store = open_store(f"sqlite:///{fresh}")
        store.reels.counts()
        store.close()
        yield World(fake=fake, url=process.url, public_url=public_url, fresh=fresh, clock=clock, listener=listener)


@contextmanager
def at_work(teams: Sequence[Team], world: World) -> Iterator[None]:
    """Serve the receivers of teams, and end the teams afterwards."""
    app = Starlette(routes=[team.mount() for team in teams])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [world.listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
        for team in teams:
            team.stop()


def _ticks(teams: Sequence[Team]) -> Iterator[int]:
    """Yield the moments at which cores have their turns: hourly once all are at rest."""
    yield from CLOSE_TICKS_S
    at_s = 4 * HOUR_S
    while at_s <= OVER_AT_S:
        yield at_s
        next_hour_s = (at_s // HOUR_S + 1) * HOUR_S
        at_rest = all(team.at_rest() for team in teams)
        at_s = next_hour_s if at_rest else min(next_hour_s, at_s + BUSY_TICK_S)
