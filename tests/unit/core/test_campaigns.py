from __future__ import annotations

import threading
from datetime import timedelta

import httpx
import pytest

from core.campaigns import AT_ONCE, IDLE_S, TRIES, Retrier, new_draft_key, submit
from core.clock import utcnow
from core.errors import InvalidReel, Refused
from core.models import Reel, ReelStatus, SendState
from core.shelf import Shelving
from core.store import ReelFilter
from core.validation import KEY
from tests.conftest import Build
from tests.factories import House, a_reel, refusal

GET = "GET /v3/videos/{id}"


@pytest.fixture
def house(build: Build) -> House:
    return build()


def stored(house: House) -> list[Reel]:
    return house.store.reels.page(ReelFilter(), 100)[::-1]


# Submitting


def test_a_campaign_is_stored_with_its_reels_in_order(house: House) -> None:
    campaign = submit(house.processor, " Otoño ", "draft-1", [a_reel(title=title) for title in "abc"])
    assert (campaign.name, campaign.draft_key, campaign.counts) == ("Otoño", "draft-1", {"pending": 3})
    assert [(reel.title, reel.campaign_id) for reel in stored(house)] == [(title, campaign.id) for title in "abc"]
    assert [reel.idempotency_key for reel in stored(house)] == ["draft-1-1", "draft-1-2", "draft-1-3"]
    assert house.kinds(stored(house)[0]) == ["pending"]


def test_the_same_draft_twice_is_one_campaign(house: House) -> None:
    first = submit(house.processor, "Otoño", "draft-1", [a_reel(), a_reel()])
    again = submit(house.processor, "Otro", "draft-1", [a_reel(), a_reel(), a_reel()])
    assert again == first
    assert len(stored(house)) == 2


def test_two_hands_that_submit_one_draft_at_once_store_it_once(house: House) -> None:
    start, found = threading.Barrier(4), []

    def press() -> None:
        start.wait()
        found.append(submit(house.processor, "Otoño", "draft-1", [a_reel(), a_reel()]).id)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1, 1, 1, 1]
    assert len(stored(house)) == 2


def test_a_campaign_with_a_reel_that_cannot_be_sent_is_not_stored_at_all(house: House) -> None:
    with pytest.raises(InvalidReel):
        submit(house.processor, "Otoño", "draft-1", [a_reel(), a_reel(script=" ")])
    assert stored(house) == []
    assert house.store.campaigns.by_draft("draft-1") is None
    assert submit(house.processor, "Otoño", "draft-1", [a_reel()]).reels == 1


def test_a_submitted_draft_is_kept_no_longer_and_a_refused_one_is(house: House) -> None:
    house.store.campaigns.keep_draft("draft-1", "rows", utcnow())
    with pytest.raises(InvalidReel):
        submit(house.processor, "Otoño", "draft-1", [a_reel(script="")])
    assert house.store.campaigns.draft("draft-1") == "rows"
    submit(house.processor, "Otoño", "draft-1", [a_reel()])
    assert house.store.campaigns.draft("draft-1") is None


def test_a_campaign_needs_a_reel(house: House) -> None:
    with pytest.raises(Refused, match="at least one reel"):
        submit(house.processor, "Otoño", "draft-1", [])


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb", "a\0b", "\ud800"])
def test_a_name_that_nobody_could_read_is_refused(house: House, name: str) -> None:
    with pytest.raises(InvalidReel) as caught:
        submit(house.processor, name, "draft-1", [a_reel()])
    assert caught.value.about == "name"


def test_the_keys_of_a_drafts_reels_are_keys_that_heygen_takes() -> None:
    key = new_draft_key()
    assert KEY.fullmatch(f"{key}-2000")
    assert key != new_draft_key()


def test_tokens_of_campaigns_are_long_and_their_own(house: House) -> None:
    tokens = {submit(house.processor, "Otoño", f"draft-{n}", [a_reel()]).token for n in range(3)}
    assert len(tokens) == 3
    assert min(map(len, tokens)) >= 24


# Trying again


def wrong(house: House, status: str = "failed", remote: str = "failed", n: int = 1) -> list[Reel]:
    """Store reels of a campaign that went wrong, each with a video of which HeyGen says something."""
    house.store.campaigns.add("Otoño", "draft-1", "token", utcnow())
    reels = [house.stored(status, campaign_id=1) for _ in range(n)]
    for reel in reels:
        house.wire.finish(reel.video_id or "", remote)
    return reels


def test_everything_that_failed_is_tried_again(house: House) -> None:
    reels = wrong(house, n=3)
    house.store.campaigns.ask_retries(1, utcnow())
    assert Retrier(house.processor).turn(utcnow()) == IDLE_S
    assert [(house.again(reel).status, house.again(reel).attempt) for reel in reels] == [(ReelStatus.PENDING, 2)] * 3
    assert house.store.campaigns.get(1).counts == {"pending": 3}
    assert len(house.wire.calls(GET)) == 3


def test_a_reel_that_heygen_has_finished_after_all_is_not_paid_for_again(house: House) -> None:
    [reel] = wrong(house, "timed_out", "completed")
    house.store.campaigns.ask_retries(1, utcnow())
    Retrier(house.processor).turn(utcnow())
    assert (house.again(reel).status, house.again(reel).attempt) == (ReelStatus.COMPLETED, 1)
    assert house.store.campaigns.get(1).counts == {"completed": 1}


def test_a_reel_that_heygen_is_still_making_is_left_alone(house: House) -> None:
    [reel] = wrong(house, "timed_out", "processing")
    house.store.campaigns.ask_retries(1, utcnow())
    Retrier(house.processor).turn(utcnow())
    assert (house.again(reel).status, house.again(reel).attempt) == (ReelStatus.TIMED_OUT, 1)
    assert house.store.campaigns.get(1).retrying == 0


def test_a_request_that_was_worked_off_before_a_crash_is_not_worked_off_twice(house: House) -> None:
    [reel] = wrong(house)
    house.store.campaigns.ask_retries(1, utcnow())
    house.processor.retry(reel)  # and then the process was killed, with the request still there
    house.store.reels.save(house.again(reel), status=ReelStatus.FAILED)
    Retrier(house.processor).turn(utcnow())
    assert house.again(reel).attempt == 2
    assert house.store.campaigns.get(1).retrying == 0


def test_a_reel_that_was_put_away_in_the_meantime_is_left_alone(house: House) -> None:
    [reel] = wrong(house)
    house.store.campaigns.ask_retries(1, utcnow())
    Shelving(house.store).archive(reel.id or 0)
    Retrier(house.processor).turn(utcnow())
    assert house.again(reel).attempt == 1
    assert house.wire.requests == []
    assert house.store.campaigns.get(1).retrying == 0


def test_a_stopped_queue_is_not_opened_by_a_request_that_is_stale(house: House) -> None:
    [reel] = wrong(house)
    house.store.campaigns.ask_retries(1, utcnow())
    house.store.reels.save(reel, status=ReelStatus.PENDING, send_state=SendState.DOUBT)
    Retrier(house.processor).turn(utcnow())
    assert house.again(reel).send_state is SendState.DOUBT
    assert house.wire.requests == []


@pytest.mark.parametrize("trouble", [httpx.ConnectError("no route"), refusal(500), refusal(429)])
def test_while_heygen_does_not_answer_a_request_waits(house: House, trouble: Exception | httpx.Response) -> None:
    [reel] = wrong(house)
    house.wire.always(GET, trouble)
    now = utcnow()
    house.store.campaigns.ask_retries(1, now)
    Retrier(house.processor).turn(now)
    assert (house.again(reel).status, house.store.campaigns.get(1).retrying) == (ReelStatus.FAILED, 1)
    assert house.store.campaigns.due_retries(now, 9) == []
    [later] = house.store.campaigns.due_retries(now + timedelta(seconds=60), 9)
    assert later.tries == 1


def test_a_request_that_heygen_never_answers_is_given_up(house: House) -> None:
    [reel] = wrong(house)
    house.wire.always(GET, refusal(500))
    house.store.campaigns.ask_retries(1, utcnow())
    for _ in range(TRIES):
        for request in house.store.campaigns.due_retries(utcnow() + timedelta(days=1), 9):
            house.store.campaigns.postpone_retry(request, utcnow() - timedelta(days=1))
        Retrier(house.processor).turn(utcnow())
    assert house.store.campaigns.get(1).retrying == 0
    assert house.again(reel).status is ReelStatus.FAILED


def test_many_requests_are_worked_off_some_at_a_time(house: House) -> None:
    wrong(house, n=AT_ONCE + 1)
    house.store.campaigns.ask_retries(1, utcnow())
    retrier = Retrier(house.processor)
    assert retrier.turn(utcnow()) == 0.0
    assert house.store.campaigns.get(1).retrying == 1
    assert retrier.turn(utcnow()) == IDLE_S
    assert house.store.campaigns.get(1).counts == {"pending": AT_ONCE + 1}
