"""Sums for charts: days, weeks and months of the org's calendar."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from server.domain.ids import AtUs
from tests.integration.history_app import Office, Query, office_on
from tests.ledger_rows import Books, at


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """Alice reverses; Bob's license of 20 runs dry, so that extra credits are drawn too."""
    async with office_on(database_url) as office:
        acme = office.acme
        acme.grant(50, at("2026-11-02 15:00"))
        ana = acme.charge("usr_bob", "con_ana", at("2026-11-02 15:00"), kind="phone")
        acme.charge("usr_jane", "con_ben", at("2026-11-03 04:30"))
        acme.charge("usr_bob", "con_cara", at("2026-11-03 05:30"), kind="phone")
        acme.charge("usr_bob", "con_dora", at("2026-11-08 15:00"), kind="phone", action="import")
        acme.reverse(ana, at("2026-11-09 15:00"), by="usr_alice")
        acme.set_cap("usr_bob", 40, at("2026-11-20 15:00"))
        await office.open()
        yield office


async def buckets(office: Office, query: Query) -> list[tuple[str, Mapping[str, Any]]]:
    answer = await office.page(office.alice, query, "/usage")
    return [(bucket["start"], bucket["groups"]) for bucket in answer["buckets"]]


def credits(groups: Mapping[str, Any]) -> dict[str, int]:
    return {name: totals["credits"] for name, totals in groups.items()}


async def test_days_are_the_orgs_and_empty_ones_are_shown(office: Office) -> None:
    found = await buckets(office, {"bucket": "day", "group": "user"})
    assert [(start, credits(groups)) for start, groups in found] == [
        ("2026-11-02", {"usr_bob": 10, "usr_jane": 1}),
        ("2026-11-03", {"usr_bob": 10}),
        ("2026-11-04", {}),
        ("2026-11-05", {}),
        ("2026-11-06", {}),
        ("2026-11-07", {}),
        ("2026-11-08", {"usr_bob": 10}),
        ("2026-11-09", {"usr_bob": -10}),
    ]


async def test_weeks_start_on_monday_and_sum_both_sources(office: Office) -> None:
    found = await buckets(office, {"bucket": "week", "group": "kind"})
    assert found == [
        (
            "2026-11-02",
            {
                "email": {"entries": 1, "credits": 1, "from_license": 1, "from_extra": 0},
                "phone": {"entries": 3, "credits": 30, "from_license": 20, "from_extra": 10},
            },
        ),
        (
            "2026-11-09",
            {"phone": {"entries": 1, "credits": -10, "from_license": -10, "from_extra": 0}},
        ),
    ]


async def test_groups_by_action_hold_charges_and_reversals_only(office: Office) -> None:
    [(start, groups)] = await buckets(office, {"bucket": "month", "group": "action"})
    assert start == "2026-11-01"
    assert credits(groups) == {"reveal": 21, "import": 10, "reversal": -10}


async def test_the_days_asked_for_cut_the_first_and_the_last_bucket(office: Office) -> None:
    query: Query = {
        "bucket": "week",
        "group": "user",
        "from": "2026-11-03",
        "to": "2026-11-16",
    }
    found = await buckets(office, query)
    assert [(start, credits(groups)) for start, groups in found] == [
        ("2026-11-02", {"usr_bob": 20}),
        ("2026-11-09", {"usr_bob": -10}),
        ("2026-11-16", {}),
    ]


async def test_days_beyond_the_spending_are_empty_buckets(office: Office) -> None:
    december: Query = {"bucket": "day", "group": "kind", "from": "2026-12-30", "to": "2027-01-01"}
    assert await buckets(office, december) == [
        ("2026-12-30", {}),
        ("2026-12-31", {}),
        ("2027-01-01", {}),
    ]
    october: Query = {"bucket": "month", "group": "kind", "from": "2026-09-30", "to": "2026-10-01"}
    assert await buckets(office, october) == [("2026-09-01", {}), ("2026-10-01", {})]
    backwards: Query = {"bucket": "day", "group": "kind", "from": "2026-12-02", "to": "2026-12-01"}
    assert await buckets(office, backwards) == []


async def test_r30_a_rep_sees_the_own_sums_and_an_admin_anyones(office: Office) -> None:
    query: Query = {"bucket": "month", "group": "user"}
    own = await office.page(office.jane, query, "/usage")
    assert [bucket["groups"].keys() for bucket in own["buckets"]] == [{"usr_jane"}]
    [(_, groups)] = await buckets(office, {**query, "user": "usr_jane"})
    assert credits(groups) == {"usr_jane": 1}


async def test_an_org_that_spent_nothing_has_no_buckets(office: Office) -> None:
    answer = await office.page(office.zoe, {"bucket": "day", "group": "user"}, "/usage")
    assert answer == {"buckets": [], "names": {}}


async def test_users_are_named(office: Office) -> None:
    answer = await office.page(office.alice, {"bucket": "month", "group": "user"}, "/usage")
    assert answer["names"] == {"usr_bob": "Bob Reyes", "usr_jane": "Jane Okafor"}


async def test_those_who_spent_most_stand_alone_and_the_others_together(office: Office) -> None:
    query: Query = {"bucket": "week", "group": "user", "top": 1}
    found = await buckets(office, query)
    assert [(start, credits(groups)) for start, groups in found] == [
        ("2026-11-02", {"usr_bob": 30, "others": 1}),
        ("2026-11-09", {"usr_bob": -10}),
    ]
    every = await buckets(office, {**query, "top": 2})
    assert every == await buckets(office, {"bucket": "week", "group": "user"})


async def test_r30_sums_follow_the_filter_of_the_history(office: Office) -> None:
    async def month(query: Query) -> dict[str, int]:
        [(_, groups)] = await buckets(office, {"bucket": "month", "group": "action", **query})
        return credits(groups)

    assert await month({"kind": "email"}) == {"reveal": 1}
    assert await month({"action": "import,grant"}) == {"import": 10}
    assert await month({"action": "grant"}) == {}
    assert await month({"source": "extra"}) == {"import": 10}
    assert await month({"q": "jane"}) == {"reveal": 1}


async def test_more_buckets_than_a_chart_can_show_are_a_bad_request(office: Office) -> None:
    long: Query = {"bucket": "day", "group": "user", "from": "2020-01-01", "to": "2026-12-31"}
    assert await office.refusal(office.alice, long, "/usage") == (400, "bad_request")
    assert len(await buckets(office, {**long, "bucket": "week"})) == 366


async def test_usage_needs_a_bucket_and_a_group(office: Office) -> None:
    for query in ({}, {"bucket": "hour", "group": "user"}, {"bucket": "day", "group": "subject"}):
        assert await office.refusal(office.alice, query, "/usage") == (400, "bad_request")


@pytest.mark.parametrize(
    "midnights",
    [
        ("2026-11-01 04:00", "2026-11-02 05:00", "2026-11-03 05:00"),
        ("2027-03-14 05:00", "2027-03-15 04:00", "2027-03-16 04:00"),
    ],
    ids=["25 hours", "23 hours"],
)
async def test_a_day_of_23_or_25_hours_starts_and_ends_at_local_midnight(
    sqlite_url: str, midnights: tuple[str, ...]
) -> None:
    async with office_on(sqlite_url) as office:
        winter = Books("org_winter", "America/New_York")
        ann = winter.hire("usr_ann", "Ann", at("2026-10-01 00:00"), role="admin")
        for number, midnight in enumerate(midnights):
            for moment in (at(midnight) - 1, at(midnight)):
                winter.charge("usr_ann", f"con_{number}_{moment}", AtUs(moment))
        await office.open()
        await winter.save(office.database)
        answer = await office.page(ann, {"bucket": "day", "group": "user"}, "/usage")
        entries = [bucket["groups"]["usr_ann"]["entries"] for bucket in answer["buckets"]]
        assert entries == [1, 2, 2, 1]
