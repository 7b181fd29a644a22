"""The simulated clock, the due-queue and the player."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fake_heygen.clock import SimClock
from fake_heygen.due import Due, DueQueue
from fake_heygen.player import Player, Work


class Wall:
    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


def test_clock_runs_at_the_pace_of_its_speed(wall: Wall) -> None:
    clock = SimClock(wall=wall, speed=10)
    wall.now += 3
    assert clock.now() == 5030.0


def test_frozen_clock_stands_still_and_goes_on_from_there(wall: Wall) -> None:
    clock = SimClock(wall=wall)
    clock.freeze()
    wall.now += 100
    assert clock.now() == 5000.0
    clock.freeze(False)
    wall.now += 1
    assert clock.now() == 5001.0


@pytest.mark.parametrize(
    ("speed", "frozen", "wait_s"), [(1, False, 30), (60, False, 0.5), (0.5, False, 60), (60, True, 30)]
)
def test_a_simulated_wait_is_told_in_the_time_of_the_wall(
    wall: Wall, speed: float, frozen: bool, wait_s: float
) -> None:
    clock = SimClock(wall=wall, speed=speed, start=9e9, frozen=frozen)
    wall.now += 3
    assert clock.real_time_in(30) == wall.now + wait_s


def test_change_of_speed_keeps_the_time_that_has_passed(wall: Wall) -> None:
    clock = SimClock(wall=wall)
    wall.now += 10
    clock.set_speed(100)
    assert clock.now() == 5010.0
    wall.now += 1
    assert clock.now() == 5110.0


def test_restored_clock_counts_the_time_it_was_away(wall: Wall) -> None:
    clock = SimClock(wall=wall, speed=2)
    stored = clock.state
    wall.now += 50
    later = SimClock(wall=wall)
    later.restore(stored)
    assert later.now() == 5100.0


@example([("wall", 10.0), ("wall", -5.0), ("wall", 1.0)])
@example([("wall", 10.0), ("wall", -5.0), ("speed", 2.0), ("freeze", 1.0)])
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("wall"), st.floats(-50, 50)),
            st.tuples(st.just("speed"), st.floats(0.1, 1000)),
            st.tuples(st.just("freeze"), st.sampled_from([0.0, 1.0])),
            st.tuples(st.just("move"), st.floats(4000, 9000)),
        ),
        max_size=20,
    )
)
def test_clock_never_goes_back(moves: list[tuple[str, float]]) -> None:
    wall = Wall()
    clock, latest = SimClock(wall=wall), 0.0
    for kind, value in moves:
        match kind:
            case "wall":
                wall.now += value
            case "speed":
                clock.set_speed(value)
            case "freeze":
                clock.freeze(bool(value))
            case "move":
                clock.move_to(value)
        assert clock.now() >= latest
        latest = clock.now()


def test_queue_gives_what_is_due_in_order_of_time_then_arrival() -> None:
    queue = DueQueue()
    for at, subject in ((3, "c"), (1, "a"), (1, "b"), (9, "z")):
        queue.push(at, "event", subject)
    taken = [due.subject for due in iter(lambda: queue.pop_until(5), None)]
    assert taken == ["a", "b", "c"]
    assert len(queue) == 1


def test_rebuilt_queue_keeps_order_and_gives_no_sequence_twice() -> None:
    queue = DueQueue()
    queue.push(2, "event", "b")
    queue.push(1, "event", "a")
    again = DueQueue()
    again.shelf.load({str(due.sequence): due for due in queue.shelf})
    again.rebuild()
    assert again.push(1, "event", "c").sequence == 3
    assert [due.subject for due in again.upcoming(5, lambda due: True)[0]] == ["a", "c", "b"]


def test_advance_plays_in_order_at_the_exact_moment_each_falls_due(wall: Wall) -> None:
    async def play() -> list[tuple[str, float]]:
        clock, queue = SimClock(wall=wall), DueQueue()
        clock.freeze()
        played: list[tuple[str, float]] = []

        async def wire(due: Due) -> None:
            await asyncio.sleep(0)
            played.append((f"{due.subject} sent", clock.now()))
            if due.subject == "a":
                queue.push(due.at + 5, "attempt", "a again")

        def handle(due: Due) -> Work | None:
            played.append((due.subject, clock.now()))
            return wire(due) if due.kind == "attempt" else None

        player = Player(clock, queue, handle)
        queue.push(5020, "event", "b")
        queue.push(5010, "attempt", "a")
        queue.push(5031, "event", "late")
        await player.advance(30)
        assert clock.frozen
        assert clock.now() == 5030
        return played

    played = asyncio.run(play())
    assert played == [
        ("a", 5010),
        ("a sent", 5010),
        ("a again", 5015),
        ("a again sent", 5015),
        ("b", 5020),
    ]


def test_live_player_plays_what_time_brings_and_no_wire_work_holds_another_up() -> None:
    async def play() -> list[str]:
        clock, queue, done = SimClock(speed=1000), DueQueue(), []
        gate = asyncio.Event()

        async def wire(due: Due) -> None:
            if due.subject == "slow":
                await gate.wait()
            done.append(due.subject)
            if due.subject == "quick":
                gate.set()

        player = Player(clock, queue, wire)
        queue.on_change = player.wake
        running = asyncio.create_task(player.run())
        queue.push(clock.now() + 1, "attempt", "slow")
        queue.push(clock.now() + 20, "attempt", "quick")
        async with asyncio.timeout(5):
            while len(done) < 2:
                await asyncio.sleep(0.002)
        running.cancel()
        return done

    assert asyncio.run(play()) == ["quick", "slow"]


def test_what_cannot_happen_is_logged_and_holds_nothing_up(wall: Wall, caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> list[str]:
        clock, queue, done = SimClock(wall=wall), DueQueue(), list[str]()

        async def failing() -> None:
            raise ValueError("on the wire")

        def handle(due: Due) -> Work | None:
            if due.subject == "at once":
                raise ValueError("at once")
            done.append(due.subject)
            return failing() if due.subject == "wire" else None

        player = Player(clock, queue, handle)
        for after_s, subject in enumerate(("at once", "wire", "sound"), 1):
            queue.push(5000 + after_s, "event", subject)
        await player.advance(10)
        running = asyncio.create_task(player.run())
        queue.on_change = player.wake
        queue.push(5001, "event", "at once")
        queue.push(5002, "event", "live")
        async with asyncio.timeout(5):
            while "live" not in done:
                await asyncio.sleep(0.002)
        running.cancel()
        return done

    assert asyncio.run(play()) == ["wire", "sound", "live"]
    assert caplog.text.count("could not happen") == 2
    assert "on the wire" in caplog.text


def test_burst_lets_others_have_their_turn() -> None:
    async def play() -> tuple[int, int]:
        clock, queue = SimClock(), DueQueue()
        seen: list[int] = []
        player = Player(clock, queue, lambda _due: None)
        for number in range(1000):
            queue.push(clock.now() - 1, "event", str(number))
        running = asyncio.create_task(player.run())
        while len(queue):
            seen.append(len(queue))
            await asyncio.sleep(0)
        running.cancel()
        return len(set(seen)), len(queue)

    looks, left = asyncio.run(play())
    assert looks >= 5
    assert left == 0
