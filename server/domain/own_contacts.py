"""A person whom only one org knows, because its import named them (R25)."""

import hashlib
from typing import Final

from server.domain.directory_records import Filed, Record, filed
from server.domain.ids import OrgId, SubjectId
from server.domain.import_rows import Person

ID_BYTES: Final = 12
"""96 bits, as of every other id: nothing about an id says whose it is."""
UNNAMED: Final = "Imported contact"
"""Of whom the file gives no name; an address is no name to guess from, and is shown masked."""


class ContactIds:
    """The ids that people get as contacts of one org.

    Made of who they are, so that two rows, files and servers make one contact; keyed by the
    deployment's secret, so that nobody can try addresses against them.
    """

    def __init__(self, secret: bytes) -> None:
        self._keyed = hashlib.blake2b(key=secret[:64], digest_size=ID_BYTES, person=b"contact")

    def of(self, org: OrgId, person: Person) -> SubjectId:
        """By the page where there is one, else by the address, one of which there must be."""
        if person.url is not None:
            return self.of_url(org, person.url)
        assert person.canonical is not None, "only who has an address becomes a contact"
        return self._id(org, "email", person.canonical)

    def of_url(self, org: OrgId, canonical_url: str) -> SubjectId:
        """Whoever is at this page, to this org."""
        return self._id(org, "url", canonical_url)

    def _id(self, org: OrgId, what: str, value: str) -> SubjectId:
        keyed = self._keyed.copy()
        keyed.update(f"{org}\x00{what}\x00{value}".encode())
        return SubjectId(f"con_{keyed.hexdigest()}")


def own_contact(id_: SubjectId, person: Person) -> Filed:
    """The person as the org keeps them. A typed phone number is no piece to sell, so it stays in
    the file."""
    return filed(
        Record(
            type="contact",
            url=person.url or f"urn:battery:{id_}",
            name=person.name or UNNAMED,
            headline=person.title,
            company=person.company,
            company_url=None,
            location=None,
            email=person.email,
            mobile=None,
            direct=None,
            personality=None,
            analysis=None,
        )
    )
