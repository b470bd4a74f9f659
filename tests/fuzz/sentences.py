"""What is said to people about input that lies: short, in both languages, and harmless to a terminal."""

from collections.abc import Iterable

from signage.errors import Complaint, Words
from signage.printable import printable_lines
from tests.fuzz.case import Broken

MOST_SENTENCE = 1000
"""Characters."""


def is_plain(text: str) -> bool:
    """Whether a terminal shows it as it is; line breaks may stand in it."""
    return printable_lines(text) == text


def check_complaints(complaints: Iterable[Complaint]) -> None:
    """Raises Broken for one that nobody can read."""
    for each in complaints:
        check_words(each.problem)
        check_words(each.cure)
        if not is_plain(each.where):
            raise Broken("the place of a complaint cannot be printed")


def check_words(words: Words) -> None:
    """Raises Broken for a sentence that nobody can read."""
    for text in (words.zh, words.en):
        if not is_plain(text):
            raise Broken("a sentence cannot be printed")
        if len(text) > MOST_SENTENCE:
            raise Broken("a sentence is too long to be read")
    if bool(words.zh) != bool(words.en):
        raise Broken("a sentence stands in one language only")
