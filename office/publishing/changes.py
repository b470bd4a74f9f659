"""What a draft would change on each screen that it is aimed at."""

from collections.abc import Iterable

import msgspec

from office.models import PublishedMedia, Screen
from office.publishing import assigning
from office.publishing.check import shortfalls
from office.publishing.folder import Draft
from signage.errors import Words


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One screen before and after."""

    screen: str
    title: str
    replaces: int | None
    """The publication of the same line that it shows now."""
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    """Stems of playlists."""
    fetch_files: int
    fetch_bytes: int
    """What it does not have yet, as far as the office published it."""
    notes: tuple[Words, ...]
    """What it would not show of the draft."""


def changes(draft: Draft, screens: Iterable[Screen]) -> tuple[Change, ...]:
    """Gives what would change, by screen."""
    aimed = {screen.id: screen for screen in screens}
    notes = shortfalls(draft, assigning.facts(aimed.values()))
    new = {playlist.name: playlist.sha256 for playlist in draft.playlists}
    found = []
    for name, screen in sorted(aimed.items()):
        shown = assigning.shown_by(screen)
        former = next((p for p in reversed(shown) if p.line == draft.line), None)
        old = {p.name: p.sha256 for p in former.playlists.all()} if former else {}
        there = set(
            PublishedMedia.objects.filter(publication__in=[p.pk for p in shown]).values_list("media_id", flat=True)
        )
        sizes = {m.sha256: m.size_bytes for m in draft.media if m.sha256 not in there}
        twice = {p.name for other in shown if other is not former for p in other.playlists.all()} & new.keys()
        found.append(
            Change(
                screen=name,
                title=screen.title,
                replaces=former.number if former else None,
                added=tuple(sorted(new.keys() - old.keys())),
                changed=tuple(sorted(stem for stem in new.keys() & old.keys() if new[stem] != old[stem])),
                removed=tuple(sorted(old.keys() - new.keys())),
                fetch_files=len(sizes),
                fetch_bytes=sum(sizes.values()),
                notes=(*notes.get(name, ()), *(_namesake(stem) for stem in sorted(twice))),
            )
        )
    return tuple(found)


def _namesake(stem: str) -> Words:
    return Words(
        zh=f"另一次发布也有播放表 {stem}，两个都播放",
        en=f"another publication has a playlist {stem} too; both play",
    )
