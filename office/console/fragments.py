"""Pages that a browser asks for again and again: only the part that lives goes out, and only when it changed.

Rule: pure; the page that was rendered comes in as text.
"""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

BEGINNING, END = '<div id="live"', "</main>"
HEADER = "X-Fragment"


def live_page(request: HttpRequest, template: str, values: dict[str, object]) -> HttpResponse:
    """Returns a page; for who asks for its living part, that part, or 304 when it is the one that he has."""
    response = render(request, template, values)
    response.headers["Vary"] = f"Cookie, {HEADER}"
    if request.headers.get(HEADER) != "live":
        return response
    text = response.content.decode()
    part = text[text.index(BEGINNING) : text.index(END)].rstrip()
    etag = f'"{hashlib.sha256(part.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Vary": response.headers["Vary"]}
    if same(request, etag):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(part, headers=headers)


def same(request: HttpRequest, etag: str) -> bool:
    """Says whether somebody has what this tag stands for; compressed on its way it is weak, and as good."""
    told = request.headers.get("If-None-Match", "")
    return etag in (each.strip().removeprefix("W/") for each in told.split(","))
