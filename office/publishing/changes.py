"""What a draft would change on each screen that it is aimed at."""

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator

import msgspec

from office.models import Playlist as StoredPlaylist
from office.models import Publication, PublishedMedia, Screen
from office.publishing import assigning
from office.publishing.assigning import signed_assignments
from office.publishing.check import plays_nowhere, shortfalls
from office.publishing.folder import Draft
from signage.errors import BadInput, Words
from signage.media import Media, MediaFacts, natural_key
from signage.playlist import Playlist
from signage.reading import read_playlist


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


class PushChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What a push would change."""

    screens: tuple[Change, ...]
    plays_nowhere: bool
    """Whether nothing of it ever plays on any of them."""
    words: dict[str, dict[str, str]] = {}
    """What goes along for cards to say, by screen and name."""


def changes(draft: Draft, screens: Iterable[Screen], at: dt.datetime) -> PushChanges:
    """Returns what would change, by screen, and what of it will not be seen at `at`."""
    aimed = {screen.id: screen for screen in screens}
    facts = assigning.facts(aimed.values(), _others(draft, aimed))
    notes = shortfalls(draft, facts, at)
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
    words = assigning.words_for(aimed.values(), draft.playlists)
    return PushChanges(screens=tuple(found), plays_nowhere=plays_nowhere(draft, facts, at), words=words)


def _others(draft: Draft, screens: Iterable[str]) -> dict[str, tuple[Playlist, ...]]:
    """The playlists of other lines that screens show, as they play there."""
    wanted = signed_assignments()
    lines = dict(Publication.objects.filter(state=assigning.PUBLISHED).values_list("number", "line"))
    read: dict[int, tuple[Playlist, ...]] = {}
    found = {}
    for name in screens:
        shows = wanted[name].shows if name in wanted else ()
        numbers = [each.publication for each in shows if lines.get(each.publication) != draft.line]
        for number in numbers:
            if number not in read:
                read[number] = tuple(_read(number))
        found[name] = tuple(_apart(each for number in reversed(numbers) for each in read[number]))
    return found


def _read(number: int) -> Iterator[Playlist]:
    files = PublishedMedia.objects.filter(publication=number).select_related("media")
    media = tuple(
        Media(
            name=f.name, path="", sha256=f.media_id, size_bytes=f.media.size_bytes, facts=MediaFacts(kind=f.media.kind)
        )
        for f in sorted(files, key=lambda f: natural_key(f.name))
    )
    for row in StoredPlaylist.objects.filter(publication=number):
        with contextlib.suppress(BadInput):  # of a version that read it otherwise
            playlist = read_playlist(row.text.encode(), f"{row.name}.toml")
            yield msgspec.structs.replace(playlist, publication=number, media=media)


def _apart(playlists: Iterable[Playlist]) -> Iterator[Playlist]:
    """Two of one name both play, under two names."""
    taken: set[str] = set()
    for each in playlists:
        name = f"{each.name}@{each.publication}" if each.name in taken else each.name
        taken.add(name)
        yield msgspec.structs.replace(each, name=name)


def _namesake(stem: str) -> Words:
    return Words(
        zh=f"另一次发布也有播放表 {stem}，两个都播放",
        en=f"another publication has a playlist {stem} too; both play",
    )
