"""What the hub says, as values (api.md, The battery socket)."""

import json
from typing import Any

from server.domain.commits import Commit, Crossing, RevealedItem
from server.domain.ids import OrgId, Seq, SubjectId, UserId
from server.push.messages import ITEMS_MAX, event_of, joined
from server.push.outlet import payloads

ACME, BOB, JANE = OrgId("org_acme"), UserId("usr_bob"), UserId("usr_jane")


def item(seq: int) -> RevealedItem:
    return RevealedItem(
        seq=Seq(seq),
        subject=SubjectId("con_ana"),
        url="https://www.linkedin.com/in/ana",
        kind="email",
        action="reveal",
        by_id=BOB,
        by_name="Bob Reyes",
    )


def said(commit: Commit) -> dict[str, Any]:
    [payload] = payloads(event_of(joined([commit])).frame)
    message: dict[str, Any] = json.loads(payload)
    return message


def test_changes_reads_as_the_contract_says() -> None:
    commit = Commit(org=ACME, from_seq=Seq(5), to_seq=Seq(6), items=(item(5),))
    assert said(commit) == {
        "type": "changes",
        "from": 5,
        "to": 6,
        "items": [
            {
                "seq": 5,
                "subject": "con_ana",
                "url": "https://www.linkedin.com/in/ana",
                "kind": "email",
                "action": "reveal",
                "by": {"id": "usr_bob", "name": "Bob Reyes"},
            }
        ],
    }


def test_a_commit_that_reveals_nothing_still_has_its_range() -> None:
    assert said(Commit(org=ACME, from_seq=Seq(5), to_seq=Seq(5))) == {
        "type": "changes",
        "from": 5,
        "to": 5,
        "items": [],
    }


def test_500_items_are_listed_and_501_are_counted() -> None:
    for count, many in ((ITEMS_MAX, None), (ITEMS_MAX + 1, ITEMS_MAX + 1)):
        items = tuple(item(seq) for seq in range(1, count + 1))
        message = said(Commit(org=ACME, from_seq=Seq(1), to_seq=Seq(count), items=items))
        assert message.get("many") == many
        assert len(message["items"]) == (0 if many else count)


def test_joined_commits_keep_everything_they_mean() -> None:
    first = Commit(
        org=ACME,
        from_seq=Seq(5),
        to_seq=Seq(5),
        items=(item(5),),
        users=frozenset({BOB}),
        crossings=(Crossing(BOB, "low", Seq(5)),),
    )
    second = Commit(
        org=ACME,
        from_seq=Seq(6),
        to_seq=Seq(7),
        items=(item(6), item(7)),
        users=frozenset({JANE}),
        extra_changed=True,
        prices_changed=True,
    )
    together = joined([first, second])
    assert together.item_count == 3
    assert together.commit == Commit(
        org=ACME,
        from_seq=Seq(5),
        to_seq=Seq(7),
        items=(item(5), item(6), item(7)),
        users=frozenset({BOB, JANE}),
        extra_changed=True,
        crossings=(Crossing(BOB, "low", Seq(5)),),
        prices_changed=True,
    )
