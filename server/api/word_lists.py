"""Several of the field's words in one text, with commas between (`email,phone`)."""

from typing import Annotated, get_args

import msgspec

from server.wire.words import KINDS, Action


def words(listed: str | None) -> list[str]:
    """Each once, in the order of the alphabet; none for None."""
    return sorted(set(listed.split(","))) if listed else []


def _list_of(vocabulary: tuple[str, ...]) -> str:
    """The pattern of one or several of these words with commas between them."""
    one = f"({'|'.join(vocabulary)})"
    return f"^{one}(,{one})*$"


Kinds = Annotated[
    str, msgspec.Meta(pattern=_list_of(KINDS), description="One or more kinds, comma-separated")
]
Actions = Annotated[
    str,
    msgspec.Meta(
        pattern=_list_of(get_args(Action)), description="One or more actions, comma-separated"
    ),
]
