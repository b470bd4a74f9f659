"""Notices that the enrolment's folder was written anew while the player runs.

Rule: a new enrolment is taken whole or not at all; until it is whole, what held goes on holding.
"""

import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from player.answer import Answer, NoAnswer
from player.config import Config
from player.durable import NotOursError, load_bytes
from player.enrolment import MOST_FILE_BYTES, OFFICE_FILE, PASSWORD_FILE, ROOT_FILE, Enrolled, filled, read_enrolment
from player.last_enrolment import keep_enrolment
from signage.errors import BadInput, Complaint

CERTIFICATE_ENDS = b"-----END CERTIFICATE-----"
ANSWER_S = 3.0
"""A disk that says nothing for so long is not waited for any more; what it says late is taken at a later look."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """What lay in the folder; without a `fault` it is whole."""

    stamp: tuple[object, ...]
    given: Enrolled | None = None
    contents: tuple[bytes, ...] = ()
    fault: Exception | None = None


class EnrolmentWatch:
    """The enrolment of one screen. For one thread, but for `troubles`."""

    def __init__(self, config: Config) -> None:
        """`config` as it was read at the start, with an enrolment."""
        assert config.office.enrolment is not None
        self._folder = config.office.enrolment
        self.config = config
        """With the enrolment that was taken last."""
        self.troubles: tuple[Complaint, ...] = ()
        """What is wrong with the folder now."""
        self._say(config.enrolment_troubles)
        self._stamp: tuple[object, ...] = ()
        self._contents: tuple[bytes, ...] | None = None if config.enrolment_failed else ()
        """Of the files that were taken; None: none could be, () : those of the start, not looked at yet."""
        self._ca = config.office.ca
        self._asked: Answer[_Found | None] | None = None

    def look(self) -> bool:
        """Whether there is another enrolment than was taken last; then `config` has it. Raises nothing."""
        is_asked_anew = self._asked is None
        if self._asked is None:
            ask = partial(_found, self._folder, self.config.screen.id, self._ca, self._stamp, self.config.folders.state)
            self._asked = Answer(ask, "enrolment")
        try:
            found = self._asked.within(ANSWER_S if is_asked_anew else 0.0)
        except NoAnswer:
            if is_asked_anew:
                log.warning("the enrolment in %s lies on a disk or share that does not answer", self._folder)
            return False
        self._asked = None
        if found is None:
            return False
        self._stamp = found.stamp
        if found.given is not None:
            self._ca = found.given.ca
        match found.fault:
            case BadInput() as bad:
                self._say(bad.complaints)
                return False
            case Exception() as fault:
                log.info("the enrolment is not whole yet: %s", fault)
                self._contents = self._contents or None
                return False
        return found.given is not None and self._is_taken(found.given, found.contents)

    def _is_taken(self, given: Enrolled, contents: tuple[bytes, ...]) -> bool:
        """Goes by an enrolment that is whole; says whether it is another one."""
        self._say(given.noticed)
        office, trust = filled(self.config.written, given)
        before = (self.config.office, self.config.trust, self._contents or contents)
        is_new = self._contents is None or (office, trust, contents) != before
        self._contents = contents
        self.config = msgspec.structs.replace(
            self.config, office=office, trust=trust, enrolment_troubles=given.noticed, enrolment_failed=False
        )
        if is_new:
            log.warning("the enrolment in %s is a new one, going on with it", self._folder)
        return is_new

    def _say(self, troubles: tuple[Complaint, ...]) -> None:
        for each in troubles:
            if each not in self.troubles:
                log.error("%s: %s; %s", each.where, each.problem.en, each.cure.en)
        self.troubles = troubles


def _found(folder: Path, screen: str, ca: Path | None, former: tuple[object, ...], state: Path) -> _Found | None:
    """Looks, and keeps what is whole; None: nothing changed. On a thread of its own, as the disk may hang."""
    paths = [folder, *(folder / name for name in (OFFICE_FILE, PASSWORD_FILE, ROOT_FILE))]
    if ca is not None:  # writing over it leaves the folder's own stamp as it is
        paths.append(ca)
    stamp = tuple(map(_stamp, paths))
    if stamp == former:
        return None
    given = None
    try:
        given = read_enrolment(folder, screen)
        contents = _contents(given)
    except (BadInput, OSError, ValueError, NotOursError, RecursionError) as fault:
        return _Found(stamp, given, fault=fault)
    keep_enrolment(state, given)
    return _Found(stamp, given, contents)


def _contents(given: Enrolled) -> tuple[bytes, ...]:
    """Returns the files of an enrolment. Raises OSError, and ValueError while somebody is still copying them there."""
    found = []
    for path in (given.credentials, given.root, given.ca):
        if path is not None:
            found.append(load_bytes(path)[:MOST_FILE_BYTES])
    msgspec.json.decode(found[1])
    if not found[0].strip():
        raise ValueError("the password is empty")
    if given.ca is not None and CERTIFICATE_ENDS not in found[2]:
        raise ValueError(f"{given.ca.name} holds no whole certificate")
    return tuple(found)


def _stamp(path: Path) -> object:
    try:
        status = path.stat()
    except OSError as error:
        return error.errno
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
