"""Which part of the ledger plans which command."""

from typing import Any

import msgspec

from server.domain import holding, settling
from server.domain.commands import (
    BeginSettling,
    Command,
    CompleteJob,
    EndJob,
    Grant,
    MoveJob,
    Reveal,
    Reverse,
    SetCaps,
    SetLicense,
    SetPrices,
    SettleRows,
    StartJob,
)
from server.domain.ledger import Ledger
from server.domain.revealing import reveal
from server.domain.reversing import AdminReversals, reverse
from server.domain.state import JobState


def plan(ledger: Ledger, command: Command, allowed: AdminReversals) -> Any:
    """The command's answer. Raises the BatteryError it is refused with, before anything moved."""
    match command:
        case Reveal():
            return reveal(ledger, command)
        case Grant():
            return ledger.grant(command)
        case Reverse():
            return reverse(ledger, command, allowed)
        case SetLicense():
            return ledger.set_license(command)
        case SetCaps():
            return ledger.set_caps(command)
        case SetPrices():
            return ledger.set_prices(command)
        case SettleRows():
            return settling.settle(ledger, command)
        case _:
            return _job_after(ledger, command)


def _job_after(ledger: Ledger, command: MoveJob) -> JobState:
    """A copy: later commands of the batch move the job on."""
    job = _moved(ledger, command)
    return msgspec.structs.replace(job, hold=job.hold and msgspec.structs.replace(job.hold))


def _moved(ledger: Ledger, command: MoveJob) -> JobState:
    match command:
        case StartJob():
            return holding.start(ledger, command)
        case EndJob():
            return holding.end(ledger, command)
        case BeginSettling():
            return holding.begin_settling(ledger, command)
        case CompleteJob():
            return settling.complete(ledger, command)
