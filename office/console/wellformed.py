"""Turns away requests that no page, browser or screen of ours sends, before anything reads them.

Rule: pure; what it needs of a request is in the values of the WSGI environment.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

METHODS: Final = ("GET", "HEAD", "POST")
MOST_FIELDS: Final = 1000
"""In an address; Django reads no more of them (DATA_UPLOAD_MAX_NUMBER_FIELDS)."""
MALFORMED = "请求不合规范\nmalformed request\n"
TEXT = "text/plain; charset=utf-8"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CHARSET = re.compile(r';\s*charset\s*=\s*"?utf-?8"?\s*(?:;|$)', re.I)
_SESSION = re.compile(r"[a-z0-9]{32}")


def well_formed(environ: Mapping[str, Any]) -> bool:
    """Says whether a request can be read.

    Python knows "charsets" that are none (base64, zlib, undefined), and Django reads the address with them, too; a
    charset with a charset of its own (RFC 2231) ends it before it begins. Where a charset is named, Django reads the
    address while it makes the request, and nothing catches that its fields are too many. PostgreSQL takes no NUL in any
    text.
    """
    kind, query = environ.get("CONTENT_TYPE", ""), environ.get("QUERY_STRING", "")
    if _CONTROL.search(kind) or _CONTROL.search(query) or _CONTROL.search(environ.get("PATH_INFO", "")):
        return False
    if "%00" in query or "*" in kind or query.count("&") >= MOST_FIELDS:
        return False
    return "charset" not in kind.lower() or (kind.lower().count("charset") == 1 and bool(_CHARSET.search(kind)))


class WellFormed:
    """Django middleware: what is not well formed is 400, a method that nothing answers 405."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Returns the answer."""
        if request.method not in METHODS:
            return HttpResponse(status=405, headers={"Allow": ", ".join(METHODS)})
        if not well_formed(request.META) or not _reads(request):
            return HttpResponse(MALFORMED, status=400, content_type=TEXT)
        # A session's name of another form is none, and no database is asked for it.
        name = settings.SESSION_COOKIE_NAME
        if not _SESSION.fullmatch(request.COOKIES.get(name, "0" * 32)):
            del request.COOKIES[name]
        return self._answer(request)


def _reads(request: HttpRequest) -> bool:
    """Says whether host and form can be read; later Django reads them again for the page that says they cannot."""
    try:
        request.get_host()
        if request.method == "POST":
            _ = request.POST
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError):
        return False
    return True


def guarded(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Returns an application that answers 400 to what Django cannot even make a request of."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if well_formed(environ):
            return application(environ, start)
        body = MALFORMED.encode()
        start("400 Bad Request", [("Content-Type", TEXT), ("Content-Length", str(len(body)))])
        return [body]

    return answer
