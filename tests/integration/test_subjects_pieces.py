"""What each kind of a subject is to the asking org: available, not found, owned, updated."""

import msgspec

from server.wire.operator import DirectoryAnswer
from server.wire.subjects import (
    Analysis,
    AvailablePiece,
    Disc,
    EmailValue,
    Insight,
    NotFoundPiece,
    OwnedPiece,
    PersonalityValue,
    Phone,
    PhoneValue,
    UpdatedPiece,
)
from tests.acme import SPRING
from tests.integration.directory_stage import PERSON, company, person, stage_on

ANA_EMAIL = "Ana.Conceicao@kestrel.example"
MOBILE, DIRECT, SWITCHBOARD = "+18575550143", "+15085550117", "+12025550199"
ANA = person(
    "ana",
    "Ana Conceição",
    email=ANA_EMAIL,
    mobile=MOBILE,
    direct=DIRECT,
    seniority="VP",
    skills=("Pricing", "CRM"),
)


async def test_r10_what_is_not_owned_is_a_state_and_a_price(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        seen = await stage.see(stage.acme.bob, await stage.id_of(ANA.url))
        assert seen.pieces.email == AvailablePiece(price=1)
        assert seen.pieces.phone == AvailablePiece(price=10)
        assert seen.pieces.personality == NotFoundPiece()
        assert await stage.acme.org.charges() == []


async def test_an_account_has_email_and_phone_and_no_personality(database_url: str) -> None:
    kestrel = company("kestrel", "Kestrel Logistics", email="hello@kestrel.example")
    async with stage_on(database_url, kestrel) as stage:
        response = await stage.get(stage.acme.bob, f"subjects/{await stage.id_of(kestrel.url)}")
        assert response.json()["pieces"] == {
            "email": {"state": "available", "price": 1},
            "phone": {"state": "not_found"},
        }


async def test_r05_a_colleague_sees_value_who_and_when(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        ana = await stage.id_of(ANA.url)
        await stage.acme.bob.reveal((ana, "email"), (ana, "phone"))
        seen = await stage.see(stage.acme.jane, ana)
        charges = await stage.acme.org.charges()
        assert seen.pieces.email == OwnedPiece(
            value=EmailValue(
                email=ANA_EMAIL,
                analysis=Analysis(seniority="VP", skills=("Pricing", "CRM")),
                insights=(),
            ),
            revealed_by="Bob Reyes",
            revealed_at=SPRING,
            seq=charges[0].seq,
        )
        assert isinstance(seen.pieces.phone, OwnedPiece)
        assert [phone.number for phone in seen.pieces.phone.value.phones] == [MOBILE, DIRECT]


async def test_another_org_sees_nothing_of_it(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        ana = await stage.id_of(ANA.url)
        await stage.acme.bob.reveal((ana, "email"))
        seen = await stage.see(stage.acme.zoe, ana)
        assert seen.pieces.email == AvailablePiece(price=1)


async def test_r03_an_owned_address_shows_on_a_second_contact_without_an_entry(
    database_url: str,
) -> None:
    twice = person("ana-c", "Ana C.", email=ANA_EMAIL.lower())
    async with stage_on(database_url, ANA, twice) as stage:
        await stage.acme.bob.reveal((await stage.id_of(ANA.url), "email"))
        seen = await stage.see(stage.acme.jane, await stage.id_of(twice.url))
        assert isinstance(seen.pieces.email, OwnedPiece)
        assert seen.pieces.email.value.email == ANA_EMAIL.lower()
        assert seen.pieces.email.revealed_by == "Bob Reyes"
        assert len(await stage.acme.org.charges()) == 1


async def test_r03_an_owned_phone_shows_that_one_number_on_another_contact(
    database_url: str,
) -> None:
    first = person("ben", "Ben", direct=SWITCHBOARD)
    second = person("cem", "Cem", mobile=SWITCHBOARD, direct=DIRECT)
    async with stage_on(database_url, first, second) as stage:
        await stage.acme.bob.reveal((await stage.id_of(first.url), "phone"))
        seen = await stage.see(stage.acme.bob, await stage.id_of(second.url))
        assert isinstance(seen.pieces.phone, OwnedPiece)
        assert [phone.number for phone in seen.pieces.phone.value.phones] == [SWITCHBOARD]


async def test_r06_a_changed_address_is_an_update_with_the_old_value_and_a_price(
    database_url: str,
) -> None:
    async with stage_on(database_url, ANA) as stage:
        ana = await stage.id_of(ANA.url)
        await stage.acme.bob.reveal((ana, "email"))
        await stage.load(msgspec.structs.replace(ANA, email="ana@harbourline.example"))
        response = await stage.get(stage.acme.jane, f"subjects/{ana}")
        assert "harbourline" not in response.text
        seen = await stage.see(stage.acme.jane, ana)
        assert isinstance(seen.pieces.email, UpdatedPiece)
        assert seen.pieces.email.price == 1
        assert seen.pieces.email.value.email == ANA_EMAIL
        assert seen.pieces.email.revealed_by == "Bob Reyes"


async def test_r06_a_mere_reordering_of_numbers_is_no_update(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        ana = await stage.id_of(ANA.url)
        await stage.acme.bob.reveal((ana, "phone"))
        await stage.load(msgspec.structs.replace(ANA, mobile=DIRECT, direct=MOBILE))
        seen = await stage.see(stage.acme.bob, ana)
        assert isinstance(seen.pieces.phone, OwnedPiece)
        assert [phone.number for phone in seen.pieces.phone.value.phones] == [MOBILE, DIRECT]


async def test_r06_a_value_the_directory_lost_stays_with_the_org(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        ana = await stage.id_of(ANA.url)
        await stage.acme.bob.reveal((ana, "email"))
        await stage.load(msgspec.structs.replace(ANA, email=None))
        seen = await stage.see(stage.acme.bob, ana)
        assert isinstance(seen.pieces.email, OwnedPiece)
        assert seen.pieces.email.value.email == ANA_EMAIL


async def test_r28_a_reversed_piece_is_masked_again(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        ana = await stage.id_of(ANA.url)
        answer = await stage.acme.bob.reveal((ana, "email"))
        await stage.acme.org.reverse(answer.seq)
        seen = await stage.see(stage.acme.bob, ana)
        assert seen.pieces.email == AvailablePiece(price=1)
        assert (await stage.people(stage.acme.bob, ANA_EMAIL)).total == 0


async def test_r27_a_bounced_address_is_not_for_sale_again(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        ana = await stage.id_of(ANA.url)
        answer = await stage.acme.bob.reveal((ana, "email"))
        await stage.acme.org.reverse(answer.seq, reason="bounced")
        assert (await stage.see(stage.acme.bob, ana)).pieces.email == NotFoundPiece()


async def test_insights_open_with_the_email_and_stay_in_the_org(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        acme, ana = stage.acme, await stage.id_of(ANA.url)
        told = await stage.load_insights(
            acme.org, f"{PERSON}ana,{acme.jane.id}@example.com,72,2019-03,Old classmate"
        )
        assert told == _added(1)
        before = await stage.get(acme.bob, f"subjects/{ana}")
        assert "classmate" not in before.text
        await acme.bob.reveal((ana, "email"))
        await acme.zoe.reveal((ana, "email"))
        seen = await stage.see(acme.bob, ana)
        assert isinstance(seen.pieces.email, OwnedPiece)
        assert seen.pieces.email.value.insights == (
            Insight(colleague="Jane Okafor", strength=72, since="2019-03", note="Old classmate"),
        )
        abroad = await stage.see(acme.zoe, ana)
        assert isinstance(abroad.pieces.email, OwnedPiece)
        assert abroad.pieces.email.value.insights == ()


async def test_a_personality_comes_whole(database_url: str) -> None:
    text = (
        "url,name,disc_d,disc_i,disc_s,disc_c,disc_style,disc_summary\n"
        f"{PERSON}dee,Dee,1,2,3,100,Steady,Listens first.\n"
    )
    async with stage_on(database_url) as stage:
        await stage.load_text(text)
        dee = await stage.id_of(f"{PERSON}dee")
        await stage.acme.bob.reveal((dee, "personality"))
        seen = await stage.see(stage.acme.bob, dee)
        assert isinstance(seen.pieces.personality, OwnedPiece)
        assert seen.pieces.personality.value == PersonalityValue(
            disc=Disc(d=1, i=2, s=3, c=100),
            style="Steady",
            summary="Listens first.",
        )


async def test_an_owned_phone_value_has_the_kind_of_each_number(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        ana = await stage.id_of(ANA.url)
        await stage.acme.bob.reveal((ana, "phone"))
        seen = await stage.see(stage.acme.bob, ana)
        assert isinstance(seen.pieces.phone, OwnedPiece)
        assert seen.pieces.phone.value == PhoneValue(
            phones=(Phone(type="mobile", number=MOBILE), Phone(type="direct", number=DIRECT))
        )


def _added(rows: int) -> DirectoryAnswer:
    return DirectoryAnswer(
        added=rows, changed=0, unchanged=0, problem_count=0, problems=[], ignored_columns=[]
    )
