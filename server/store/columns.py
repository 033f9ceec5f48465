"""What all tables are made of: where they are listed, how their keys are named, and the columns
that return."""

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def key_column(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def text_column(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def number_column(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def count_column(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def flag_column(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)
