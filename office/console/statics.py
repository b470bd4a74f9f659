"""Gives the few files that the pages are made with."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from office.console.fragments import same

FOLDER = Path(__file__).parent / "static"
KINDS = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "login.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}


@require_safe
def static(request: HttpRequest, name: str) -> HttpResponse:
    """Gives one of our files; the browser asks each time whether it is the same still."""
    if name not in KINDS:
        return HttpResponse(status=404)
    body, small, etag = _read(name)
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if same(request, etag):
        return HttpResponse(status=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(small, content_type=KINDS[name], headers={**headers, "Content-Encoding": "gzip"})
    return HttpResponse(body, content_type=KINDS[name], headers=headers)


@cache
def _read(name: str) -> tuple[bytes, bytes, str]:
    """Returns a file, compressed too, and its tag; once, for they change with the program only."""
    body = (FOLDER / name).read_bytes()
    return body, gzip.compress(body, 9, mtime=0), f'"{hashlib.sha256(body).hexdigest()}"'
