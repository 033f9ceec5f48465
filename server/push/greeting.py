"""The `welcome` of one socket: what its user sees now, and what it missed if that is known."""

from server.domain.ids import Seq, UserId
from server.push.counters import Source
from server.push.ring import Ring
from server.push.view import Introduction, View
from server.wire.socket import AlertSeen, Changes, Since, Welcome


def welcome_of(
    user: UserId,
    view: View,
    told: Introduction,
    *,
    since: Since | None,
    missed: list[Changes] | None,
    heartbeat_s: int,
) -> Welcome | None:
    """None when the user is no active member of the org any more."""
    member, battery = told.members.get(user), view.batteries.get(user)
    if member is None or battery is None:
        return None
    return Welcome(
        epoch=told.epoch,
        seq=view.state.head,
        resumed=missed is not None,
        heartbeat_s=heartbeat_s,
        user=member,
        org=view.state.org,
        battery=battery,
        prices=view.state.prices,
        jobs=told.jobs.get(user, []),
        missed=missed or [],
        alert=_unseen(told.alerts.get(user), since, told.epoch),
    )


def missed_since(
    since: Since, view: View, epoch: str, ring: Ring
) -> tuple[Source, list[Changes] | None]:
    """The `changes` after `since`, from memory, else as read from the ledger, else not at all.

    Another epoch is another ledger's history: its positions mean nothing here.
    """
    seq = Seq(since.seq)
    if since.epoch != epoch:
        return "fresh", None
    if seq == view.state.head:
        return "memory", []
    if (events := ring.after(seq)) is not None:
        return "memory", [event.changes for event in events]
    if (changes := view.changes_after(seq)) is not None:
        return "ledger", [changes]
    return "fresh", None


def _unseen(alert: AlertSeen | None, since: Since | None, epoch: str) -> AlertSeen | None:
    """`alert`, unless the client says that it showed this one or a later one (R33)."""
    if alert is None or since is None or since.alert is None or since.epoch != epoch:
        return alert
    return alert if alert.seq > since.alert else None
