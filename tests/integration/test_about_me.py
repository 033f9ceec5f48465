"""What a signed-in user is told about the deployment: whom to ask, and what admins may reverse."""

import msgspec

from server.usecases.about_me import AboutMe
from server.wire.accounts import MeAnswer
from tests.integration.office import Office, Person, Staff


async def _told(office: Office, who: Person) -> MeAnswer:
    settings = msgspec.structs.replace(office.settings, contact="Ring Vera, +49 30 1234567.")
    about_me = AboutMe(office.database, settings, office.clock)
    return await about_me.told(await office.sessions.authenticate(who.token))


async def test_r27_an_admin_is_told_what_is_left_of_the_months_allowance(
    office: Office, staff: Staff
) -> None:
    await office.reveal(staff.bob, "con_ana", "phone")
    body = {"seq": office.commits[-1].to_seq, "reason": "mistake"}
    await office.call("POST", "/admin/reversals", staff.alice, body)
    told = (await _told(office, staff.alice)).admin_reversals
    assert (told.days, told.credits, told.credits_left) == (7, 50, 40)
    office.clock.move(days=8)  # December in New York
    assert (await _told(office, staff.alice)).admin_reversals.credits_left == 50


async def test_r27_what_an_operator_reversed_is_not_the_admins(
    office: Office, staff: Staff
) -> None:
    await office.reveal(staff.bob, "con_ana", "phone")
    body = {"seq": office.commits[-1].to_seq, "reason": "mistake"}
    await office.call("POST", f"/operator/orgs/{staff.bob.org}/reversals", staff.vera, body)
    assert (await _told(office, staff.alice)).admin_reversals.credits_left == 50
    assert (await _told(office, staff.zoe)).admin_reversals.credits_left == 50


async def test_a_rep_is_told_the_rule_and_not_what_is_left(office: Office, staff: Staff) -> None:
    told = (await _told(office, staff.bob)).admin_reversals
    assert (told.days, told.credits, told.credits_left) == (7, 50, None)


async def test_the_contact_is_the_deployments_text(office: Office, staff: Staff) -> None:
    assert (await _told(office, staff.bob)).contact == "Ring Vera, +49 30 1234567."


async def test_everybody_is_told_how_large_an_import_may_be(office: Office, staff: Staff) -> None:
    limits = office.settings.limits
    told = (await _told(office, staff.bob)).import_limits
    assert (told.file_bytes, told.rows) == (limits.import_file_bytes, limits.job_rows)
