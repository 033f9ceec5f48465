"""The rules of charging once more, in the plainest words: what the product is compared with.

Written from credit-rules.md, not from the code: an org's books are lists and dicts, one command is
carried out at a time, and nothing is stored.
"""

from dataclasses import dataclass, field

from server.domain.ids import SubjectId, UserId
from server.wire.battery import Prices
from server.wire.words import Kind, ReversalReason
from tests.model.months import Month, first_instant, local_day, month_of
from tests.model.shapes import (
    Answer,
    Asked,
    Charge,
    Figures,
    Found,
    Line,
    Piece,
    PieceId,
    Refused,
    Shown,
    Told,
    User,
)
from tests.model.shelf import Shelf

DAY_US = 86_400_000_000
ADMIN_DAYS = 45
ADMIN_CREDITS = 30
LEVELS = ("ok", "low", "critical", "empty")


@dataclass
class Books:
    """One org. `now` is set by whoever holds the clock; `at` never goes back (R32).

    `vendor_answers` are of the operator's keys, which all orgs share (R11: unique per caller).
    """

    name: str
    zone: str
    shelf: Shelf
    prices: Prices
    now: int
    vendor_answers: dict[str, tuple[object, object]]
    written_at: int = 0
    granted: int = 0
    used: int = 0
    held: int = 0
    users: dict[UserId, User] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    charges: dict[int, Charge] = field(default_factory=dict)
    reversed: set[int] = field(default_factory=set)
    admin_reversals: list[tuple[int, int]] = field(default_factory=list)
    savings: set[tuple[UserId, PieceId]] = field(default_factory=set)
    answers: dict[UserId, dict[str, tuple[object, object]]] = field(default_factory=dict)

    @property
    def at(self) -> int:
        return max(self.now, self.written_at)

    @property
    def pool(self) -> int:
        return self.granted - self.used - self.held

    def month(self, user: User) -> Month:
        return month_of(user.anchor, self.zone, self.at, user.frozen)

    def figures(self, user: User) -> Figures:
        """To look at: a month that nothing has happened in yet is full (R13)."""
        return user.months.get(self.month(user).no) or Figures(user.allotment)

    def opened(self, user: User) -> Figures:
        """To change."""
        return user.months.setdefault(self.month(user).no, Figures(user.allotment))

    def may_take(self, user: User) -> int:
        """R17."""
        if user.cap is None:
            return self.pool
        taken = self.figures(user).extra + self.figures(user).extra_held
        return max(0, min(self.pool, user.cap - taken))

    def level(self, user: User) -> int:
        """R33, as a rank."""
        granted, left = self.figures(user).granted, self.figures(user).left
        if left == 0 and self.may_take(user) == 0:
            return 3
        if granted == 0 or 4 * left > granted:
            return 0
        return 2 if 10 * left <= granted else 1

    def battery(self, user: User) -> Shown:
        month, figures = self.month(user), self.figures(user)
        return Shown(
            len(self.lines),
            figures.granted,
            figures.used,
            figures.held,
            figures.left,
            local_day(month.starts, self.zone),
            local_day(month.ends - 1, self.zone),
            month.ends,
            (self.granted, self.used, self.held) if self.granted else None,
            (figures.extra, figures.extra_held) if self.granted else (0, 0),
            figures.left + self.may_take(user),
            LEVELS[self.level(user)],
            (figures.saved, user.saved),
        )

    # Commands of vendor and admins

    def sell_license(self, user: User, allotment: int) -> None:
        """R15."""
        self.users[user.id] = user
        figures = self.opened(user)
        figures.granted = max(figures.granted, allotment)
        user.allotment = allotment
        self.write("license", user)

    def set_caps(self, users: list[User], cap: int | None) -> None:
        """R17."""
        for user in users:
            before = self.level(user)
            user.cap = cap
            self.write("cap", user)
            self.announce(user, before)

    def set_prices(self, prices: Prices) -> None:
        self.prices = prices
        self.write("prices", None)

    def grant(self, credits: int, key: str | None) -> int:
        """R16; the entry's seq."""
        kept = self.kept_answer(None, key, (self.name, credits))
        if isinstance(kept, int):
            return kept
        self.granted += credits
        seq = self.write("grant", None, granted=credits)
        self.keep_answer(None, key, (self.name, credits), seq)
        return seq

    def move_to(self, zone: str) -> None:
        """R15: running months go on to their end."""
        for user in self.users.values():
            self.opened(user)
            user.frozen = self.month(user)
        self.written_at = self.at
        self.zone = zone

    def reverse(self, seq: int, by: UserId | None, reason: ReversalReason, key: str | None) -> int:
        """R27, R28; the entry's seq. `by`: an admin, or None for the operator."""
        kept = self.kept_answer(by, key, (self.name, seq, reason))
        if isinstance(kept, int):
            return kept
        charge = self._reversible(seq)
        figures = self.opened(charge.user)
        is_open = self.month(charge.user).no == charge.month_no
        back_license = charge.from_license if is_open else 0
        converted = charge.from_license if not is_open and by is None else 0
        back = back_license + charge.from_extra + converted
        if by is not None:
            self._within_allowance(charge, back)
            self.admin_reversals.append((self.at, back))
        self.reversed.add(seq)
        self.used -= charge.from_extra
        self.granted += converted
        if is_open:
            figures.used -= back_license
            figures.extra -= charge.from_extra
        self.shelf.close(charge.piece, is_wrong=reason in ("bounced", "wrong_number"))
        left = charge.user.months[charge.month_no].left
        written = self.append(
            Line(
                "reversal",
                charge.user.id,
                -back,
                -back_license,
                -(charge.from_extra + converted),
                left,
                self.pool,
                seq,
                converted or None,
            )
        )
        self.keep_answer(by, key, (self.name, seq, reason), written)
        return written

    def _reversible(self, seq: int) -> Charge:
        if not 1 <= seq <= len(self.lines):
            raise Refused("not_found")
        if seq not in self.charges:
            raise Refused("bad_request")
        if seq in self.reversed:
            raise Refused("already_reversed")
        return self.charges[seq]

    def _within_allowance(self, charge: Charge, back: int) -> None:
        first = local_day(self.at, self.zone).replace(day=1)
        since = first_instant(first, self.zone)
        spent = sum(credits for at, credits in self.admin_reversals if at >= since)
        is_late = self.at - charge.at > ADMIN_DAYS * DAY_US
        if is_late or spent + back > ADMIN_CREDITS:
            raise Refused("forbidden")

    # Revealing

    def reveal(self, asked: Asked) -> Answer:
        """R1–R9, R11, R31."""
        user = self.users[asked.user]
        if not user.active:
            raise Refused("unauthenticated")
        kept = self.kept_answer(asked.user, asked.key, asked)
        if isinstance(kept, Answer):
            return self._as_owned_now(kept)
        self._agree(user, asked)
        level = self.level(user)
        pool = self.pool
        answer = self._carry_out(user, asked)
        if all(told.outcome != "unaffordable" for told in answer.results):
            self.keep_answer(asked.user, asked.key, asked, answer)
        self.announce(user, level)
        self.announce_drained(pool)
        return answer

    def _agree(self, user: User, asked: Asked) -> None:
        wanted = {
            found.piece
            for subject, kind in asked.items
            if (found := self.shelf.sellable(subject, kind)) is not None
        }
        need = sum(self.prices.of(kind) for kind, _ in wanted)
        if asked.max_credits is not None and need > asked.max_credits:
            raise Refused("price_changed", need=need)
        left, extra = self.figures(user).left, self.may_take(user)
        if need > left + extra and not asked.allow_partial:
            raise Refused(
                "insufficient_credits",
                need=need,
                license_remaining=left,
                extra_available=extra,
                short_by=need - left - extra,
            )

    def _carry_out(self, user: User, asked: Asked) -> Answer:
        told: list[Told] = []
        fresh: set[PieceId] = set()
        counted: set[PieceId] = set()
        from_license = from_extra = saved = 0
        is_stopped = False
        for subject, kind in asked.items:
            price = self.prices.of(kind)
            offer = self.shelf.sellable(subject, kind)
            if offer is not None:
                is_stopped |= price > self.figures(user).left + self.may_take(user)
                if is_stopped:
                    told.append(Told(subject, kind, "unaffordable"))
                    continue
                seq = self._charge(user, subject, kind, offer)
                charge = self.charges[seq]
                from_license += charge.from_license
                from_extra += charge.from_extra
                fresh.add(offer.piece)
                told.append(Told(subject, kind, "charged", price, seq, offer.value))
                continue
            owned = self.shelf.owned(subject, kind)
            if owned is None:
                told.append(Told(subject, kind, "not_found"))
                continue
            piece = self.shelf.pieces[owned.piece]
            self.shelf.keep(subject, owned)
            told.append(
                Told(
                    subject,
                    kind,
                    "already_owned",
                    0,
                    piece.seq,
                    owned.value,
                    piece.by.name,
                    piece.at,
                )
            )
            if owned.piece not in fresh | counted:
                counted.add(owned.piece)
                saved += price
                self.save(user, owned.piece, price)
        return Answer(from_license + from_extra, from_license, from_extra, saved, tuple(told))

    def _charge(self, user: User, subject: SubjectId, kind: Kind, offer: Found) -> int:
        """R9."""
        price, figures = self.prices.of(kind), self.opened(user)
        from_license = min(price, figures.left)
        from_extra = price - from_license
        figures.used += from_license
        figures.extra += from_extra
        self.used += from_extra
        seq = self.write("reveal", user, from_license, from_extra)
        self.charges[seq] = Charge(
            user, self.month(user).no, offer.piece, from_license, from_extra, self.at
        )
        self.shelf.pieces[offer.piece] = Piece(user, self.at, seq)
        self.shelf.keep(subject, offer)
        return seq

    def save(self, user: User, piece: PieceId, price: int) -> None:
        """R31."""
        if self.shelf.pieces[piece].by is user or (user.id, piece) in self.savings:
            return
        self.savings.add((user.id, piece))
        self.opened(user).saved += price
        user.saved += price
        self.written_at = self.at

    def announce(self, user: User, before: int) -> None:
        """R33."""
        level = self.level(user)
        if level > max(before, self.figures(user).alerted):
            self.opened(user).alerted = level
            self.written_at = self.at

    def announce_drained(self, before: int) -> None:
        """R33: whoever took the last of the pool, all who lived on it are told."""
        if before > 0 and self.pool == 0:
            for other in self.users.values():
                self.announce(other, 0)

    def write(
        self,
        action: str,
        user: User | None,
        from_license: int = 0,
        from_extra: int = 0,
        granted: int | None = None,
        figures: Figures | None = None,
    ) -> int:
        """`figures`: of a hold's month instead of the user's current one (R22)."""
        left = (figures or self.figures(user)).left if user else None
        is_charge = action in ("reveal", "export", "import")
        return self.append(
            Line(
                action,
                user.id if user else None,
                from_license + from_extra if is_charge else 0,
                from_license,
                from_extra,
                left,
                self.pool,
                None,
                granted,
            )
        )

    def append(self, line: Line) -> int:
        self.written_at = self.at
        self.lines.append(line)
        return len(self.lines)

    # Idempotency keys

    def kept_answer(self, caller: UserId | None, key: str | None, body: object) -> object:
        kept = self._keys_of(caller).get(key) if key else None
        if kept is None:
            return None
        if kept[0] != body:
            raise Refused("idempotency_conflict")
        return kept[1]

    def keep_answer(
        self, caller: UserId | None, key: str | None, body: object, answer: object
    ) -> None:
        if key is not None:
            self._keys_of(caller)[key] = (body, answer)

    def _keys_of(self, caller: UserId | None) -> dict[str, tuple[object, object]]:
        if caller is None:
            return self.vendor_answers
        return self.answers.setdefault(caller, {})

    def _as_owned_now(self, first: Answer) -> Answer:
        """R11: no value comes back that the charge told of no longer pays for."""
        return first._replace(
            results=tuple(
                told
                if told.seq is None or self._pays(told.seq)
                else told._replace(value=None, by=None, at=None)
                for told in first.results
            )
        )

    def _pays(self, seq: int) -> bool:
        return seq not in self.reversed
