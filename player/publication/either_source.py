"""Published files over the network, and from a folder while the network gives nothing.

Rule: the network goes first. Neither is trusted, so it does not matter which of them gave a file.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from player.publication.sources import NotThereError, Opened, Source, SourceError, TooLargeError

AWAY_S = 60.0
"""So long the network is not asked again after it gave nothing: a stick is read meanwhile."""


class EitherSource:
    """The first source, and the second while the first gives nothing."""

    def __init__(self, first: Source, second: Source, read_clock: Callable[[], float] = time.monotonic) -> None:
        """`read_clock` gives monotonic seconds."""
        self._first, self._second, self._now = first, second, read_clock
        self._away_until: float | None = None
        self._why: SourceError | None = None

    @property
    def look_every_s(self) -> float:
        """As the source says that is in use; while the first is away, not longer than until it is asked again."""
        return self._first.look_every_s if not self.is_away else min(AWAY_S, self._second.look_every_s)

    @property
    def is_away(self) -> bool:
        """Whether the first source gave nothing lately."""
        return self._away_until is not None and self._now() < self._away_until

    @property
    def is_stand_in(self) -> bool:
        """Whether the folder gives what the network would."""
        return self.is_away

    def metadata(self, name: str, most_bytes: int) -> bytes:
        """Gives a metadata file. Raises SourceError; with no folder either, it says what is wrong with the network."""
        if not self.is_away:
            try:
                return self._first.metadata(name, most_bytes)
            except (NotThereError, TooLargeError):
                raise
            except SourceError as error:
                self._leave(error)
        try:
            return self._second.metadata(name, most_bytes)
        except NotThereError:
            if name == "timestamp.json" and self._why is not None:
                raise self._why from None
            raise

    @contextmanager
    def content(self, sha256: str, start: int, validator: str) -> Iterator[Opened]:
        """Opens a file at `start`; what the network does not have, or not now, may lie in the folder."""
        with ExitStack() as stack:
            if self.is_away:
                yield stack.enter_context(self._second.content(sha256, start, validator))
                return
            try:
                opened = stack.enter_context(self._first.content(sha256, start, validator))
            except SourceError as error:
                if not isinstance(error, NotThereError):
                    self._leave(error)
                try:
                    opened = stack.enter_context(self._second.content(sha256, 0, ""))
                except SourceError:
                    raise error from None
            yield opened

    def is_unchanged(self) -> bool:
        """Whether nothing new is there for certain: of the folder only, and only while the network is away."""
        return self._second.is_unchanged() if self.is_away else self._first.is_unchanged()

    def has_come(self) -> bool:
        """Whether the folder came while the network gives nothing."""
        return self.is_away and self._second.has_come()  # a folder that is not needed may hang or fail

    def interrupt(self) -> None:
        """Ends what is being read just now, from any thread."""
        self._first.interrupt()
        self._second.interrupt()

    def close(self) -> None:
        """Lets go of everything."""
        self._first.close()
        self._second.close()

    def _leave(self, why: SourceError) -> None:
        if not self.is_away:
            self._second.has_come()  # from here on it may come
        self._away_until, self._why = self._now() + AWAY_S, why
