"""Pages that a browser asks for again and again: only the part that lives goes out, and only when it changed.

Rule: what a page is drawn from is read when somebody's drawing begins, and never before.
"""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from office.console.shared_drawing import SharedDrawings

BEGINNING, END = '<div id="live"', "</main>"
HEADER = "X-Fragment"
VARY = f"Cookie, {HEADER}"
_parts: SharedDrawings[tuple[str, str]] = SharedDrawings()


def live_page(request: HttpRequest, template: str, values: Callable[[], dict[str, object]]) -> HttpResponse:
    """Returns a page; for who asks for its living part, that part, or 304 when it is the one that he has.

    The living part says the same to everybody: all who ask for it at the same time get one drawing. `values` reads what
    the page is drawn from.
    """
    if wants_part(request):
        return part_response(request, *_parts.get(request.get_full_path(), lambda: _part(request, template, values())))
    response = render(request, template, values())
    response.headers["Vary"] = VARY
    return response


def _part(request: HttpRequest, template: str, values: dict[str, object]) -> tuple[str, str]:
    """Returns the tag and the text of the living part."""
    text = render(request, template, values).content.decode()
    part = text[text.index(BEGINNING) : text.index(END)].rstrip()
    return f'"{hashlib.sha256(part.encode()).hexdigest()[:32]}"', part


def wants_part(request: HttpRequest) -> bool:
    """Says whether somebody asks for the living part of a page alone."""
    return request.headers.get(HEADER) == "live"


def part_response(request: HttpRequest, etag: str, part: str) -> HttpResponse:
    """Returns the living part of a page, or 304 when it is the one that he has."""
    headers = {"ETag": etag, "Vary": VARY}
    if same(request, etag):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(part, headers=headers)


def same(request: HttpRequest, etag: str) -> bool:
    """Says whether somebody has what this tag stands for."""
    return etag in named(request)


def named(request: HttpRequest) -> list[str]:
    """Returns the tags of what somebody has; compressed on its way one is weak, and as good."""
    return [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
