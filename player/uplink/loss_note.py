"""What could not be written when the player ended, noted so that the next start can write it down as lost.

```
<state>/ledger.lost    512 bytes, made while there was room and overwritten in place: a full disk has room for it
```
Rule: a note stands only as long as the ledger ends where it ended when the note was made.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from player.durable import sync_folder
from player.state_files import NotOursError, load_bytes, put_aside
from signage.ledger import utc_ms

NOTE_BYTES = 512
"""One sector: it is overwritten whole or not at all."""
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Time = Annotated[str, msgspec.Meta(max_length=40)]
log = logging.getLogger(__name__)


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """Records that were not written: how many, and from when to when."""

    v: int = 1
    records: _Count
    first: _Time
    last: _Time
    epoch: Annotated[str, msgspec.Meta(max_length=64)] = ""
    seq: _Count = 0
    """Where the ledger ended."""

    @property
    def span(self) -> tuple[str, str]:
        """From when to when, as records write times."""
        return self.first, self.last


def added(losses: Sequence[Loss]) -> Loss:
    """Returns all of them as one, which stands as long as the last does."""
    return msgspec.structs.replace(
        losses[-1],
        records=sum(each.records for each in losses),
        first=min((each.first for each in losses), key=utc_ms),
        last=max((each.last for each in losses), key=utc_ms),
    )


class LossNote:
    """The file; for the ledger's thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._noted: Loss | None = None
        self._is_failing = False

    def read(self) -> Loss | None:
        """Returns what was noted before this process began, and takes the room that a note needs."""
        self._noted = read_loss(self._path)
        try:
            if self._noted is not None or load_bytes(self._path) == b"".ljust(NOTE_BYTES):
                return self._noted
        except NotOursError:
            put_aside(self._path, self._path.with_name(f"{self._path.name}.broken"))
        except OSError:
            pass
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._write(b"")
            sync_folder(self._path.parent)
        except OSError as fault:
            log.warning("%s: no room is kept to note what may be lost: %s", self._path.name, fault)
        return None

    def note(self, loss: Loss | None) -> bool:
        """Notes what is not written so far, None: nothing; False when it could not be noted."""
        if loss == self._noted:
            return True
        try:
            self._write(b"" if loss is None else msgspec.json.encode(loss))
        except OSError as fault:
            if not self._is_failing:
                log.warning("%s not written: %s", self._path.name, fault)
            self._is_failing = True
            return False
        self._noted, self._is_failing = loss, False
        return True

    def _write(self, content: bytes) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        try:
            os.pwrite(file, content.ljust(NOTE_BYTES), 0)
            os.fsync(file)
        finally:
            os.close(file)


def read_loss(path: Path) -> Loss | None:
    """Returns what is noted there; None when nothing is, or nothing that can be understood."""
    try:
        text = load_bytes(path).strip()
        loss = msgspec.json.decode(text, type=Loss) if text else None
        for each in loss.span if loss is not None else ():
            utc_ms(each)
    except FileNotFoundError:
        return None
    except (OSError, NotOursError, ValueError, RecursionError) as fault:
        log.warning("%s: not understood, passed over: %s", path.name, fault)
        return None
    return loss
