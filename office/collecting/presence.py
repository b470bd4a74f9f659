"""Keeps what screens say of themselves: whether they are there, who they are, what they show, what they replied.

Several collectors hear the same words, one sooner than the other. Each follows its own stream of them: a connection
counter that goes back within one stream is a second machine; one that is lower than the database's is only late.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from django.db import transaction

from office.collecting import notices
from office.collecting.alarms import raise_alarms
from office.collecting.notices import Mended, Notice
from office.models import Alarm, Command, Screen
from office.place import write_whole
from office.stored import Unreadable
from signage.messages import Birth, Message, MessageError, Reply, ScreenState, ScreenStatus, decode, encode
from signage.presented import as_counted, as_presented
from signage.topics import MOST_BYTES, ScreenLeaf

_Kind = TypeVar("_Kind", bound=Message)
_JPEG_BEGINS, _JPEG_ENDS = b"\xff\xd8\xff", b"\xff\xd9"
_NUL = rb"\u0000"
MOST_QUARANTINE_ALARMS = 200
"""Of one screen."""


class Heard(msgspec.Struct, frozen=True):
    """A message of a screen; `retained`: it was said before we listened."""

    screen: str
    leaf: ScreenLeaf
    payload: bytes
    retained: bool = False


class Presence:
    """What is known of the screens, in the database. Only one thread may use it."""

    def __init__(self, shots: Path) -> None:
        """`shots` is the folder of the newest pictures."""
        self._shots = shots
        self._since: dt.datetime | None = None
        self._heard: dict[str, int] = {}
        """The last connection of each screen in this stream."""
        self._changed: dict[str, set[str]] = {}

    def listen(self, at: dt.datetime) -> None:
        """Begins a new stream: the broker tells what it retained, and then what happens."""
        self._since, self._heard = at, {}

    def hear(self, messages: Sequence[Heard], at: dt.datetime) -> None:
        """Takes messages in order; what is wrong with one becomes an alarm. Raises django.db.Error and OSError."""
        wrong: list[Notice | Mended] = []
        self._changed = {}
        with transaction.atomic():
            screens = {
                screen.pk: screen
                for screen in Screen.objects.select_for_update(no_key=True)
                .filter(id__in={each.screen for each in messages}, revoked_at=None)
                .order_by("id")
            }
            for each in messages:
                screen = screens.get(each.screen)
                if screen is None:
                    wrong += [] if each.retained else [notices.stranger(each.screen)]
                    continue
                try:
                    wrong += self._take(screen, each, at)
                except MessageError as refusal:
                    wrong.append(notices.malformed(each.screen, each.leaf, refusal))
                except (TypeError, ValueError, AttributeError):  # what is stored of it cannot be read
                    wrong.append(notices.unreadable(Unreadable(each.screen, "screen", each.screen)))
            for name, fields in self._changed.items():
                screens[name].save(update_fields=sorted(fields))
            raise_alarms(wrong, at)

    def _take(self, screen: Screen, heard: Heard, at: dt.datetime) -> list[Notice | Mended]:
        match heard.leaf:
            case "status":
                return self._status(screen, _read(heard, ScreenStatus), at, retained=heard.retained)
            case "birth":
                return self._birth(screen, _read(heard, Birth), at, retained=heard.retained)
            case "state":
                return self._state(screen, _read(heard, ScreenState), at, retained=heard.retained)
            case "reply":
                _keep_reply(screen, _read(heard, Reply), at)
            case "shot":
                self._keep_shot(screen, heard.payload, at)
        return []

    def _status(
        self, screen: Screen, status: ScreenStatus, at: dt.datetime, *, retained: bool
    ) -> list[Notice | Mended]:
        wrong: list[Notice | Mended] = []
        if status.state == "online":
            is_news, wrong = self._speaks(screen, status.conn, retained=retained)
        else:  # a will, or a farewell: of an older connection it is out of date
            is_news = status.conn >= screen.conn
        if is_news and (not retained or (screen.status, screen.conn) != (status.state, status.conn)):
            self._set(screen, status=status.state, conn=status.conn, status_at=at)
        return wrong

    def _birth(self, screen: Screen, birth: Birth, at: dt.datetime, *, retained: bool) -> list[Notice | Mended]:
        if birth.screen != screen.pk:
            raise MessageError(f"it is the birth of {birth.screen}")
        is_news, wrong = self._speaks(screen, birth.conn, retained=retained)
        if not is_news:
            return wrong
        before: dict[str, object] = screen.birth or {}
        if before.get("conn") == birth.conn and before.get("boot") not in (None, birth.boot):
            wrong = [notices.cloned(screen.pk, birth.conn, birth.conn)]
        told = _as_json(birth)
        if told != before:
            self._set(screen, conn=birth.conn, birth=told, birth_at=at)
        return wrong

    def _state(self, screen: Screen, state: ScreenState, at: dt.datetime, *, retained: bool) -> list[Notice | Mended]:
        is_news, wrong = self._speaks(screen, state.conn, retained=retained)
        told, before = _as_json(state), screen.state
        if is_news:
            wrong += _quarantined(screen, state)
            wrong += _released(screen, state)
        if is_news and (not retained or told != before):
            self._set(screen, conn=state.conn, state=told, state_at=at)
        return [*wrong, *_unseen(screen.pk, state, before)] if is_news else wrong

    def _speaks(self, screen: Screen, conn: int, *, retained: bool) -> tuple[bool, list[Notice | Mended]]:
        """Says whether somebody who speaks on a connection is the newest one, and whether there are two of them."""
        known = self._heard.get(screen.pk)
        if known is None and not self._was_heard_meanwhile(screen):
            known = screen.conn
        if conn >= screen.conn:
            self._heard[screen.pk] = conn
            return True, []
        if retained or known is None or conn >= known:
            return False, []
        self._heard[screen.pk] = conn
        self._set(screen, conn=conn)
        return True, [notices.cloned(screen.pk, conn, known)]

    def _was_heard_meanwhile(self, screen: Screen) -> bool:
        """Whether another collector may know more than this stream told us so far."""
        times = [each for each in (screen.status_at, screen.birth_at, screen.state_at) if each is not None]
        return self._since is None or (bool(times) and max(times) >= self._since)

    def _keep_shot(self, screen: Screen, picture: bytes, at: dt.datetime) -> None:
        if len(picture) > MOST_BYTES["shot"]:
            raise MessageError(f"a picture of {len(picture)} bytes")
        if not (picture.startswith(_JPEG_BEGINS) and picture.endswith(_JPEG_ENDS)):
            raise MessageError("it is no JPEG")
        write_whole(self._shots / f"{screen.pk}.jpg", picture, 0o600)
        self._set(screen, shot_at=at)

    def _set(self, screen: Screen, **values: object) -> None:
        for name, value in values.items():
            setattr(screen, name, value)
        self._changed.setdefault(screen.pk, set()).update(values)


def _unseen(screen: str, state: ScreenState, before: object) -> list[Notice | Mended]:
    """Returns what is wrong with a display that nobody can see, or that it has mended when somebody can again.

    It is raised when that is news, so that one which a person closed stays closed until something changes. A display
    that was ordered to be black proves nothing, and neither does one that cannot be looked at.
    """
    presented = as_presented(state.display)
    known = before if isinstance(before, dict) else {}
    told = (known.get("display"), known.get("blackout"), known.get("conn"))
    match as_counted(presented):
        case "unseen" if not state.blackout and told != (state.display, state.blackout, state.conn):
            return [notices.unseen(screen, presented)]
        case "seen" if not state.blackout:
            return [Mended(screen, "display", "")]
    return []


def _quarantined(screen: Screen, state: ScreenState) -> list[Notice]:
    """The published files that a screen has put aside since its last word; who names ever new ones is not heard."""
    known = (screen.state or {}).get("quarantined", ()) if state.quarantined else ()
    new = [each for each in state.quarantined if msgspec.to_builtins(each) not in known]
    if not new or Alarm.objects.filter(screen_id=screen.pk, kind="quarantine").count() >= MOST_QUARANTINE_ALARMS:
        return []
    return [notices.quarantined(screen.pk, each) for each in new]


def _released(screen: Screen, state: ScreenState) -> list[Mended]:
    """The published files that a screen had put aside and shows again, or has no use for any more."""
    held = {f"{each.publication}:{each.sha256}" for each in state.quarantined}
    before = (screen.state or {}).get("quarantined") or ()
    keys = {f"{each.get('publication')}:{each.get('sha256')}" for each in before if isinstance(each, dict)}
    return [Mended(screen.pk, "quarantine", key, is_whole=True) for key in sorted(keys - held)]


def _read(heard: Heard, kind: type[_Kind]) -> _Kind:
    if _NUL in heard.payload:  # PostgreSQL keeps none
        raise MessageError("it holds a NUL")
    return decode(heard.payload, kind, MOST_BYTES[heard.leaf])


def _as_json(message: Message) -> Any:
    """Gives a message as the database gives it back, with lists for tuples."""
    return msgspec.json.decode(encode(message))


def _keep_reply(screen: Screen, reply: Reply, at: dt.datetime) -> None:
    why = None if reply.why is None else msgspec.to_builtins(reply.why)
    Command.objects.filter(id=reply.id, screen=screen, ok=None).update(
        ok=reply.ok, why=why, data=msgspec.to_builtins(reply.data), replied_at=at
    )
