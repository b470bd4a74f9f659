"""Brings what is missing: emergencies first, then whatever is soonest whole."""

import logging
import time
from collections.abc import Callable

from player.content.digest_store import DigestStore
from player.decode.digests import Digests
from player.decode.refusal import CHANGED, PASSING, Refused
from player.publication.depot import Depot, NoRoomError
from player.publication.fetch import MismatchError, PutOffError, fetch
from player.publication.receipts import Receipts
from player.publication.sources import NotThereError, Source, SourceError
from player.publication.staging import Lacks
from player.publication.standing import Standing
from signage.errors import ToldError, Words
from signage.media import MediaFacts
from signage.trust import PlaylistTarget, Wanted

log = logging.getLogger(__name__)

Probe = Callable[[str, Digests], MediaFacts | Words]
"""Decodes the file at a path whole, if its bytes match the digests: what it is, or why it cannot be shown.

Blocks; ends by itself.
"""


class _ForeignError(ToldError):
    """What lay in the store was another file than its name says; the next round fetches it anew."""


class Courier:
    """Works on what `standing` lacks, one batch at a time. For one thread."""

    def __init__(
        self,
        standing: Standing,
        depot: Depot,
        source: Source,
        receipts: Receipts,
        probe: Probe,
        *,
        digests: DigestStore,
        put_off: Callable[[], bool],
        progressed: Callable[[], None],
    ) -> None:
        """`put_off` says whether something more urgent came; `progressed` is called as bytes come."""
        self._standing, self._depot, self._source, self._receipts = standing, depot, source, receipts
        self._probe, self._digests, self._put_off, self._progressed = probe, digests, put_off, progressed
        self._told: dict[int, Words] = {}

    def bring_next(self) -> bool:
        """Brings one publication's next files; False when there is nothing that can be brought now. Raises OSError."""
        lacking = [
            (number, staged)
            for number, staged in self._standing.stages.items()
            if isinstance(staged, Lacks) and number not in self._standing.waiting_for
        ]
        if not lacking:
            return False
        number, staged = min(lacking, key=lambda pair: _urgency(*pair))
        try:
            self._bring(staged)
        except NotThereError as error:
            self._wait(number, error.words)
        except SourceError as error:
            # The whole source, most likely: nothing else comes from it now either.
            for other, _ in lacking:
                self._wait(other, error.words)
        except MismatchError as error:
            self._wait(number, error.words)
            self._receipts.refuse(number, error.words)
        except (NoRoomError, _ForeignError) as error:
            self._wait(number, error.words)
        return True

    def _wait(self, number: int, why: Words) -> None:
        if self._told.get(number) != why:
            self._told[number] = why
            log.warning("publication %d waits: %s", number, why.en)
        self._standing.waiting_for[number] = why

    def _bring(self, staged: Lacks) -> None:
        if staged.missing:
            keep = self._standing.needed() | {each.sha256 for each in staged.needed}
            self._depot.make_room(sum(each.size_bytes for each in staged.missing), keep, time.monotonic())
        for wanted in staged.missing:
            self._fetch(wanted)
        for wanted in staged.unjudged:
            self._judge(wanted)
            if self._put_off():
                raise PutOffError("something more urgent came")

    def _fetch(self, wanted: Wanted) -> None:
        def came(count: int) -> None:
            self._standing.came[wanted.sha256] = count
            self._progressed()

        fetch(wanted, self._source, self._depot, put_off=self._put_off, came=came)
        self._standing.came.pop(wanted.sha256, None)
        if self._put_off():
            raise PutOffError("something more urgent came")

    def verified(self, sha256: str) -> Digests | None:
        """Hashes a file that is here; one that is another under this name is put aside, to be fetched again.

        Raises PutOffError, and SourceError when it cannot be read now.
        """
        path = self._depot.path(sha256)
        self._digests.forget(sha256)
        try:
            return self._digests.verified(str(path), sha256, self._put_off)
        except Refused as refused:
            if self._put_off():
                raise PutOffError("something more urgent came") from refused
            if refused.why != CHANGED or not self._depot.put_aside(sha256):
                raise SourceError(refused.why) from refused
            log.warning("%s in the store is another file than the one that was signed; put aside", sha256)
            return None

    def _judge(self, wanted: Wanted) -> None:
        digests = self.verified(wanted.sha256)
        if digests is None:
            raise _ForeignError(CHANGED)
        answer = self._probe(str(self._depot.path(wanted.sha256)), digests)
        if isinstance(answer, MediaFacts):
            self._depot.keep_facts(wanted.sha256, answer)
        elif answer in (*PASSING, CHANGED):
            raise SourceError(answer)
        else:
            self._standing.cannot_show(wanted, answer)


def _urgency(number: int, staged: Lacks) -> tuple[bool, bool, int, int]:
    """Texts before media, for they say what is an emergency; then by what is left to fetch, the newest first."""
    media_only = not any(isinstance(each.target, PlaylistTarget) for each in staged.missing)
    left = sum(each.size_bytes for each in staged.missing)
    return media_only, staged.rank != "emergency", left, -number
