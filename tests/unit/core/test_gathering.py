from __future__ import annotations

import pytest

from core.gathering import AT_MOST, Gathering, gather
from core.models import Ended, ReelStatus
from tests.factories import NOW


def ended(n: int, reel_id: int | None = None) -> Ended:
    return Ended(id=n, reel_id=reel_id or n, title="", status=ReelStatus.FAILED, failure_code=None, at=NOW)


def many(n: int) -> list[Ended]:
    return [ended(each) for each in range(1, n + 1)]


def test_nothing_makes_no_message() -> None:
    assert gather([], [], 0) == Gathering()


@pytest.mark.parametrize(("reels", "made_lately"), [(1, 0), (AT_MOST, 0), (1, AT_MOST - 1), (2, AT_MOST - 2)])
def test_few_reels_have_a_message_each(reels: int, made_lately: int) -> None:
    assert gather(many(reels), [], made_lately).groups == tuple((n,) for n in range(1, reels + 1))


@pytest.mark.parametrize(("reels", "made_lately"), [(AT_MOST + 1, 0), (100, 0), (2, AT_MOST - 1)])
def test_more_reels_than_there_is_room_for_share_a_digest(reels: int, made_lately: int) -> None:
    assert gather(many(reels), [], made_lately).groups == (tuple(range(1, reels + 1)),)


@pytest.mark.parametrize("made_lately", [AT_MOST, AT_MOST + 7])
def test_where_there_is_no_room_everything_waits(made_lately: int) -> None:
    assert gather(many(3), [1, 2], made_lately) == Gathering()


def test_ends_of_one_reel_are_one_message() -> None:
    assert gather([ended(1, 7), ended(2, 8), ended(3, 7)], [], 0).groups == ((1, 3), (2,))


def test_campaigns_have_a_message_each_and_the_rest_waits() -> None:
    assert gather([], [4, 5, 6], AT_MOST - 2).campaigns == (4, 5)


def test_campaigns_leave_room_for_single_reels() -> None:
    assert gather(many(3), list(range(50)), 0) == Gathering(groups=((1, 2, 3),), campaigns=(0, 1, 2, 3))
