"""The field's closed vocabularies, as they stand in JSON and in the ledger (credit-rules.md,
Words)."""

from typing import Literal

CREDITS_MAX = 1_000_000_000
"""The most one grant, allotment, cap or price may say: sums stay far inside 2^53 (JSON readers)."""

Kind = Literal["email", "phone", "personality"]
KINDS: tuple[Kind, ...] = ("email", "phone", "personality")

SubjectType = Literal["contact", "account"]
Role = Literal["rep", "admin"]

ChargeAction = Literal["reveal", "export", "import"]
CHARGE_ACTIONS: tuple[ChargeAction, ...] = ("reveal", "export", "import")

Action = Literal[
    "reveal",
    "export",
    "import",
    "grant",
    "reversal",
    "hold",
    "release",
    "license",
    "cap",
    "prices",
]
QUIET_ACTIONS: tuple[Action, ...] = ("hold", "release", "license", "cap", "prices")
"""Left out of history unless asked for by `action` (api.md, History)."""

Source = Literal["license", "extra"]

ReversalReason = Literal["bounced", "wrong_number", "mistake", "goodwill"]
BANNING_REASONS: tuple[ReversalReason, ...] = ("bounced", "wrong_number")
"""A value taken back for one of these is never sold to the org again (R27)."""

Level = Literal["ok", "low", "critical", "empty"]
LEVELS: tuple[Level, ...] = ("ok", "low", "critical", "empty")
"""From full to empty: the position is the rank that R33's "crossing downward" compares."""

Outcome = Literal["charged", "already_owned", "not_found", "unaffordable"]

JobAction = Literal["export", "import"]
JobStatus = Literal["quoted", "running", "settling", "completed", "stopped", "failed", "expired"]
UNFINISHED: tuple[JobStatus, ...] = ("quoted", "running", "settling")
"""What `welcome` lists of a user's jobs."""
STARTED: tuple[JobStatus, ...] = ("running", "settling")
"""While it is one of these a job has its credits on hold (R19), and somebody works on it."""
EndedStatus = Literal["stopped", "failed", "expired"]
"""Ended without a charge (R21)."""

QuotedOutcome = Literal["net_new", "already_owned", "duplicate", "not_found"]
"""What a quote says of one kind of one row (R18)."""
SettledOutcome = Literal["charged", "already_owned", "duplicate", "not_found", "over_hold"]
"""What a settlement made of it (R20)."""
