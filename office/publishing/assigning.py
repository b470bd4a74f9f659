"""Which screen is to show which publications, as the database has it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from django.db.models import Q

from office.models import Assignment, Publication, Receipt, Screen
from office.publishing.aims import Aim, meets, read_aim
from office.publishing.check import ANY, ScreenFacts, item_words
from signage.cards import BUILT_IN, missing
from signage.messages import Trusted
from signage.playlist import Playlist
from signage.program import Site
from signage.reading import read_playlist
from signage.site_variables import is_value, is_variable
from signage.trust import Assigned
from signage.trust import Assignment as SignedAssignment

MOST_LEAP = 1_000_000
"""A screen that claims to trust versions farther ahead than this is not believed: one screen must not use them up."""

MOST_AHEAD = 10_000
"""The same for numbers of publications: there are 999,999,999, and one is used for each push."""

PUBLISHED = Publication.State.PUBLISHED


def aim_publication(publication: Publication, aims: Sequence[tuple[Aim, tuple[Screen, ...]]]) -> None:
    """Gives a publication its screens, and takes them from earlier ones of its line."""
    for aim, screens in aims:
        assignment = Assignment.objects.create(publication=publication, aim=str(aim))
        assignment.screens.set(screens)
        assignment.aimed_at.set(screens)
    taken = {screen.pk for _, screens in aims for screen in screens}
    earlier = Assignment.objects.filter(publication__line=publication.line, publication__number__lt=publication.number)
    for assignment in earlier.filter(screens__in=taken).distinct():
        assignment.screens.remove(*taken)
    for old in Publication.objects.filter(line=publication.line, number__lt=publication.number, state=PUBLISHED):
        if not old.assignments.exclude(screens=None).exists():
            old.state = Publication.State.SUPERSEDED
            old.save(update_fields=("state",))


def aim_at_screen(screen: Screen) -> tuple[int, ...]:
    """Gives a screen that is new, or stands elsewhere now, what is aimed at its like; their numbers.

    Of each line the newest, but never an older one than it was ever aimed at by: what was replaced stays away.
    """
    for assignment in screen.assignments.all():
        if not meets(read_aim(assignment.aim), screen):
            assignment.screens.remove(screen)
    newest: dict[str, int] = {}
    for line, number in Publication.objects.filter(assignments__aimed_at=screen).values_list("line", "number"):
        newest[line] = max(newest.get(line, 0), number)
    given: dict[str, int] = {}
    for publication in Publication.objects.filter(state=PUBLISHED).order_by("-number"):
        assignments = [a for a in publication.assignments.all() if meets(read_aim(a.aim), screen)]
        older = publication.number < newest.get(publication.line, 0)
        if not assignments or older or publication.line in given:
            continue
        given[publication.line] = publication.number
        for assignment in assignments:
            assignment.screens.add(screen)
            assignment.aimed_at.add(screen)
    return tuple(sorted(given.values()))


def end_publication(publication: Publication, at: dt.datetime) -> None:
    """Takes a publication off every screen. What it had replaced does not come back by itself."""
    for assignment in publication.assignments.all():
        assignment.screens.clear()
    publication.state = Publication.State.WITHDRAWN
    publication.withdrawn_at = at
    publication.save(update_fields=("state", "withdrawn_at"))


def shown_by(screen: Screen) -> tuple[Publication, ...]:
    """Gives the publications that a screen is to show, by number."""
    found = Publication.objects.filter(state=PUBLISHED, assignments__screens=screen)
    return tuple(found.distinct().order_by("number").prefetch_related("playlists"))


def signed_assignments() -> dict[str, SignedAssignment]:
    """Gives what every screen is to show, as it is signed; also of screens that are to show nothing."""
    stems: dict[int, tuple[str, ...]] = {
        publication.number: tuple(p.name for p in publication.playlists.all())
        for publication in Publication.objects.filter(state=PUBLISHED).prefetch_related("playlists")
    }
    shows: dict[str, list[int]] = {
        screen: [] for screen in Screen.objects.filter(revoked_at=None).values_list("id", flat=True)
    }
    pairs = Publication.objects.filter(Q(state=PUBLISHED) & ~Q(assignments__screens=None))
    for screen, number in pairs.values_list("assignments__screens", "number").distinct().order_by("number"):
        if screen in shows:
            shows[screen].append(number)
    return {
        screen: SignedAssignment(
            screen=screen, shows=tuple(Assigned(publication=n, playlists=stems[n]) for n in dict.fromkeys(numbers))
        )
        for screen, numbers in shows.items()
    }


def floor(now: Trusted) -> Trusted:
    """Gives the highest versions that screens said they trust, as far as they can be believed.

    They are above our own when the office was restored from a copy: then what is signed next has to be above theirs.
    """
    highest = msgspec.structs.asdict(now)
    for birth in Screen.objects.filter(revoked_at=None).exclude(birth=None).values_list("birth", flat=True):
        told = birth.get("trusted")
        for role, version in told.items() if isinstance(told, dict) else ():
            if role in highest and isinstance(version, int) and version <= getattr(now, role) + MOST_LEAP:
                highest[role] = max(highest[role], version)
    return Trusted(**highest)


def highest_publication() -> int:
    """Gives the highest number of a publication that we or a screen know of, for the same reason."""
    numbers = [Publication.objects.order_by("-number").values_list("number", flat=True).first() or 0]
    for state in Screen.objects.filter(revoked_at=None).exclude(state=None).values_list("state", flat=True):
        on_air, coming = state.get("publications"), state.get("coming")
        some = [*(on_air if isinstance(on_air, list) else ()), *_numbers(coming)]
        numbers += [n for n in some if isinstance(n, int) and n < numbers[0] + MOST_AHEAD]
    # A screen that had another office before still tells of that one's publications: their receipts are not for ours.
    told = Receipt.objects.filter(publication__lt=numbers[0] + MOST_AHEAD).order_by("-publication")
    return max([*numbers, *told.values_list("publication", flat=True)[:1]])


def _numbers(coming: object) -> list[object]:
    """The numbers of the publications that are on their way to a screen or wait there."""
    return [each.get("number") for each in coming if isinstance(each, dict)] if isinstance(coming, list) else []


def facts(screens: Iterable[Screen], others: Mapping[str, tuple[Playlist, ...]]) -> tuple[ScreenFacts, ...]:
    """Returns what the office knows of screens, for checking; `others` are the playlists of other publications."""
    return tuple(_facts(screen, others.get(screen.id, ())) for screen in screens)


def known_words(screen: Screen) -> dict[str, str]:
    """Returns what the office knows that cards can say for `{name}` on a screen, by name."""
    site = screen.site
    own = {str(k): str(v) for k, v in (site.variables if site else {}).items()}
    found = {name: value for name, value in own.items() if is_variable(name) and is_value(value)}
    every = {
        "screen_title": screen.title,
        "kind": site.kind if site else "",
        "village": site.village.name if site and site.village else "",
    }
    return found | {name: value for name, value in every.items() if is_value(value)}


def words_for(screens: Iterable[Screen], playlists: Iterable[Playlist]) -> dict[str, dict[str, str]]:
    """Returns what travels with a publication, by screen: what its cards ask for, as far as the office knows it."""
    texts = (text for each in playlists for item in each.items for text in item_words(item))
    asked = {name for text in texts for name in missing(text, Site(screen="any"))}
    found = {}
    for screen in screens:
        words = {name: value for name, value in known_words(screen).items() if name in asked}
        if words:
            found[screen.id] = words
    return found


def read_playlists(publication: Publication) -> tuple[Playlist, ...]:
    """Returns the playlists of a publication. Raises BadInput for one that this version reads otherwise."""
    return tuple(read_playlist(row.text.encode(), f"{row.name}.toml") for row in publication.playlists.all())


def _facts(screen: Screen, others: tuple[Playlist, ...]) -> ScreenFacts:
    said, state = (screen.birth or {}).get("variables"), screen.state or {}
    # What the screen has by itself, and what this publication would bring along.
    there = {str(name) for name in said} if isinstance(said, list) else set()
    known = dict.fromkeys(there, ANY) | known_words(screen)
    own = {name: value for name, value in known.items() if name not in BUILT_IN}
    here = Site(
        screen=screen.id,
        title=known.get("screen_title", ""),
        kind=known.get("kind", ""),
        village=known.get("village", ""),
        variables=own,
    )
    return ScreenFacts(
        site=here,
        zones=screen.zone_names,
        timezone=screen.timezone,
        others=others,
        blackout=bool(state.get("blackout")),
        filler=bool(state.get("filler")),
    )
