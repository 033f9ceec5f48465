"""What was announced of one org and not yet sent."""

from collections import deque

from server.domain.commits import Commit
from server.domain.ids import Seq
from server.push.messages import ITEMS_MAX, joined
from server.store.feed import Stretch

COMMITS_MAX = 256
ITEMS_WAITING_MAX = 4 * ITEMS_MAX
"""Above these an announcement is let go: the ledger tells the same again."""


class Inbox:
    """Adjacent commits that follow on what the org's sockets have.

    `heard`: the newest `seq` anyone told of.
    """

    def __init__(self) -> None:
        self.heard = Seq(0)
        self._commits: deque[Commit] = deque()
        self._items = 0

    def add(self, commit: Commit, position: Seq | None) -> None:
        """Keeps what follows on what is here. What lies behind a hole is only heard of.

        `position`: how far the sockets are; None while nobody knows.
        """
        end = self._commits[-1].to_seq if self._commits else position
        self.hear(commit.to_seq)
        full = len(self._commits) >= COMMITS_MAX or self._items >= ITEMS_WAITING_MAX
        if end is not None and commit.from_seq == end + 1 and not full:
            self._commits.append(commit)
            self._items += len(commit.items)

    def hear(self, seq: Seq) -> None:
        """The ledger is known to reach `seq`."""
        self.heard = max(self.heard, seq)

    def lacks(self, position: Seq) -> bool:
        """Whether more was heard of than follows on `position` here."""
        follows = self._commits and self._commits[0].from_seq == position + 1
        return self.heard > (self._commits[-1].to_seq if follows else position)

    def take(self, position: Seq) -> Stretch | None:
        """All that is here, as one, if it follows on `position`."""
        return self.take_to(position, self._commits[-1].to_seq) if self._commits else None

    def take_to(self, position: Seq, head: Seq) -> Stretch | None:
        """`position + 1..head`, if it is here; nothing is taken otherwise."""
        if not self._commits or self._commits[0].from_seq != position + 1:
            return None
        if self._commits[-1].to_seq < head:
            return None
        return joined(self._pop_to(head))

    def settle(self, head: Seq, heard_before: Seq) -> None:
        """The sockets are at `head`, from a look begun when `heard_before` was the newest heard.

        What was heard then and is not in the ledger was no news of this ledger: forgotten, so that
        it is not looked for again.
        """
        if self.heard == heard_before:
            self.heard = head
        self._pop_to(head)
        if self._commits and self._commits[0].from_seq != head + 1:
            self._commits.clear()
            self._items = 0

    def _pop_to(self, head: Seq) -> list[Commit]:
        taken: list[Commit] = []
        while self._commits and self._commits[0].to_seq <= head:
            commit = self._commits.popleft()
            self._items -= len(commit.items)
            taken.append(commit)
        return taken
