from __future__ import annotations

import threading

import pytest

from core.actor import act_for, actor
from core.errors import Refused, Unreachable
from core.models import Reel
from core.together import AT_ONCE, act_on
from tests.factories import a_reel


def test_what_can_be_done_is_done_and_the_rest_is_told() -> None:
    def act(reel_id: int) -> Reel:
        if reel_id % 2:
            raise Refused("Reel {id} is completed.", id=reel_id)
        return a_reel(id=reel_id)

    found = act_on([4, 1, 2, 4, 3], act)
    assert found.done == (4, 2)
    assert [(reel_id, str(error)) for reel_id, error in found.problems] == [
        (1, "Reel 1 is completed."),
        (3, "Reel 3 is completed."),
    ]
    assert found.untried == ()


def test_nobody_waits_for_the_same_lost_connection_again_and_again() -> None:
    asked: list[int] = []

    def act(reel_id: int) -> Reel:
        asked.append(reel_id)
        raise Unreachable("HeyGen cannot be reached.")

    found = act_on(range(1, 51), act)
    assert len(asked) <= AT_ONCE
    assert len(found.problems) == len(asked)
    assert len(found.problems) + len(found.untried) == 50
    assert found.done == ()


def test_a_few_are_done_at_once() -> None:
    together = threading.Barrier(AT_ONCE, timeout=5)

    def act(reel_id: int) -> Reel:
        together.wait()
        return a_reel(id=reel_id)

    assert act_on(range(AT_ONCE), act).done == tuple(range(AT_ONCE))


def test_an_unforeseen_error_is_not_swallowed() -> None:
    def act(_reel_id: int) -> Reel:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_on([1, 2], act)


def test_it_is_done_on_behalf_of_the_one_who_asked() -> None:
    seen: list[str | None] = []

    def act(reel_id: int) -> Reel:
        seen.append(actor())
        return a_reel(id=reel_id)

    act_for("ana@example.com")
    try:
        act_on([1], act)
    finally:
        act_for("")
    assert seen == ["ana@example.com"]
