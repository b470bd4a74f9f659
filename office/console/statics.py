"""Gives the few files that the pages are made with."""

import hashlib
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

FOLDER = Path(__file__).parent / "static"
KINDS = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}


@require_safe
def static(request: HttpRequest, name: str) -> HttpResponse:
    """Gives one of our files; the browser asks each time whether it is the same still."""
    if name not in KINDS:
        return HttpResponse(status=404)
    body = (FOLDER / name).read_bytes()
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type=KINDS[name], headers=headers)
