"""What a publication needs before it may be shown, and whether it is there.

Rule: reads the depot and changes nothing; the same plan and the same depot always give the same answer, so that a
player killed at any step goes on where it was.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from player.content.arrange import CALENDAR
from player.content.library import PlaylistFile
from player.publication.depot import Depot
from player.publication.published import Published
from signage.errors import BadInput, Words
from signage.filenames import bad_name
from signage.globs import Shelf
from signage.media import Media, MediaFacts, natural_key
from signage.messages import Count
from signage.playlist import Playlist, Rank
from signage.printable import printable
from signage.reading import read_calendar, read_playlist
from signage.site_variables import VARIABLES, read_variables
from signage.trust import Assigned, Assignment, MediaTarget, PlaylistTarget, TrustError, Wanted

_UNSEEN = MediaFacts(kind="image")
"""Stands for what the decoder will find, where only names matter."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One publication as this screen is to show it."""

    number: Count
    screen: str = ""
    """Whom its variables are for."""
    texts: tuple[tuple[str, Wanted], ...]
    """Its playlists for this screen, and its calendar and variables if it has some, by stem."""
    media: tuple[tuple[str, Wanted], ...]
    """All its media, by the names that playlists write; which of them are needed, the playlists say."""


class Lacks(msgspec.Struct, frozen=True, kw_only=True):
    """Files are missing, or not yet judged."""

    needed: tuple[Wanted, ...]
    """All that the publication needs, as far as is known."""
    missing: tuple[Wanted, ...] = ()
    unjudged: tuple[Wanted, ...] = ()
    rank: Rank = "normal"
    """The highest among its playlists, as far as they are here."""


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """All is here."""

    needed: tuple[Wanted, ...]
    published: Published


class Refusal(msgspec.Struct, frozen=True):
    """It cannot be shown."""

    why: Words


Stage = Lacks | Ready | Refusal


def planned(assignment: Assignment, targets: Sequence[Wanted]) -> tuple[Planned, ...]:
    """Gives the publications of an assignment, newest first.

    Raises TrustError when it names what nobody signed: who has the online key only may not invent anything.
    """
    texts: dict[int, dict[str, Wanted]] = {}
    media: dict[int, dict[str, Wanted]] = {}
    for each in targets:
        match each.target:
            case PlaylistTarget(publication, name):
                texts.setdefault(publication, {})[name] = each
            case MediaTarget(publication, name):
                media.setdefault(publication, {})[name] = each
    numbers = [each.publication for each in assignment.shows]
    if len(set(numbers)) < len(numbers):
        raise TrustError(Words(zh="分配文件里同一个发布写了两次", en="the assignment names a publication twice"))
    found = [
        _planned(assignment.screen, each, texts.get(each.publication, {}), media.get(each.publication, {}))
        for each in assignment.shows
    ]
    return tuple(sorted(found, key=lambda each: -each.number))


def _planned(screen: str, assigned: Assigned, texts: Mapping[str, Wanted], media: Mapping[str, Wanted]) -> Planned:
    stems = sorted({*assigned.playlists, *(stem for stem in (CALENDAR, VARIABLES) if stem in texts)})
    unsigned = [stem for stem in stems if stem not in texts]
    if unsigned:
        raise TrustError(
            Words(
                zh=f"分配文件要放第 {assigned.publication} 号发布的 {unsigned[0]!a}，但没有人签过它",
                en=f"the assignment names {unsigned[0]!a} of publication {assigned.publication}, which nobody signed",
            )
        )
    return Planned(
        number=assigned.publication,
        screen=screen if VARIABLES in stems else "",
        texts=tuple((stem, texts[stem]) for stem in stems),
        media=tuple(sorted(media.items(), key=lambda pair: natural_key(pair[0]))),
    )


def stage(
    plan: Planned,
    depot: Depot,
    quarantined: Collection[str],
    *,
    always: Collection[str] | None = None,
    by_any_edition: bool = False,
) -> Stage:
    """Says what of a publication is still to be done; `quarantined` are files that broke the decoder, by SHA-256.

    Those of them that are not in `always` may be shown where an emergency needs them. `by_any_edition` takes what
    another version of the decoder found, for a start that must not wait.
    """
    bodies = {stem: depot.text(each.sha256) for stem, each in plan.texts}
    needed = tuple(each for _, each in plan.texts)
    absent = tuple(each for stem, each in plan.texts if bodies[stem] is None)
    if absent:
        return Lacks(needed=needed, missing=absent)
    files = tuple(
        PlaylistFile(name=s, path="", text=body, mtime_ns=0) for s, body in bodies.items() if body is not None
    )
    try:
        playlists = [read_playlist(f.text, f"{f.name}.toml") for f in files if f.name not in (CALENDAR, VARIABLES)]
        variables: dict[str, str] = {}
        for file in files:
            if file.name == CALENDAR:
                read_calendar(file.text, f"{CALENDAR}.toml")
            if file.name == VARIABLES:
                variables = read_variables(file.text, f"{VARIABLES}.toml", plan.screen)
    except BadInput as bad:
        return Refusal(Words(zh=bad.complaints[0].problem.zh, en=bad.complaints[0].problem.en))
    used = _used(playlists, plan)
    for name in (*(f"{stem}.toml" for stem, _ in plan.texts), *(name for name, _ in used)):
        why = bad_name(name)
        if why is not None:
            return Refusal(Words(zh=f"{printable(name)}：{why.zh}", en=f"{printable(name)}: {why.en}"))
    needed = (*needed, *dict.fromkeys(each for _, each in used))
    missing = tuple(each for each in needed if not depot.has(each.sha256, each.size_bytes))
    away = {each.sha256 for each in missing}
    facts = {
        each.sha256: depot.facts(each.sha256, by_any_edition=by_any_edition)
        for _, each in used
        if each.sha256 not in away
    }
    unjudged = tuple(dict.fromkeys(each for _, each in used if facts.get(each.sha256, _UNSEEN) is None))
    if missing or unjudged:
        rank: Rank = "emergency" if any(p.rank == "emergency" for p in playlists) else "normal"
        return Lacks(needed=needed, missing=missing, unjudged=unjudged, rank=rank)
    left_out = set(quarantined)
    if always is not None:
        urgent = {each.sha256 for _, each in _used([p for p in playlists if p.rank == "emergency"], plan)}
        left_out -= urgent - set(always)
    media = tuple(
        Media(name=name, path=str(depot.path(each.sha256)), sha256=each.sha256, size_bytes=each.size_bytes, facts=found)
        for name, each in used
        if (found := facts[each.sha256]) is not None and each.sha256 not in left_out
    )
    return Ready(needed=needed, published=_published(plan, files, variables, media))


def _published(
    plan: Planned, files: Sequence[PlaylistFile], variables: Mapping[str, str], media: tuple[Media, ...]
) -> Published:
    calendar = next((f for f in files if f.name == CALENDAR), None)
    shown = tuple(f for f in files if f.name not in (CALENDAR, VARIABLES))
    said = tuple(sorted(variables.items()))
    return Published(number=plan.number, playlists=shown, calendar=calendar, variables=said, media=media)


def _used(playlists: Sequence[Playlist], plan: Planned) -> list[tuple[str, Wanted]]:
    """The media that some item means, so that a kiosk need not fetch the films of the big screens."""
    signed = dict(plan.media)
    shelf = Shelf([Media(name=n, path="", sha256="", size_bytes=0, facts=_UNSEEN) for n, _ in plan.media])
    patterns = {p for each in playlists for item in each.items for p in (item.media, item.picture) if p is not None}
    names = {medium.name for pattern in patterns for medium in shelf.find(pattern)}
    return [(name, signed[name]) for name, _ in plan.media if name in names]
