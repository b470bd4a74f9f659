"""Whether a believed play can be of the publication that it says, as the database has it now."""

from office.collecting.judging import against_publication, made_at_ms
from office.doubt import Doubt
from signage.ledger import PlayRecord

MOST_REMEMBERED = 50_000


class PublicationDoubts:
    """Remembers what was asked."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, int], int] = {}

    def against(self, screen: str, play: PlayRecord, shown: int) -> int:
        """Returns the doubt that a play of a screen has to have, 0 for none."""
        doubt = self._asked.get((screen, shown))
        if doubt is None:
            if len(self._asked) > MOST_REMEMBERED:
                self._asked.clear()
            made = made_at_ms(play.publication)
            doubt = int(Doubt.NO_PUBLICATION) if made is None else against_publication(screen, play)
            self._asked[screen, shown] = doubt
        return doubt
