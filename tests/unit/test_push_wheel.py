"""One timer for all: what was quiet for long enough is due, and nothing else."""

from server.push.wheel import Wheel


class Thing:
    def __init__(self) -> None:
        self.quiet_since = 0
        self.slot = 0


def turned(wheel: Wheel[Thing], ticks: int) -> list[int]:
    """The ticks at which something was due."""
    return [wheel.now for _ in range(ticks) for _ in wheel.turn()]


def test_what_is_never_written_to_is_due_every_so_many_ticks() -> None:
    wheel: Wheel[Thing] = Wheel(20)
    wheel.add(Thing())
    assert turned(wheel, 65) == [20, 40, 60]


def test_a_write_puts_the_time_off() -> None:
    wheel: Wheel[Thing] = Wheel(20)
    thing = Thing()
    wheel.add(thing)
    turned(wheel, 7)
    thing.quiet_since = wheel.now
    assert turned(wheel, 30) == [27]


def test_what_is_written_to_all_the_time_is_never_due() -> None:
    wheel: Wheel[Thing] = Wheel(5)
    thing = Thing()
    wheel.add(thing)
    for _ in range(40):
        assert wheel.turn() == []
        thing.quiet_since = wheel.now


def test_what_is_gone_is_never_due() -> None:
    wheel: Wheel[Thing] = Wheel(5)
    gone, stays = Thing(), Thing()
    wheel.add(gone)
    wheel.add(stays)
    turned(wheel, 3)
    wheel.discard(gone)
    wheel.discard(Thing())
    assert turned(wheel, 10) == [5, 10]


def test_what_comes_later_is_due_later() -> None:
    wheel: Wheel[Thing] = Wheel(5)
    wheel.add(Thing())
    turned(wheel, 2)
    wheel.add(Thing())
    assert turned(wheel, 6) == [5, 7]


def test_one_tick_is_enough_for_a_wheel() -> None:
    wheel: Wheel[Thing] = Wheel(1)
    wheel.add(Thing())
    assert turned(wheel, 3) == [1, 2, 3]
