"""A page of many parts that live: who polls it gets those that changed since the version that he has.

Rule: a part is drawn when the facts it shows are others than the last time; who asks at the same time shares a drawing.
"""

from collections.abc import Callable, Sequence

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from office.console.deltas import DrawnParts, HeldVersions, PagePart, changes, page_part, version
from office.console.fragments import VARY, named, part_response, same, wants_part
from office.console.shared_drawing import SharedDrawings


class PageDrawing(msgspec.Struct, frozen=True):
    """A page as it stands now."""

    frame: str
    """What it has besides its parts: whoever has another frame, or parts in another order, gets the whole page."""
    parts: Sequence[PagePart]
    whole: Callable[[], str]
    """Draws all of it; its parts stand in it as they are, under their ids."""


class PartedPage:
    """One page, the same for everybody who looks at it; any thread."""

    def __init__(self, template: str, every_s: int, most_parts: int) -> None:
        """`template` has a place for `part`; browsers ask every `every_s`; so many parts are kept drawn."""
        self._template, self._every_s = template, every_s
        self._versions = HeldVersions()
        self._shared: SharedDrawings[PageDrawing] = SharedDrawings()
        self.drawn = DrawnParts(most_parts)

    def answer(self, request: HttpRequest, draw: Callable[[], PageDrawing], **values: object) -> HttpResponse:
        """Returns the page; for who asks for its living part, what changed of it, or 304 for nothing.

        `draw` reads what the page shows, and is called after somebody asked and never before.
        """
        found = self._shared.get(request.get_full_path(), draw)
        frame = page_part("", found.frame)
        newest = version(frame, found.parts)
        tag = newest.tag
        self._versions.hold(tag, newest)
        if not wants_part(request):
            response = render(request, self._template, {**values, "part": self._whole(tag, found)})
            response.headers["Vary"] = VARY
            return response
        if same(request, tag):
            return part_response(request, tag, "")
        old = self._versions.find(named(request))
        changed = None if old is None else changes(old, frame, found.parts)
        if changed is None or changed.head or changed.order is not None:
            return part_response(request, tag, self._whole(tag, found))
        return part_response(request, tag, self._live(tag, _templates(changed.parts), " data-changes"))

    def _whole(self, tag: str, found: PageDrawing) -> SafeString:
        return self._live(tag, mark_safe(found.whole()), "")

    def _live(self, tag: str, inner: SafeString, mark: str) -> SafeString:
        return format_html(
            '<div id="live" data-every="{}" data-version="{}"{}>\n{}\n</div>',
            self._every_s, tag.strip('"'), mark_safe(mark), inner,
        )  # fmt: skip


def _templates(parts: Sequence[PagePart]) -> SafeString:
    """Returns parts, each in a template of its own: only so does a browser read a row of a table as one."""
    return mark_safe("".join(f"<template>{each.html}</template>" for each in parts))
