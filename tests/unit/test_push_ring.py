"""What one org's sockets may have missed, and how much of it is kept."""

from server.domain.commits import Commit
from server.domain.ids import OrgId, Seq
from server.push.messages import Event, event_of, joined
from server.push.ring import ENTRIES_MAX, EVENTS_MAX, Ring


def event(after: int, to: int) -> Event:
    commit = Commit(org=OrgId("org_acme"), from_seq=Seq(after + 1), to_seq=Seq(to))
    return event_of(joined([commit]))


def ring(*ends: int) -> Ring:
    """Events that end at these positions, the first beginning at 0."""
    filled, after = Ring(), 0
    for end in ends:
        filled.add(event(after, end))
        after = end
    return filled


def test_the_events_after_a_position_are_told_in_order() -> None:
    assert [one.to for one in ring(1, 3, 4).after(Seq(1)) or ()] == [3, 4]


def test_a_position_inside_an_event_is_not_served_from_memory() -> None:
    assert ring(1, 3, 4).after(Seq(2)) is None


def test_a_position_before_the_oldest_event_or_after_the_newest_is_not_served() -> None:
    kept = Ring()
    kept.add(event(5, 6))
    assert kept.after(Seq(4)) is None
    assert kept.after(Seq(6)) is None
    assert kept.after(Seq(10**20)) is None
    assert Ring().after(Seq(0)) is None


def test_no_more_events_are_kept_than_the_bound() -> None:
    kept = ring(*range(1, EVENTS_MAX + 11))
    assert kept.after(Seq(9)) is None
    assert len(kept.after(Seq(10)) or ()) == EVENTS_MAX


def test_no_event_is_kept_that_lies_too_many_entries_back() -> None:
    kept = ring(10, 10 + ENTRIES_MAX)
    assert kept.after(Seq(0)) is None
    assert len(kept.after(Seq(10)) or ()) == 1
    kept.add(event(10 + ENTRIES_MAX, 11 + ENTRIES_MAX))
    assert kept.after(Seq(10)) is None


def test_an_event_too_large_to_be_missed_leaves_nothing_to_replay() -> None:
    kept = ring(1, 2 + ENTRIES_MAX)
    assert kept.after(Seq(1)) is None
    kept.add(event(2 + ENTRIES_MAX, 3 + ENTRIES_MAX))
    assert len(kept.after(Seq(2 + ENTRIES_MAX)) or ()) == 1


def test_an_event_that_does_not_follow_begins_the_ring_anew() -> None:
    kept = ring(1, 2)
    kept.add(event(7, 8))
    assert kept.after(Seq(1)) is None
    assert [one.to for one in kept.after(Seq(7)) or ()] == [8]
