"""How the log is written: our own lines and the libraries' the same way, set up in one place.

No line shows the local variables of a traceback's frames: they hold values, tokens and settings.
"""

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, TextIO

import structlog
from structlog.typing import Processor

Level = Literal["debug", "info", "warning", "error"]

LEVELS: dict[Level, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
OURS = "server"
"""Loggers below this name follow the level; libraries tell warnings at most: SQLAlchemy's lines
below that hold what is written to the database."""


@contextmanager
def json_lines(level: Level) -> Iterator[None]:
    """One JSON object a line on stdout, for what collects a server's log."""
    renderers: list[Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    with _written(sys.stdout, renderers, level):
        yield


@contextmanager
def plain_lines(level: Level) -> Iterator[None]:
    """On stderr, for who typed a command and reads its answer on stdout."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    with _written(sys.stderr, [renderer], level):
        yield


@contextmanager
def _written(stream: TextIO, renderers: Sequence[Processor], level: Level) -> Iterator[None]:
    facts: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    only_facts = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler(stream)
    handler.setLevel(LEVELS[level])
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[only_facts, *renderers], foreign_pre_chain=facts
        )
    )
    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        processors=[*facts, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    logging.getLogger(OURS).setLevel(LEVELS[level])
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger(OURS).setLevel(logging.NOTSET)
        structlog.configure(**before)
