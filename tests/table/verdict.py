"""Judge a cell: whether it ended as its fault's sentence says, and whether nothing was lost, doubled or believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf
from typing import Final

from core.models import Channel, ProcessingMode, ReelStatus
from fake_heygen.faults import Argument, Group, Point
from fake_heygen.proof.finding import Report
from tests.table.moments import ARGUMENTS
from tests.table.outcome import Attempt, Outcome
from tests.table.promise import End
from tests.table.stage import PERSON_AT_S
from tests.table.team import OVERDUE_AFTER_S

STATUS_OF: Final = {
    End.COMPLETED: ReelStatus.COMPLETED,
    End.LATE: ReelStatus.COMPLETED,
    End.FAILED: ReelStatus.FAILED,
    End.REFUSED: ReelStatus.FAILED,
    End.GIVEN_UP: ReelStatus.TIMED_OUT,
}
SETTLED: Final = frozenset({"applied", "duplicate", "contradiction", "unknown_event", "other_video"})
LATE_S: Final = 120.0  # some lies last half a minute, and asking again takes growing pauses
UNSTRUCK: Final = frozenset({"webhook=drop"})  # whose deliveries are never attempted
DELIVERED: Final = frozenset(
    {Point.SCHEDULE, Point.PAYLOAD, Point.DOCUMENT, Point.BODY, Point.SIGN, Point.WIRE, Point.RETRY, Point.ENDPOINT}
)


def judged(outcomes: Iterable[Outcome]) -> list[str]:
    """Return every promise that a cell broke, in a sentence each."""
    return [problem for outcome in outcomes for problem in problems(outcome)]


def problems(outcome: Outcome) -> Iterator[str]:
    """Yield the promises that one cell broke."""
    checks = (_end, _reason, _payment, _learning, _answers, _rulings, _history, _person, _files)
    for problem in dict.fromkeys(problem for check in checks for problem in check(outcome)):
        yield f"{outcome.cell.name}: {problem}"


def strange(outcomes: Iterable[Outcome], report: Report) -> list[str]:
    """Return what the simulator's checker found, but for reels that were given up while there was no file to show."""
    given_up = {outcome.cell.name for outcome in outcomes if outcome.cell.promise.end is End.GIVEN_UP}
    return [finding.line() for finding in report.findings if (finding.kind, finding.job in given_up) != ("stuck", True)]


def _end(outcome: Outcome) -> Iterator[str]:
    promised, reel = outcome.cell.promise.end, outcome.reel
    if reel.status is not STATUS_OF[promised]:
        yield f"ended {reel.status}, promised is {promised}"
    if (reel.video_id is None) is not (promised is End.REFUSED):
        yield f"has video {reel.video_id}, promised is {promised}"
    if outcome.has("timed_out") is not (promised in {End.LATE, End.GIVEN_UP}):
        yield f"timed out: {outcome.has('timed_out')}, promised is {promised}"


def _reason(outcome: Outcome) -> Iterator[str]:
    """A code or a text that the words name is shown."""
    fault = outcome.cell.fault
    if {Argument.CODE, Argument.TEXT}.intersection(fault.arguments):
        told, shown = ARGUMENTS[fault.name].strip('"'), (outcome.reel.failure_code, outcome.reel.failure_message)
        if told not in shown:
            yield f"shows {shown}, told was {told!r}"


def _payment(outcome: Outcome) -> Iterator[str]:
    paid = [row["charges"] for row in outcome.ledger]
    if paid != ([] if outcome.cell.promise.end is End.REFUSED else [1]):
        yield f"was paid for like this: {paid}"


def _learning(outcome: Outcome) -> Iterator[str]:
    """The end is learned through the channel that the mode and the sentence say."""
    wanted = _channel(outcome)
    if outcome.reel.detected_by is not wanted:
        yield f"was learned by {outcome.reel.detected_by}, not by {wanted}"
    if outcome.reel.detected_by and outcome.since_began(outcome.reel.detected_at) < (outcome.ended_s or 0.0):
        yield "was believed to have ended before it had"
    if (late_s := outcome.since_began(outcome.reel.detected_at) - _knowable_s(outcome, wanted)) > LATE_S:
        yield f"was known {late_s:.0f} s later than it could have been"
    if outcome.cell.mode is not ProcessingMode.POLLING and wanted is not None:
        yield from _carried(outcome)


def _channel(outcome: Outcome) -> Channel | None:
    mode, end = outcome.cell.mode, outcome.cell.promise.end
    if end in {End.REFUSED, End.GIVEN_UP}:
        return None
    if mode is ProcessingMode.POLLING:
        return Channel.MANUAL if end is End.LATE else Channel.POLL
    if mode is ProcessingMode.WEBHOOK or end is End.LATE:
        return Channel.WEBHOOK if _carried_s(outcome) < _person_s(outcome) else Channel.MANUAL
    return Channel.WEBHOOK if _carried_s(outcome) <= _overdue_s(outcome) else Channel.POLL


def _knowable_s(outcome: Outcome, channel: Channel | None) -> float:
    """Return when the end could be known by a channel: when it was told, when asking began, when a person looked."""
    ended_s = outcome.ended_s or 0.0
    match channel:
        case Channel.WEBHOOK:
            return _carried_s(outcome)
        case Channel.POLL if outcome.cell.mode is ProcessingMode.HYBRID:
            return max(ended_s, _overdue_s(outcome))
        case Channel.POLL:
            return ended_s
        case Channel.MANUAL:
            return _person_s(outcome)
        case _:
            return inf  # never


def _carried(outcome: Outcome) -> Iterator[str]:
    """What the sentence says of the struck deliveries holds: they carry the end in time, or they cannot."""
    promise, in_time = outcome.cell.promise, _carried_s(outcome) <= _overdue_s(outcome)
    if promise.lost and outcome.cell.strikes_the_end and in_time and Point.SPELL not in outcome.cell.fault.points:
        yield "a delivery carried the end that should not have been taken"
    if not (promise.lost or promise.late or promise.end is End.LATE or _needs_asking(outcome)) and not in_time:
        yield "no delivery carried the end in time, although the sentence asks for it"


def _needs_asking(outcome: Outcome) -> bool:
    return outcome.cell.fault.name == "statuses=partial"  # shown by dropping the webhook


def _carried_s(outcome: Outcome) -> float:
    """Return when a delivery that had been acknowledged could tell the end."""
    heard = (attempt.at_s for attempt in outcome.attempts if attempt.carries)
    return max(min(heard, default=inf), outcome.ended_s or 0.0)


def _overdue_s(outcome: Outcome) -> float:
    return outcome.since_began(outcome.reel.submitted_at) + OVERDUE_AFTER_S


def _person_s(outcome: Outcome) -> float:
    """Return when a person asks about the reel: at the next of their rounds at which it is overdue or given up."""
    return next(at_s for at_s in PERSON_AT_S if at_s >= max(_overdue_s(outcome), outcome.ended_s or 0.0))


def _answers(outcome: Outcome) -> Iterator[str]:
    fault = outcome.cell.fault
    struck = [attempt for attempt in outcome.attempts if attempt.struck_by(fault)]
    delivered = DELIVERED.issuperset(fault.points) and fault.points and outcome.cell.mode is not ProcessingMode.POLLING
    if delivered and not struck and fault.name not in UNSTRUCK:
        yield "no delivery was struck"
    for attempt in outcome.attempts:
        allowed = _allowed(outcome, attempt) if attempt in struck else {200}
        if attempt.status not in allowed:
            yield f"a delivery was answered {attempt.status}, allowed is {sorted(map(str, allowed))}"


def _allowed(outcome: Outcome, attempt: Attempt) -> set[int | None]:
    fault, promise = outcome.cell.fault, outcome.cell.promise
    untouched = Point.SIGN in fault.points and not attempt.signed
    allowed: set[int | None] = {200} if untouched else set(promise.answers)
    return allowed | {None} if fault.group is Group.TRANSPORT or "wire=" in outcome.cell.own else allowed


def _rulings(outcome: Outcome) -> Iterator[str]:
    settled = SETTLED | ({"unconfirmed"} if outcome.cell.promise.end is End.GIVEN_UP else set())
    if strange := set(outcome.verdicts) - settled:
        yield f"deliveries were ruled {sorted(strange)}"


def _history(outcome: Outcome) -> Iterator[str]:
    if outcome.kinds.count(str(outcome.reel.status)) != 1:
        yield f"came {outcome.kinds.count(str(outcome.reel.status))} times to {outcome.reel.status}"


def _person(outcome: Outcome) -> Iterator[str]:
    if outcome.cell.promise.person is not outcome.has("retry"):
        yield f"a person had to act: {outcome.has('retry')}, promised is {outcome.cell.promise.person}"


def _files(outcome: Outcome) -> Iterator[str]:
    if outcome.cell.fault.group is Group.FILES and "video" not in outcome.kept:
        yield "the file is not kept"
