"""What the mayhem rests on, without a host: what is drawn, what of a log is no finding, and which site nginx gets."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import psycopg
import pytest

from core.errors import StoreError
from tests.scale.front import site
from tests.scale.harms import HARMS, draw
from tests.scale.logs import without_losses
from tests.scale.visitor import is_away

STANDING = {
    "receiver": ["receiver-1", "receiver-2"],
    "worker": ["worker-1"],
    "beat": ["beat"],
    "pages": ["pages-1"],
    "database": ["database"],
    "broker": ["broker"],
    "front": ["front"],
}


def drawn(times: int, *, apart: bool) -> Counter[str]:
    random = Random(7)
    blows = [draw(random, STANDING, apart=apart) for _ in range(times)]
    return Counter(blow.what for blow in blows if blow is not None)


def test_every_harm_is_done_sooner_or_later() -> None:
    assert set(drawn(500, apart=True)) == set(HARMS)


def test_nobody_is_cut_off_on_one_loopback() -> None:
    cutting = {what for what, harm in HARMS.items() if harm.cuts}
    assert set(drawn(500, apart=False)) == set(HARMS) - cutting


def test_only_who_stands_is_struck() -> None:
    random = Random(7)
    blows = [draw(random, {"pages": ["pages-2"], "worker": []}, apart=True) for _ in range(50)]
    assert {blow.whom for blow in blows if blow is not None} == {"pages-2"}
    assert draw(random, {}, apart=True) is None


def test_one_seed_draws_one_mayhem() -> None:
    first, second = ([draw(Random(seed), STANDING, apart=True) for seed in range(20)] for _ in range(2))
    assert first == second


LOST = """\
[2026-11-24 18:40:00,000: WARNING/MainProcess] consumer: Connection to broker lost. Trying to re-establish it...
Traceback (most recent call last):
  File "redis.py", line 1, in _read
redis.exceptions.ConnectionError: Connection closed by server.
"""
OURS = """\
2026-11-24 18:40:01,000 ERROR core.turns A job failed; its lease runs out and it is taken up again
Traceback (most recent call last):
ValueError: ours
"""


def test_a_broker_that_is_away_is_no_finding_and_an_error_of_ours_is() -> None:
    assert without_losses(LOST) == ""
    assert without_losses(OURS + LOST + OURS) == (OURS + OURS).rstrip("\n")


@pytest.mark.parametrize(
    ("cause", "forgiven"),
    [
        (psycopg.OperationalError("the connection is lost"), True),
        (OSError("no route to host"), True),
        (psycopg.errors.DeadlockDetected("deadlock detected"), False),
        (psycopg.errors.QueryCanceled("statement timeout"), False),
        (psycopg.DataError("out of range"), False),
        (None, False),
    ],
)
def test_only_a_database_that_is_away_is_forgiven(cause: Exception | None, forgiven: bool) -> None:
    error = StoreError("The database cannot be used.")
    error.__cause__ = cause
    assert is_away(error) is forgiven


def test_the_site_names_every_host(tmp_path: Path) -> None:
    receivers, pages = [f"10.0.0.{n}:81" for n in (1, 2, 3)], ["10.0.0.9:82"]
    text = site(8080, tmp_path, receivers, pages)
    assert all(f"server {address} max_fails=" in text for address in (*receivers, *pages))
    assert "receiver-" not in text
    assert "pages-" not in text
    assert "listen 8080;" in text
    assert "/var/log/nginx" not in text
