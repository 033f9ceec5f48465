"""How a command shows what it did: on stdout, without breaking what is to be copied."""

from rich import box
from rich.console import Console
from rich.table import Table

CELLS_MAX = 1_000
"""Wider than any table here, so that the console never shortens a cell."""


def show(text: str) -> None:
    """The text as it is, on one line however long."""
    Console(highlight=False, markup=False, soft_wrap=True).print(text)


def show_table(table: Table) -> None:
    """As wide as its cells need: ids and addresses stay whole, in a pipe and in a small window."""
    Console(highlight=False, markup=False, width=CELLS_MAX).print(table, crop=False)


def table_of(*columns: str) -> Table:
    """A table to read and to grep: no lines but the one under its header."""
    return Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)


def credits_text(credits: int) -> str:
    """`1 credit`, `1,200 credits`."""
    return f"{credits:,} credit" if credits == 1 else f"{credits:,} credits"
