"""Commands to screens: numbered, signed with the online key, said once; the collector writes down what came of them."""

import datetime as dt
import re
import secrets
from collections.abc import Iterable, Mapping

import msgspec
from django.db import transaction

from office import audit
from office.models import Command, Screen
from office.place import Place
from office.trusting.keys import open_online_key
from office.voice import WAIT_S, say
from signage.errors import BadInput, Complaint, Words
from signage.link import Outgoing
from signage.messages import Command as Message
from signage.messages import Op, Value, encode
from signage.ops import ARGUMENTS, read_order
from signage.topics import Topics
from signage.trust import COMMAND_S, sign_command

ORDINARY_S = 120.0


def read_arguments(op: Op, words: Iterable[str]) -> dict[str, Value]:
    """Reads `name=value` words; `on`, `off` and a bare number stand for themselves. Raises BadInput."""
    found: dict[str, Value] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:  # blackout on, volume 60
            name, value = (ARGUMENTS[op] or ("",))[0], word
        found[name.strip()] = _value(value.strip())
    order = read_order(op, found)
    if isinstance(order, Words):
        names = " ".join(f"{name}=…" for name in ARGUMENTS[op])
        cure = Words(f"参数：{names}" if names else "不写参数", f"its arguments: {names}" if names else "give none")
        raise BadInput((Complaint(f"command {op}", order, cure),))
    return found


def order(
    place: Place,
    screens: Iterable[Screen],
    op: Op,
    args: Mapping[str, Value],
    *,
    by: str,
    at: dt.datetime,
    valid_s: float = ORDINARY_S,
    wait_s: float = WAIT_S,
    noted: bool = True,
) -> tuple[Command, ...]:
    """Signs a command for each screen and says it; gives the rows. Raises UnusableKeyError, BadInput, UnheardError.

    `noted` False: the audit log leaves it out, as a console does that asks for pictures all day. After UnheardError the
    rows stand with `sent_at` None; their numbers are used up.
    """
    checked = read_order(op, args)
    if isinstance(checked, Words):
        raise BadInput((Complaint(f"command {op}", checked, Words("改正参数", "mend the arguments")),))
    if not 0 < valid_s <= COMMAND_S:
        problem = Words(f"有效期必须在 1 到 {COMMAND_S} 秒之间", f"it can be valid for 1 to {COMMAND_S} seconds")
        raise BadInput((Complaint(f"command {op}", problem, Words("改正 --valid", "mend --valid")),))
    key = open_online_key(place)
    topics = Topics(place.settings().prefix)
    rows, messages = [], []
    with transaction.atomic():
        for screen in Screen.objects.select_for_update().filter(pk__in=[s.pk for s in screens], revoked_at=None):
            row = _numbered(screen, op, args, by=by, at=at, valid_s=valid_s)
            rows.append(row)
            message = sign_command(_message(row, nonce_of(screen.state)), key)
            messages.append(Outgoing(topics.screen(screen.id, "command"), encode(message)))
        ids = [row.screen_id for row in rows]
        if noted:
            audit.note(by, "command", {"op": op, "args": dict(args), "screens": ids}, at)
    say(place, messages, wait_s)
    for row in rows:
        row.sent_at = dt.datetime.now(dt.UTC)
        row.save(update_fields=("sent_at",))
    return tuple(rows)


def _numbered(
    screen: Screen, op: Op, args: Mapping[str, Value], *, by: str, at: dt.datetime, valid_s: float
) -> Command:
    # An office restored from a copy would give numbers a second time, and be refused; milliseconds only go up.
    screen.last_command_number = max(screen.last_command_number + 1, int(at.timestamp() * 1000))
    screen.save(update_fields=("last_command_number",))
    return Command.objects.create(
        id=secrets.token_hex(16), screen=screen, number=screen.last_command_number, op=op, args=dict(args), by=by[:100],
        issued_at=at, not_after=at + dt.timedelta(seconds=valid_s),
    )  # fmt: skip


def nonce_of(state: object) -> str | msgspec.UnsetType:
    """Returns the nonce of a screen's state; without one the screen can only go by its clock."""
    said = state.get("nonce") if isinstance(state, dict) else None
    return said if isinstance(said, str) and re.fullmatch("[0-9a-f]{16}", said) else msgspec.UNSET


def _message(row: Command, answers: str | msgspec.UnsetType) -> Message:
    message = msgspec.convert(
        {
            "id": row.id,
            "screen": row.screen_id,
            "number": row.number,
            "op": row.op,
            "args": row.args,
            "issued": row.issued_at.isoformat(),
            "not_after": row.not_after.isoformat(),
            "by": row.by,
        },
        Message,
    )
    return msgspec.structs.replace(message, answers=answers)


def _value(text: str) -> Value:
    match text:
        case "on" | "true":
            return True
        case "off" | "false":
            return False
        case "none":
            return None
        case _ if text.lstrip("-").isdecimal() and len(text) < 16:
            return int(text)
        case _:
            return text
