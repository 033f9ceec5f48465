"""`POST /api/v1/reveals`: the call that spends (api.md, Revealing)."""

from server.api.door import idempotency_of
from server.api.endpoint import Call, Endpoint
from server.domain import errors
from server.domain.commands import Reveal
from server.domain.ids import SubjectId
from server.settings import Limits
from server.usecases.charge import Charger
from server.wire.reveals import RevealAnswer, RevealRequest
from server.wire.words import CREDITS_MAX, Kind


class RevealsApi:
    """Reveals through the one spending path."""

    def __init__(self, charger: Charger, limits: Limits) -> None:
        self._charger = charger
        self._limits = limits

    def endpoints(self) -> list[Endpoint]:
        """The calls of this module."""
        return [
            Endpoint(
                method="POST",
                path="/api/v1/reveals",
                handler=self.reveal,
                summary="Open emails, phones and personalities, charging what the org does not own",
                body=RevealRequest,
                answer=RevealAnswer,
                errors=(
                    errors.InsufficientCredits,
                    errors.NotFound,
                    errors.PriceChanged,
                    errors.IdempotencyConflict,
                    errors.Busy,
                ),
                rate="spending",
                idempotent=True,
            )
        ]

    async def reveal(self, call: Call) -> RevealAnswer:
        """One decision over all items, in the given order (R8)."""
        body: RevealRequest = call.body
        command = Reveal(
            user=call.member.user,
            items=self._items(body),
            allow_partial=body.allow_partial,
            max_credits=_agreed(body.max_credits),
            key=idempotency_of(call),
        )
        return await self._charger.reveal(call.member.org, command)

    def _items(self, body: RevealRequest) -> tuple[tuple[SubjectId, Kind], ...]:
        if not 1 <= len(body.items) <= self._limits.reveal_items:
            raise errors.BadRequest(
                f"`items` must hold 1 to {self._limits.reveal_items} items, not {len(body.items)}."
            )
        for position, item in enumerate(body.items):
            if not item.kinds:
                raise errors.BadRequest(
                    f"`items[{position}].kinds` is empty; name email, phone or personality."
                )
        return tuple(
            (SubjectId(item.subject), kind)
            for item in body.items
            for kind in dict.fromkeys(item.kinds)
        )


def _agreed(max_credits: int | None) -> int | None:
    if max_credits is not None and not 0 <= max_credits <= CREDITS_MAX:
        raise errors.BadRequest(f"`max_credits` must be 0 to {CREDITS_MAX} or null.")
    return max_credits
