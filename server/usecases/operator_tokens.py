"""Tokens of the vendor's operators, told from a member's by their prefix."""

from collections.abc import Callable

from server.domain import errors
from server.domain.callers import Operator
from server.domain.ids import AtUs, OperatorId
from server.store import users
from server.store.engine import Database
from server.store.users import OperatorRow
from server.usecases.names import new_id, new_token, token_hash
from server.usecases.sessions import US_PER_DAY

PREFIX = "op_"
TOKEN_DAYS = 365


def is_operator_token(token: str) -> bool:
    """Whether it looks like one; only `OperatorTokens.authenticate` knows whether it is."""
    return token.startswith(PREFIX)


class OperatorTokens:
    """Making, listing, revoking and checking them."""

    def __init__(self, database: Database, clock: Callable[[], AtUs]) -> None:
        self._database = database
        self._clock = clock

    async def create(self, name: str, *, days: int = TOKEN_DAYS) -> tuple[Operator, str]:
        """A new operator and the token, which is shown once. Raises BadRequest."""
        if not name.strip() or not name.isprintable() or days < 1:
            raise errors.BadRequest("An operator needs a printable name and at least one day.")
        who = Operator(OperatorId(new_id("opr")), name.strip())
        now_us, token = self._clock(), PREFIX + new_token()
        async with self._database.write() as connection:
            await users.create_operator(
                connection,
                who,
                token_hash=token_hash(token),
                created_us=now_us,
                expires_us=AtUs(now_us + days * US_PER_DAY),
            )
        return who, token

    async def listed(self) -> tuple[OperatorRow, ...]:
        """Every token that was ever made, newest first, expired and revoked ones too."""
        async with self._database.read() as connection:
            return await users.operators(connection)

    async def revoke(self, which: OperatorId) -> str:
        """The token opens nothing from now on, on every node; answers the operator's name.

        Raises NotFound.
        """
        async with self._database.write() as connection:
            name = await users.end_operator(connection, which, self._clock())
        if name is None:
            raise errors.NotFound(f"There is no operator {which}; list them with operator-tokens.")
        return name

    async def authenticate(self, token: str) -> Operator:
        """Whom the token belongs to. Raises Unauthenticated."""
        async with self._database.read() as connection:
            who = await users.operator_by_token(connection, token_hash(token), self._clock())
        if who is None:
            raise errors.Unauthenticated("The operator token is unknown, expired or revoked.")
        return who
