"""Two signed notes that a browser carries: that a name came in with it before, and that a name was asked to come back.

Rule: the server keeps nothing for them, so strangers cannot fill its memory; what is no note of ours says nothing.
"""

import hashlib
import secrets
from typing import Final

from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from office.console.throttle import RETURN_S, RETURN_WITHIN_S

DEVICE, RETURN = "wuzha-device", "wuzha-return"
DEVICE_S: Final = 180 * 86400
MOST_NOTE = 500
"""Letters; ours have fewer."""
_SALT = {DEVICE: "office.console.device", RETURN: "office.console.return"}


def came_before(request: HttpRequest, name: str) -> str:
    """Returns what tells this browser from others, when this name came in with it before; else ""."""
    told = request.COOKIES.get(DEVICE, "")
    if not _read(DEVICE, told, DEVICE_S).startswith(f"{_digest(name)} "):
        return ""
    return hashlib.sha256(told.encode()).hexdigest()


def comes_back(request: HttpRequest, name: str, caller: str) -> bool:
    """Says whether this name was asked to come back, to this caller, and enough time went by."""
    told = request.COOKIES.get(RETURN, "")
    return _read(RETURN, told, RETURN_WITHIN_S) == _asked(name, caller) and not _read(RETURN, told, RETURN_S)


def note_device(request: HttpRequest, response: HttpResponseBase, name: str) -> None:
    """Has the browser remember that this name came in with it."""
    _set(request, response, DEVICE, f"{_digest(name)} {secrets.token_hex(8)}", DEVICE_S)


def note_return(request: HttpRequest, response: HttpResponseBase, name: str, caller: str) -> None:
    """Has the browser remember when this name was asked to come back, unless it does already."""
    told = request.COOKIES.get(RETURN, "")
    if _read(RETURN, told, RETURN_WITHIN_S) != _asked(name, caller):
        _set(request, response, RETURN, _asked(name, caller), int(RETURN_WITHIN_S))


def _digest(name: str) -> str:
    return hashlib.sha256(name.casefold().encode("utf-8", "replace")).hexdigest()[:32]


def _asked(name: str, caller: str) -> str:
    return f"{caller} {_digest(name)}"


def _read(kind: str, told: str, most_s: float) -> str:
    """Returns what we wrote in a note that is no older than that; else ""."""
    if not told or len(told) > MOST_NOTE:
        return ""
    try:
        found = signing.loads(told, salt=_SALT[kind], max_age=most_s)
    except (signing.BadSignature, ValueError):
        return ""
    return found if isinstance(found, str) else ""


def _set(request: HttpRequest, response: HttpResponseBase, kind: str, value: str, most_s: int) -> None:
    response.set_cookie(
        kind,
        signing.dumps(value, salt=_SALT[kind]),
        max_age=most_s,
        path="/login/",
        secure=request.is_secure(),
        httponly=True,
        samesite="Strict",
    )
