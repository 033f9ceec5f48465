"""The text under "About": what the public fields say, in the words people choose for themselves."""

from typing import Final
from zlib import crc32

from server.demo.public_directory import PublicSubject

AT_WORK: Final = (
    "I work at {company}.",
    "My days belong to {company}.",
    "At {company} since a colleague talked me into it.",
    "{company} is where I learned my trade.",
)
ALONE: Final = (
    "I work for myself and for clients who became friends.",
    "Independent by choice.",
)
PLACES: Final = (
    "Home is {location}.",
    "You will find me in {location}, or on a train.",
    "Based in {location}.",
)
THOUGHTS: Final = (
    "I like problems that turn out to be about people.",
    "Most of what I know I learned from things that went wrong on a Friday.",
    "Ask me about spreadsheets that should have been a conversation.",
    "I believe in short meetings and long walks.",
    "Happy to compare notes with anyone who moves goods, data or minds.",
    "Away from my desk I repair bicycles and opinions.",
    "Good questions get an answer within a day.",
)
FIRMS: Final = (
    "{name} is at home in {location}.",
    "From {location} we look after customers in a dozen countries.",
    "Our teams meet in {location}.",
)
SELF_EMPLOYED: Final = "Self-employed"


def about(subject: PublicSubject) -> tuple[str, ...]:
    """A paragraph or two about `subject`, always the same ones for the same page."""
    number = crc32(subject.url.encode())
    return _firm(subject, number) if subject.type == "account" else (_person(subject, number),)


def _firm(subject: PublicSubject, number: int) -> tuple[str, ...]:
    paragraphs = [_isolated(subject.headline)] if subject.headline else []
    if subject.location:
        place = FIRMS[number % len(FIRMS)]
        paragraphs.append(
            place.format(name=_isolated(subject.name), location=_isolated(subject.location))
        )
    return tuple(paragraphs)


def _person(subject: PublicSubject, number: int) -> str:
    sentences = []
    if subject.company == SELF_EMPLOYED:
        sentences.append(ALONE[number % len(ALONE)])
    elif subject.company:
        work = AT_WORK[number % len(AT_WORK)]
        sentences.append(work.format(company=_isolated(subject.company)))
    if subject.location:
        place = PLACES[number % len(PLACES)]
        sentences.append(place.format(location=_isolated(subject.location)))
    return " ".join([*sentences, THOUGHTS[number % len(THOUGHTS)]])


def _isolated(text: str) -> str:
    """`text` between directional isolates, so that an Arabic name does not turn the sentence."""
    return f"\u2068{text}\u2069"
