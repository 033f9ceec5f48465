"""One job from its quote to its file, as somebody at a terminal or a script wants it (R18–R24)."""

from collections.abc import Callable
from contextlib import closing
from enum import IntEnum
from pathlib import Path

import msgspec

from server.cli.calls import CallFailed, Calls, Refused
from server.cli.following import News
from server.cli.job_files import Place, fetch
from server.cli.job_screen import Screen
from server.cli.job_shown import (
    account_lines,
    mapping_lines,
    name_of,
    problem_lines,
    quote_table,
    quote_text,
    settlement_table,
    settlement_text,
)
from server.cli.shown import credits_text
from server.wire.jobs import Job
from server.wire.words import STARTED

STARTS = 5
"""Tries with `--yes` against a quote that changes each time."""


class Exit(IntEnum):
    """The exit codes of `export`, `import` and `job`; click's own 2 is for usage."""

    DONE = 0
    REFUSED = 1
    STOPPED = 3
    UNAFFORDABLE = 4
    UNREACHABLE = 5
    LEFT = 130
    """Interrupted while the job goes on: what shells report for Ctrl-C."""


UNAFFORDABLE_CODES = frozenset({"insufficient_credits", "over_max_credits", "quote_changed"})


class Ended(Exception):
    """The command is over, with `code`; `sentence` goes to stderr."""

    def __init__(self, code: Exit, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Manner(msgspec.Struct, frozen=True):
    """How far to go without asking. `key` begins each Idempotency-Key of the run (R11)."""

    place: Place
    key: str
    quote_only: bool
    is_agreed: bool


class JobRun:
    """Carries one job through. The server's numbers and sentences are shown as they come."""

    def __init__(self, calls: Calls, screen: Screen, manner: Manner) -> None:
        self._calls = calls
        self._screen = screen
        self._manner = manner
        self._job: Job | None = None
        self._may_run = False
        """From when it is asked to start, whether or not the answer has come."""

    def carry(self, create: Callable[[], Job]) -> None:
        """From `create` to the file. Raises Ended for every end but that of a file that is there.

        Ctrl-C while it runs asks the server to stop it, another one leaves it running.
        """
        try:
            self._carry(create)
        except KeyboardInterrupt:
            raise self._interrupted() from None
        except CallFailed as failed:
            raise self._failed(failed) from None
        finally:
            if self._job is not None:
                self._screen.job(self._job)

    def _carry(self, create: Callable[[], Job]) -> None:
        with self._screen.busy("Counting what it would cost …"):
            job = self._job = create()
        if job.status == "quoted":
            self._show_quote(job)
            if self._manner.quote_only:
                raise self._quoted(job)
        if job.status in ("quoted", *STARTED):
            job = self._to_its_end(job)
        self._show_end(job)
        self._fetch(job)

    def _to_its_end(self, job: Job) -> Job:
        try:
            return self._followed(self._started(job))
        except KeyboardInterrupt:
            self._screen.say("Stopping it; Ctrl-C again leaves it running.")
        return self._stopped(job)

    def _started(self, job: Job) -> Job:
        for number in range(STARTS):
            if job.status != "quoted":
                return job
            self._agree(job)
            self._may_run = True
            try:
                job = self._job = self._calls.start(job.id, f"{self._manner.key}.start{number}")
                self._screen.say(f"Started {name_of(job)}; Ctrl-C stops it.")
            except Refused as refused:
                if refused.code != "quote_changed":
                    raise
                self._screen.say(refused.detail)
                job = self._job = self._calls.job(job.id)
                self._show_quote(job)
        return job

    def _agree(self, job: Job) -> None:
        """Returns when the job may be started. Raises Ended."""
        if (reason := _too_much(job)) is not None:
            raise Ended(Exit.UNAFFORDABLE, f"{reason} Nothing was charged. {_later(job)}")
        if self._manner.is_agreed:
            return
        if not self._screen.can_ask:
            raise Ended(
                Exit.STOPPED,
                "There is no terminal to ask whether to start it: add --yes, with --max-credits if "
                f"there is a most. Nothing was charged. {_later(job)}",
            )
        if not self._screen.confirm(f"Spend {credits_text(job.quote.credits)} and start it?"):
            self._calls.give_up(job.id)
            raise Ended(Exit.STOPPED, "Not started; nothing was charged.")

    def _followed(self, job: Job) -> Job:
        with closing(News(self._calls, job.id)) as news, self._screen.following() as show:
            while job.status in STARTED:
                show(job)
                job = self._job = news.next()
        return job

    def _stopped(self, job: Job) -> Job:
        """As it is once stopped, or completed where it was too late to stop it (R21)."""
        try:
            job = self._job = self._calls.stop(job.id)
        except Refused as refused:
            if refused.code != "job_state":
                raise
            self._screen.say(refused.detail)
            job = self._job = self._calls.job(job.id)
        return self._followed(job)

    def _show_quote(self, job: Job) -> None:
        screen = self._screen
        screen.tell(f"Quote of {name_of(job)}", *mapping_lines(job))
        screen.tell(*problem_lines(job))
        screen.table(quote_table(job.quote))
        screen.tell(quote_text(job.quote))

    def _show_end(self, job: Job) -> None:
        """Raises Ended unless the job is completed."""
        if job.status == "failed":
            why = (job.error or "for a reason that the server does not tell").rstrip(".")
            raise Ended(Exit.REFUSED, f"The job failed: {why}. Nothing was charged.")
        if job.status != "completed" or job.settlement is None:
            raise Ended(Exit.STOPPED, f"The job is {job.status}; nothing was charged.")
        self._screen.tell(f"Done: {name_of(job)}")
        self._screen.table(settlement_table(job.settlement))
        self._screen.tell(settlement_text(job, job.settlement), *account_lines(job))

    def _fetch(self, job: Job) -> None:
        try:
            with self._screen.busy("Fetching the file …"):
                path: Path = fetch(self._calls, job, self._manner.place)
        except OSError as error:
            why = f"The file cannot be written: {error.strerror or error}."
            raise Ended(Exit.REFUSED, f"{why} {_again(job)}") from None
        self._screen.file(path)

    def _quoted(self, job: Job) -> Ended:
        reason = _too_much(job)
        code = Exit.DONE if reason is None else Exit.UNAFFORDABLE
        return Ended(code, f"{reason or 'Nothing was charged.'} {_later(job)}")

    def _interrupted(self) -> Ended:
        job = self._job
        if job is None or (job.status == "quoted" and not self._may_run):
            return Ended(Exit.STOPPED, "Interrupted; nothing was charged.")
        goes_on = "" if job.status == "completed" else " It goes on without you."
        return Ended(Exit.LEFT, f"Interrupted.{goes_on} {_again(job)}")

    def _failed(self, failed: CallFailed) -> Ended:
        job, told = self._job, failed.detail
        if job is not None and job.status in (*STARTED, "completed"):
            told = f"{told} {_again(job)}"
        return Ended(code_of(failed), told)


def code_of(failed: CallFailed) -> Exit:
    """The exit code for a call that was not answered, or refused."""
    if not isinstance(failed, Refused):
        return Exit.UNREACHABLE
    if failed.code in UNAFFORDABLE_CODES:
        return Exit.UNAFFORDABLE
    return Exit.STOPPED if failed.code == "expired" else Exit.REFUSED


def _too_much(job: Job) -> str | None:
    """Why the job cannot be started as it is quoted (R19, R26)."""
    quote = job.quote
    if job.max_credits is not None and quote.credits > job.max_credits:
        most = credits_text(job.max_credits)
        return f"It would cost {credits_text(quote.credits)}, and {most} is the most you agreed to."
    if not quote.affordable:
        return f"Not enough credits: {credits_text(quote.short_by)} short."
    return None


def _later(job: Job) -> str:
    until = f" until {job.expires_at:%Y-%m-%d %H:%M} UTC" if job.expires_at else ""
    return f"The quote holds{until}; `python -m server job {job.id}` starts it."


def _again(job: Job) -> str:
    follows = "" if job.status == "completed" else "follows it and "
    return f"`python -m server job {job.id}` {follows}fetches its file, free of charge."
