"""A person asks to be forgotten: an operator's action, over all orgs (R4)."""

import hashlib
from collections.abc import Callable, Iterable
from functools import partial

from server.domain import errors
from server.domain.ids import AtUs, OrgId, SubjectId
from server.domain.import_rows import Person
from server.domain.own_contacts import ContactIds
from server.domain.profile_urls import canonical_profile_url
from server.store import erasure
from server.store.engine import Database
from server.wire.operator import ErasureAnswer

URL_HASH_BYTES = 16


class UrlHasher:
    """Makes the keyed hashes under which erased profile URLs are remembered, and the ids under
    which imports know who is at one.

    Without the deployment's secret nobody can try names against them.
    """

    def __init__(self, secret: bytes) -> None:
        self._ids = ContactIds(secret)
        self._keyed = hashlib.blake2b(key=secret[:64], digest_size=URL_HASH_BYTES, person=b"erased")

    def hash(self, canonical_url: str) -> bytes:
        keyed = self._keyed.copy()
        keyed.update(canonical_url.encode())
        return keyed.digest()

    def contacts_of(
        self, canonical_url: str, org: OrgId, addresses: Iterable[str]
    ) -> list[SubjectId]:
        """As whom an import of the org may know the person (R25): by the page, or by no more than
        one of these canonical addresses."""
        by_address = [self._ids.of(org, Person(canonical=address)) for address in addresses]
        return [self._ids.of_url(org, canonical_url), *by_address]


async def erase(
    database: Database, hasher: UrlHasher, clock: Callable[[], AtUs], url: str
) -> ErasureAnswer:
    """Forgets whoever is at `url`, in any of the forms it takes, also as a contact whom an org has
    by the address alone, and keeps imports from bringing them back. `erased` is false when nobody
    was known there; the URL is remembered all the same.

    Raises BadRequest for what is no profile's address.
    """
    profile = canonical_profile_url(url)
    if profile is None:
        raise errors.BadRequest(
            "url: this is no address of a profile; give one with /in/NAME or /company/NAME."
        )
    async with database.write() as connection:
        gone = await erasure.erase(
            connection,
            profile.url,
            hasher.hash(profile.url),
            clock(),
            partial(hasher.contacts_of, profile.url),
        )
    return ErasureAnswer(erased=gone.subjects > 0, values=gone.values)
