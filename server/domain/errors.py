"""Everything the product refuses, one small tree with a stable `code` each.

    BatteryError
    ├── BadRequest              bad_request
    ├── Unauthenticated         unauthenticated
    ├── InsufficientCredits     insufficient_credits
    ├── Forbidden               forbidden
    ├── NotFound                not_found
    ├── IdempotencyConflict     idempotency_conflict
    ├── PriceChanged            price_changed
    ├── JobState                job_state
    ├── QuoteChanged            quote_changed
    ├── OverMaxCredits          over_max_credits
    ├── AlreadyReversed         already_reversed
    ├── AlreadyExists           already_exists
    ├── Expired                 expired
    ├── TooLarge                too_large
    ├── UnsupportedMediaType    unsupported_media_type
    ├── UnreadableFile          unreadable_file
    ├── RateLimited             rate_limited   (retry_after_s)
    ├── Busy                    busy           (retry_after_s)
    └── Unavailable             unavailable    (retry_after_s)

`detail` is a whole sentence that says what was wrong and what to do. `fields` are the members that
go beside it in the problem document (api.md, Errors). A bug is an assert, never one of these.
"""

from typing import Any, ClassVar


class BatteryError(Exception):
    """A refusal that the caller can understand and act on."""

    code: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, **fields: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields


class BadRequest(BatteryError):
    code, title = "bad_request", "Bad request"


class Unauthenticated(BatteryError):
    code, title = "unauthenticated", "Not signed in"


class InsufficientCredits(BatteryError):
    """R7; `fields`: need, license_remaining, extra_available, short_by, items."""

    code, title = "insufficient_credits", "Not enough credits"


class Forbidden(BatteryError):
    code, title = "forbidden", "Not allowed"


class NotFound(BatteryError):
    """Unknown, or another org's: the two look the same."""

    code, title = "not_found", "Not found"


class IdempotencyConflict(BatteryError):
    code, title = "idempotency_conflict", "Key used for another request"


class PriceChanged(BatteryError):
    """More than `max_credits` would be needed; `fields`: need, max_credits, prices."""

    code, title = "price_changed", "It would cost more than you agreed to"


class JobState(BatteryError):
    code, title = "job_state", "The job is not in a state for this"


class QuoteChanged(BatteryError):
    code, title = "quote_changed", "The quote has changed"


class OverMaxCredits(BatteryError):
    code, title = "over_max_credits", "The quote is above the limit"


class AlreadyReversed(BatteryError):
    code, title = "already_reversed", "Already reversed"


class AlreadyExists(BatteryError):
    """A name that must be unique is taken (an email address of a user)."""

    code, title = "already_exists", "Already exists"


class Expired(BatteryError):
    code, title = "expired", "Past its time"


class TooLarge(BatteryError):
    code, title = "too_large", "Too large"


class UnsupportedMediaType(BatteryError):
    code, title = "unsupported_media_type", "Unsupported media type"


class UnreadableFile(BatteryError):
    """`fields`: line, reason where known."""

    code, title = "unreadable_file", "The file cannot be read"


class _TryLater(BatteryError):
    def __init__(self, detail: str, *, retry_after_s: int = 1, **fields: Any) -> None:
        super().__init__(detail, **fields)
        self.retry_after_s = retry_after_s


class RateLimited(_TryLater):
    code, title = "rate_limited", "Too many requests"


class Busy(_TryLater):
    code, title = "busy", "Too much at once"


class Unavailable(_TryLater):
    code, title = "unavailable", "Not available just now"
