"""Our own errors, and complaints that a person can act on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence for a person, Chinese first, English second."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines of a person's file, and what is to stand in their place."""

    first: int
    """1-based."""
    last: int
    """Included; `first - 1` where nothing is taken away: the new lines come before `first`."""
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong in what a person wrote: where it stands, what is wrong, how to mend it."""

    where: str
    """The place, as a person finds it: `playlists/morning.toml, item 3, dwell_s`."""
    problem: Words
    cure: Words
    edit: Edit | None = None
    """The cure as a program can follow it; it says the same. None where only the writer knows what was meant."""


class WuzhaError(Exception):
    """Any trouble that we expect and name."""


class ToldError(WuzhaError):
    """Trouble that is told to a person; `words` is the sentence."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class BadInput(WuzhaError):
    """A configuration, playlist or message that is refused whole; carries every complaint found."""

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        super().__init__("; ".join(f"{c.where}: {c.problem.en}" for c in complaints))
        self.complaints = complaints
