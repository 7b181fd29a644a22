"""Every fault in every mode at every moment: core ends each reel as the sentence says, and the page tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.models import Channel, ProcessingMode, ReelStatus
from fake_heygen.faults import BY_NAME, FAULTS, Fault
from fake_heygen.scenario import load, names
from tests.table.cell import CHAPTERS, MODES, SAMPLES, Chapter
from tests.table.document import OPENING, PAGE, SCENARIOS, section, told_at, told_in, told_of
from tests.table.moments import ARGUMENTS, BESIDE, Moment, habit_of
from tests.table.moments import BY_NAME as HABITS
from tests.table.outcome import Outcome
from tests.table.promise import End, Promise, read_promise
from tests.table.scenes import ends_of, misjudged, play_scenarios, troubles
from tests.table.stage import play, world
from tests.table.verdict import judged, problems, strange


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.title)
def test_core_ends_one_reel_of_each_fault_as_the_sentence_says_and_the_page_tells_it(sample: Chapter) -> None:
    outcomes, report = play(sample)
    assert [*judged(outcomes), *strange(outcomes, report)] == []
    page = PAGE.read_text(encoding="utf-8")
    told = {outcome.cell.name: in_any_company(told_at(page, outcome.cell)) for outcome in outcomes}
    assert told == {outcome.cell.name: in_any_company(outcome.told()) for outcome in outcomes}, (
        "run: python -m tests.table"
    )


def in_any_company(told: str) -> str:
    """Return what is told but for the counts of rulings, which a replay among other reels changes."""
    return told.partition("; ruled")[0]


@pytest.mark.long
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.title)
def test_core_ends_every_reel_as_the_sentence_says_and_the_page_tells_it(chapter: Chapter) -> None:
    outcomes, report = play(chapter)
    told = section(chapter, outcomes)
    print(told)  # noqa: T201  # the table itself
    assert [*judged(outcomes), *strange(outcomes, report)] == []
    page = PAGE.read_text(encoding="utf-8")
    assert told_in(page, chapter).splitlines() == told.splitlines(), "run: python -m tests.table"


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
def test_core_ends_every_scenario_as_its_sentence_says_and_the_page_tells_it(mode: ProcessingMode) -> None:
    with world() as made:
        scenes, report = play_scenarios(made, mode)
    for scene in scenes:
        print(f"{scene.name}: {scene.told()}")  # noqa: T201  # the table itself
    assert [*misjudged(report), *(trouble for scene in scenes for trouble in troubles(scene))] == []
    page = PAGE.read_text(encoding="utf-8")
    told = {scene.name: told_of(page, scene.name, mode) for scene in scenes}
    assert told == {scene.name: scene.told() for scene in scenes}, "run: python -m tests.table"


def test_the_page_has_its_opening_the_chapters_and_the_scenarios_and_nothing_else() -> None:
    page = PAGE.read_text(encoding="utf-8")
    chapters = "".join(told_in(page, chapter) for chapter in CHAPTERS)
    assert page.startswith(OPENING + chapters + SCENARIOS), "run: python -m tests.table"
    rows = page.removeprefix(OPENING + chapters + SCENARIOS).splitlines()[2:]
    assert [row.partition("<br>")[0] for row in rows] == [f"| `{name}`" for name in names()]


def test_every_fault_stands_in_one_chapter_and_has_all_its_moments_or_a_reason() -> None:
    assert sorted(fault.name for chapter in CHAPTERS for fault in chapter.faults) == sorted(BY_NAME)
    for chapter in CHAPTERS:
        cells = list(chapter.cells())
        assert len(cells) == len(chapter.faults) * len(Moment) * len(MODES)
        assert [cell.name for cell in cells if (cell.staging is None) is (cell.why_not == "")] == []


def test_the_samples_have_one_cell_of_each_fault_and_every_mode_and_moment() -> None:
    cells = [cell for sample in SAMPLES for cell in sample.cells()]
    assert sorted(cell.fault.name for cell in cells) == sorted(BY_NAME)
    assert {cell.mode for cell in cells} == set(MODES)
    assert {cell.moment for cell in cells} == set(Moment)


def test_every_fault_is_staged_in_every_mode() -> None:
    staged = {(cell.fault.name, cell.mode) for chapter in CHAPTERS for cell in chapter.cells() if cell.staging}
    assert staged == {(fault.name, mode) for fault in FAULTS for mode in MODES}


def test_the_lists_by_name_name_faults() -> None:
    assert {*ARGUMENTS, *BESIDE, *HABITS} - set(BY_NAME) == set()


def test_a_moment_is_possible_or_impossible() -> None:
    for fault in FAULTS:
        habit = habit_of(fault)
        assert {*habit.stagings, *habit.why_not} == set(Moment), fault.name
        assert not habit.stagings.keys() & habit.why_not.keys(), fault.name


@pytest.mark.parametrize(
    ("name", "promise"),
    [
        ("webhook=duplicate", Promise()),
        ("webhook=drop", Promise(lost=True)),
        ("webhook=delay", Promise(late=True)),
        ("sign=bad", Promise(answers=frozenset({401}))),
        ("sign=twice", Promise(answers=frozenset({200, 400, 401}))),
        ("body=broken", Promise(answers=frozenset({400, 415}), lost=True)),
        ("body=huge", Promise(answers=frozenset({413}), lost=True)),
        ("body=gzip-bomb", Promise(answers=frozenset({413, 415}), lost=True)),
        ("retry=eager", Promise(answers=frozenset({200, 503}))),
        ("forge=success", Promise(answers=frozenset({200, 401}))),
        ("url=expired", Promise()),
        ("outcome=failed", Promise(end=End.FAILED)),
        ("answer=code", Promise(end=End.REFUSED)),
        ("answer=402", Promise(person=True)),
        ("status=stuck", Promise(end=End.GIVEN_UP)),
        ("status=late", Promise(end=End.LATE)),
    ],
)
def test_a_promise_is_read_from_the_sentence(name: str, promise: Promise) -> None:
    assert read_promise(BY_NAME[name]) == promise


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("healthy", {ReelStatus.COMPLETED}),
        ("everything", {ReelStatus.COMPLETED, ReelStatus.FAILED}),
        ("refused-orders", {ReelStatus.FAILED}),
        ("paid-and-failed", {ReelStatus.FAILED}),
        ("stuck-at-97", {ReelStatus.COMPLETED, ReelStatus.TIMED_OUT}),
    ],
)
def test_the_ends_of_a_scenario_are_read_from_its_sentence(name: str, states: set[ReelStatus]) -> None:
    assert ends_of(str(load(name)["sound_client"])) == states


def test_another_sentence_is_another_promise() -> None:
    lost = replace(BY_NAME["webhook=duplicate"], sound_client="Falls back to asking once the webhook is overdue.")
    assert read_promise(lost).lost


# The judge itself: what it must not let pass


@pytest.fixture(scope="module")
def few() -> dict[str, Outcome]:
    """Play three faults, and keep what became of them by the name of their cell."""
    names = ("webhook=duplicate", "webhook=drop", "sign=bad")
    outcomes, report = play(Chapter(title="Few", faults=tuple(BY_NAME[name] for name in names)))
    assert [*judged(outcomes), *strange(outcomes, report)] == []
    return {outcome.cell.name: outcome for outcome in outcomes}


def broken(outcome: Outcome, **changes: object) -> str:
    return " ".join(problems(replace(outcome, **changes)))  # type: ignore[arg-type]  # a dataclass takes its own fields


def with_sentence(outcome: Outcome, fault: Fault) -> Outcome:
    return replace(outcome, cell=replace(outcome.cell, fault=fault))


def test_the_judge_sees_a_wrong_end_and_a_reel_that_is_stuck(few: dict[str, Outcome]) -> None:
    good = few["webhook=drop at the end in hybrid"]
    assert "ended failed" in broken(good, reel=replace(good.reel, status=ReelStatus.FAILED))
    assert "ended processing" in broken(good, reel=replace(good.reel, status=ReelStatus.PROCESSING))
    assert "has video None" in broken(good, reel=replace(good.reel, video_id=None))


def test_the_judge_sees_a_second_payment_and_a_second_end(few: dict[str, Outcome]) -> None:
    good = few["webhook=duplicate at the end in webhook"]
    assert "paid for" in broken(good, ledger=(*good.ledger, *good.ledger))
    assert "came 2 times" in broken(good, timeline=(*good.timeline, *good.timeline))


def test_the_judge_sees_news_from_the_wrong_channel(few: dict[str, Outcome]) -> None:
    for mode, channel in (("webhook", Channel.POLL), ("hybrid", Channel.WEBHOOK), ("polling", Channel.WEBHOOK)):
        good = few[f"webhook=drop at the end in {mode}"]
        assert "was learned by" in broken(good, reel=replace(good.reel, detected_by=channel))


def test_the_judge_sees_an_end_that_was_believed_too_early(few: dict[str, Outcome]) -> None:
    good = few["webhook=duplicate while rendering in webhook"]
    assert "before it had" in broken(good, reel=replace(good.reel, detected_at=good.reel.submitted_at))


def test_the_judge_sees_an_end_that_was_learned_late(few: dict[str, Outcome]) -> None:
    for name in (
        "webhook=drop at the end in hybrid",
        "webhook=drop at the end in polling",
        "sign=bad at the end in webhook",
    ):
        good = few[name]
        assert good.reel.detected_at is not None
        late = good.reel.detected_at + timedelta(seconds=200)
        assert "later than it could have been" in broken(good, reel=replace(good.reel, detected_at=late))


def test_the_judge_sees_an_answer_that_the_sentence_does_not_allow(few: dict[str, Outcome]) -> None:
    good = few["sign=bad at the end in webhook"]
    believed = tuple(replace(attempt, status=200) for attempt in good.attempts)
    refused = tuple(replace(attempt, status=401) for attempt in good.attempts)
    assert "answered 200" in broken(good, attempts=believed)
    assert "answered 401" in broken(good, attempts=refused)  # the unsigned copy to the reel's own address is good


def test_the_judge_sees_that_nothing_was_struck(few: dict[str, Outcome]) -> None:
    good = few["webhook=duplicate at the end in hybrid"]
    assert "no delivery was struck" in broken(good, attempts=tuple(replace(one, fault="") for one in good.attempts))


def test_the_judge_sees_a_fault_whose_sentence_has_changed(few: dict[str, Outcome]) -> None:
    drop, twice = BY_NAME["webhook=drop"], BY_NAME["webhook=duplicate"]
    taken = with_sentence(few["webhook=duplicate at the end in hybrid"], replace(twice, sound_client=drop.sound_client))
    missed = with_sentence(few["webhook=drop at the end in hybrid"], replace(drop, sound_client=twice.sound_client))
    assert "should not have been taken" in " ".join(problems(taken))
    assert "although the sentence asks for it" in " ".join(problems(missed))


def test_polling_is_told_of_nothing(few: dict[str, Outcome]) -> None:
    polled = [outcome for outcome in few.values() if outcome.cell.mode is ProcessingMode.POLLING]
    assert polled
    assert [outcome for outcome in polled if outcome.attempts or outcome.verdicts] == []
