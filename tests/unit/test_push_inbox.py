"""Announcements on their way out: adjacent, bounded, and never the only ones to know."""

from server.domain.commits import Commit, RevealedItem
from server.domain.ids import OrgId, Seq, SubjectId
from server.push.inbox import COMMITS_MAX, ITEMS_WAITING_MAX, Inbox


def commit(from_: int, to: int, *, items: int = 0) -> Commit:
    return Commit(
        org=OrgId("org_acme"),
        from_seq=Seq(from_),
        to_seq=Seq(to),
        items=tuple(
            RevealedItem(Seq(from_ + n), SubjectId("con_a"), "", "email", "reveal", "usr_b", "Bob")
            for n in range(items)
        ),
    )


def filled(position: int, *commits: Commit) -> Inbox:
    inbox = Inbox()
    for one in commits:
        inbox.add(one, Seq(position))
    return inbox


def test_adjacent_commits_leave_as_one() -> None:
    taken = filled(4, commit(5, 5, items=1), commit(6, 8, items=3)).take(Seq(4))
    assert taken is not None
    assert (taken.commit.from_seq, taken.commit.to_seq, taken.item_count) == (5, 8, 4)
    assert [item.seq for item in taken.commit.items] == [5, 6, 7, 8]


def test_what_is_behind_a_hole_is_heard_of_but_not_kept() -> None:
    inbox = filled(4, commit(6, 7))
    assert inbox.take(Seq(4)) is None
    assert inbox.lacks(Seq(4))
    assert inbox.heard == 7


def test_an_older_commit_is_dropped() -> None:
    inbox = filled(9, commit(5, 9))
    assert inbox.take(Seq(9)) is None
    assert not inbox.lacks(Seq(9))


def test_an_announcement_before_anyone_knows_the_position_is_only_heard_of() -> None:
    inbox = Inbox()
    inbox.add(commit(5, 6), None)
    assert inbox.take(Seq(4)) is None
    assert inbox.lacks(Seq(4))


def test_a_look_at_a_head_takes_exactly_what_leads_there() -> None:
    inbox = filled(4, commit(5, 6), commit(7, 7), commit(8, 9))
    taken = inbox.take_to(Seq(4), Seq(7))
    assert taken is not None
    assert taken.commit.to_seq == 7
    inbox.settle(Seq(7), inbox.heard)
    rest = inbox.take(Seq(7))
    assert rest is not None
    assert (rest.commit.from_seq, rest.commit.to_seq) == (8, 9)


def test_a_head_that_the_announcements_do_not_reach_takes_nothing() -> None:
    inbox = filled(4, commit(5, 6))
    assert inbox.take_to(Seq(4), Seq(8)) is None
    assert inbox.take(Seq(4)) is not None


def test_what_was_read_from_the_ledger_is_let_go() -> None:
    inbox = filled(4, commit(5, 6), commit(7, 8))
    inbox.settle(Seq(6), inbox.heard)
    rest = inbox.take(Seq(6))
    assert rest is not None
    assert rest.commit.from_seq == 7


def test_news_of_entries_that_are_not_in_the_ledger_is_forgotten() -> None:
    inbox = Inbox()
    inbox.hear(Seq(1_000))
    inbox.settle(Seq(5), Seq(1_000))
    assert not inbox.lacks(Seq(5))


def test_news_that_came_during_the_look_is_kept() -> None:
    inbox = Inbox()
    inbox.hear(Seq(5))
    inbox.hear(Seq(6))
    inbox.settle(Seq(5), Seq(5))
    assert inbox.lacks(Seq(5))


def test_too_many_commits_are_left_to_the_ledger() -> None:
    commits = [commit(seq, seq) for seq in range(1, COMMITS_MAX + 2)]
    inbox = filled(0, *commits)
    assert inbox.lacks(Seq(0))
    taken = inbox.take(Seq(0))
    assert taken is not None
    assert taken.commit.to_seq == COMMITS_MAX


def test_too_many_items_are_left_to_the_ledger() -> None:
    large = commit(1, ITEMS_WAITING_MAX, items=ITEMS_WAITING_MAX)
    inbox = filled(0, large, commit(ITEMS_WAITING_MAX + 1, ITEMS_WAITING_MAX + 1))
    assert inbox.lacks(Seq(0))
    inbox.take(Seq(0))
    inbox.add(commit(ITEMS_WAITING_MAX + 1, ITEMS_WAITING_MAX + 1), Seq(ITEMS_WAITING_MAX))
    assert not inbox.lacks(Seq(ITEMS_WAITING_MAX))
