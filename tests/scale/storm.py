"""The torture of one mode, on many hosts: the same reels, faults, lies and promises, and another hand that torments."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from core.errors import StoreError
from core.logs import FORMAT
from core.models import ReelStatus
from tests.scale.cluster import ANY, Cluster, Sizes
from tests.scale.logs import AWAY, without_losses
from tests.scale.mayhem import Mayhem
from tests.scale.visitor import NOBODY, Visitor, is_away
from tests.support.programs import Fake
from tests.support.waiting import wait_for
from tests.torture.crew import Crew
from tests.torture.person import Person
from tests.torture.torment import Plan, Result, Torment
from tests.torture.verdict import Answered, History

OPEN_EVERY_S: Final = 0.5


class Storm(Torment):
    """One run over a cluster of its own."""

    def __init__(self, plan: Plan, sizes: Sizes, *, minutes: float, apart: bool) -> None:
        plan.folder.mkdir(parents=True)
        self.cluster = Cluster(plan.folder, sizes, apart=apart)
        self._until_s = time.monotonic() + minutes * 60
        self._refused_in_one_sentence = 0
        self._open_at = 0.0
        self._own_log = plan.folder / "visitor.log"
        logging.basicConfig(filename=self._own_log, level=logging.WARNING, format=FORMAT, force=True)
        try:
            super().__init__(plan)
        except BaseException:
            self.cluster.close()
            raise

    def _store(self) -> str:
        return self.cluster.database.url

    def _simulator(self) -> Fake:
        return Fake(self.plan.folder, "--seed", str(self.plan.seed), "--host", ANY)

    def _receivers_port(self) -> int:
        return self.cluster.front_port

    def _environ(self, secrets: list[str]) -> dict[str, str]:
        return {**super()._environ(secrets), **self.cluster.settings}

    def _crew(self) -> Crew:
        self.cluster.settle(self.environ, self.fake.port)
        return Mayhem(self.cluster, self._random(), every_s=self.plan.kill_every_s)  # type: ignore[return-value]

    def _person(self) -> Person:
        return Visitor(self.environ, self.url, self._random(), every_s=self.plan.act_every_s)

    def _counts(self) -> Mapping[ReelStatus, int]:
        return wait_for(self._counted, timeout_s=120, every_s=0.25, what="the database to answer")

    def _counted(self) -> Mapping[ReelStatus, int] | None:
        try:
            return super()._counts()
        except StoreError as error:
            if is_away(error):
                return None
            raise

    def _has_room(self) -> bool:
        """See to it that the queue is open: among thousands there are many that close it until tomorrow."""
        if time.monotonic() >= self._open_at:
            self._open_at = time.monotonic() + OPEN_EVERY_S
            with suppress(StoreError):
                self.person.open_queue()
        return super()._has_room()

    def _batches(self) -> Iterator[tuple[str, ...]]:
        """Hand in until enough reels were accepted, under ever new titles."""
        tried = 0
        while time.monotonic() < self._until_s and (missing := self.plan.reels - self._accepted()) > 0:
            size = 1 if self.random.random() < 0.05 else min(self.plan.batch, missing)
            yield tuple(f"{self.plan.mode}-{tried + n}" for n in range(1, size + 1))
            tried += size

    def _accepted(self) -> int:
        return sum(len(submission.titles) for submission in self.submitted if submission.acknowledged)

    def _submit(self, n: int, titles: tuple[str, ...], scripts: Iterator[str]) -> None:
        super()._submit(n, titles, scripts)
        if self.complaints and AWAY in self.complaints[-1][1]:  # in one sentence, as it should
            self.complaints.pop()
            self._refused_in_one_sentence += 1

    def _until(self, what: str, condition: Callable[[], bool]) -> None:
        try:
            wait_for(condition, timeout_s=self.plan.rest_s, every_s=1.0, what=what)
        except AssertionError as error:
            self.complaints.append(("stuck", str(error)))

    def _wait(self, condition: Callable[[], bool]) -> None:
        with suppress(AssertionError):
            wait_for(condition, timeout_s=self.plan.doubt_s, every_s=1.0)

    def run(self) -> Result:
        """Torment, let it come to rest, judge."""
        try:
            return super().run()
        finally:
            self.cluster.database.dump(self.plan.folder / "reels.sql")
            self.cluster.close()

    def _result(self, ledger: list[dict[str, Any]], took_s: float) -> Result:
        result = super()._result(ledger, took_s)
        result.counts["accepted reels"] = self._accepted()
        result.counts["submissions turned away"] = self._refused_in_one_sentence
        return result

    def _history(self, ledger: list[dict[str, Any]]) -> History:
        (self.plan.folder / "ledger.json").write_text(json.dumps(ledger))
        history = super()._history(ledger)
        written = {**history.logs, self._own_log.name: self._own_log.read_text(errors="replace")}
        logs = {name: without_losses(text) for name, text in written.items()}
        return replace(history, logs=logs, answers=tuple(map(_answered, history.answers)))


def _answered(answer: Answered) -> Answered:
    """Return an answer as ours; what nginx says where nobody answered is none."""
    return replace(answer, status=None) if answer.status in NOBODY else answer
