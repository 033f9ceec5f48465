"""What one kind of one subject is to an org: available, owned, updated or not found (R1–R6,
R28)."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from server.domain.ids import PieceKey
from server.domain.state import Offer, Owned, Piece
from server.domain.values import Kept, KeptEmail, KeptPhone


class Standing(msgspec.Struct, frozen=True, gc=False):
    """`kept` and `owner` with `owned` and `updated`; `offer` with what can be bought."""

    state: Literal["available", "not_found", "owned", "updated"]
    offer: Offer | None = None
    kept: Kept | None = None
    owner: Piece | None = None


NOT_FOUND = Standing("not_found")


def standing(
    offer: Offer | None, here: Sequence[Owned], pieces: Mapping[PieceKey, Piece]
) -> Standing:
    """`here`: what the org keeps of this kind on this subject; `pieces`: those of `offer` and
    `here`."""
    bought = pieces.get(offer.key) if offer else None
    if offer and bought and bought.live:
        return Standing("owned", kept=_seen_here(offer, here), owner=bought)
    live = [
        (owned, pieces[owned.key])
        for owned in here
        if owned.key in pieces and pieces[owned.key].live
    ]
    sellable = offer if not (bought and bought.banned) else None
    if not live:
        return Standing("available", offer=sellable) if sellable else NOT_FOUND
    live.sort(key=lambda pair: pair[1].seq, reverse=True)
    for owned, owner in live:
        if sellable and _merely_reordered(sellable.kept, owned.kept):
            return Standing("owned", kept=owned.kept, owner=owner)
    newest, owner = live[0]
    if sellable is None:
        return Standing("owned", kept=newest.kept, owner=owner)
    return Standing("updated", offer=sellable, kept=newest.kept, owner=owner)


def _seen_here(offer: Offer, here: Sequence[Owned]) -> Kept:
    """The kept value of an owned piece on this subject (R3).

    On a subject where it was never opened, an owned phone shows that one number only.
    """
    for owned in here:
        if owned.key == offer.key and not _was_typed(owned.kept):
            return owned.kept
    if isinstance(offer.kept, KeptPhone):
        return KeptPhone(phones=offer.kept.phones[:1])
    return offer.kept


def _was_typed(kept: Kept) -> bool:
    """Then what is offered here now says more: the directory has come to hold the same address."""
    return isinstance(kept, KeptEmail) and kept.typed


def _merely_reordered(offered: Kept, owned: Kept) -> bool:
    """Whether the directory's first number is among those already owned here (R6)."""
    return (
        isinstance(offered, KeptPhone)
        and isinstance(owned, KeptPhone)
        and offered.phones[0].number in {phone.number for phone in owned.phones}
    )
