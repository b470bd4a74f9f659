"""`enrolment.json` in the state folder: what the enrolment said last, without the password.

A screen whose enrolment is away, closed or half copied goes on with it: it fetches what is published, and can show what
it has.
"""

import logging
from pathlib import Path

import msgspec

from player.durable import NotOursError, load_bytes, write_whole
from player.enrolment import MOST_FILE_BYTES, PASSWORD_FILE, PREFIX, ROOT_FILE, Enrolled
from player.state_files import load_state
from signage.errors import Complaint

NAME, CA_NAME = "enrolment.json", "enrolment-ca.pem"

log = logging.getLogger(__name__)


class LastEnrolment(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of the file."""

    v: int = 1
    broker: str = ""
    http: str = ""
    user: str = ""
    prefix: str = PREFIX
    has_ca: bool = False


def keep_enrolment(state: Path, enrolled: Enrolled) -> None:
    """Keeps what an enrolment says, when it is something else than before; a disk that refuses costs a warning."""
    told = LastEnrolment(
        broker=enrolled.broker,
        http=enrolled.http,
        user=enrolled.user,
        prefix=enrolled.prefix,
        has_ca=enrolled.ca is not None,
    )
    try:
        files = {state / NAME: msgspec.json.encode(told)}
        if enrolled.ca is not None:
            with enrolled.ca.open("rb") as file:
                files = {state / CA_NAME: file.read(MOST_FILE_BYTES), **files}
        for path, text in files.items():
            if not path.exists() or load_bytes(path) != text:
                write_whole(path, text)
    except (OSError, NotOursError) as fault:
        log.warning("%s is not kept: %s", NAME, fault)


def last_enrolment(state: Path, folder: Path, troubles: tuple[Complaint, ...]) -> Enrolled:
    """Returns what the enrolment in `folder` said when it could be read, noting its `troubles`."""
    try:
        told = load_state(state / NAME, LastEnrolment)
    except (OSError, NotOursError):  # a command that only looks moves nothing aside
        told = LastEnrolment()
    return Enrolled(
        broker=told.broker,
        http=told.http,
        user=told.user,
        prefix=told.prefix,
        credentials=folder / PASSWORD_FILE,
        ca=state / CA_NAME if told.has_ca else None,
        root=folder / ROOT_FILE,
        noticed=troubles,
    )
