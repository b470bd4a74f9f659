"""Notices that the enrolment's folder was written anew while the player runs.

Rule: a new enrolment is taken whole or not at all; until it is whole, what held goes on holding.
"""

import logging
from pathlib import Path

import msgspec

from player.config import Config
from player.durable import NotOursError, load_bytes
from player.enrolment import MOST_FILE_BYTES, OFFICE_FILE, PASSWORD_FILE, ROOT_FILE, Enrolled, filled, read_enrolment
from player.last_enrolment import keep_enrolment
from signage.errors import BadInput, Complaint

CERTIFICATE_ENDS = b"-----END CERTIFICATE-----"

log = logging.getLogger(__name__)


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

    def look(self) -> bool:
        """Whether there is another enrolment than was taken last; then `config` has it. Raises nothing."""
        paths = [self._folder, *(self._folder / name for name in (OFFICE_FILE, PASSWORD_FILE, ROOT_FILE))]
        if self._ca is not None:  # writing over it leaves the folder's own stamp as it is
            paths.append(self._ca)
        stamp = tuple(map(_stamp, paths))
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            given = read_enrolment(self._folder, self.config.screen.id)
            self._ca = given.ca
            contents = _contents(given)
        except BadInput as bad:
            self._say(bad.complaints)
            return False
        except (OSError, ValueError, NotOursError, RecursionError) as error:
            log.info("the enrolment is not whole yet: %s", error)
            self._contents = self._contents or None
            return False
        self._say(given.noticed)
        keep_enrolment(self.config.folders.state, given)
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
