"""Judges plays with what the database knows: when a screen was enrolled, what was published to it, what lies beside.

What is remembered here are shortcuts to rows that do not change, or that are looked at again when they do not fit: a
judge that begins anew comes to the same verdicts.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain

import msgspec
from django.db import connection
from django.db.models import Q

from office.collecting import notices
from office.collecting.notices import Notice
from office.collecting.plausible import (
    CLOCK_SLACK_MS,
    UNDATED,
    Bounds,
    PlayRow,
    Tail,
    ZoneHourKey,
    against_next,
    filled,
    heads_of,
    judged,
    tails_of,
)
from office.collecting.steady import Steady, is_beyond_doubt, spanned
from office.doubt import Doubt
from office.models import Assignment, LedgerRecord, Play, Playlist, Publication, PublishedMedia, Screen, ZoneHour
from office.numbering import MOST_SEQ, key_of
from signage.ledger import PlayRecord, read

NEIGHBOURS = 16
"""Plays that are looked at on each side where it is not known what lies there."""
MOST_REMEMBERED = 20_000
AT_ONCE = 400
DAY = 24
"""Hours that are read together."""

_PlayedRow = tuple[PlayRow, PlayRecord]
_COLUMNS = (
    "id", "epoch_id", "shown_id", "at_ms", "day", "hour", "outcome", "believed", "actual_ms", "presented", "doubt",
)  # fmt: skip


class Sequel(msgspec.Struct):
    """New plays of an epoch that follow each other, with nothing between them that was stored before."""

    screen: str
    epoch: int
    name: str
    first: int
    last: int
    """Numbers of the records that they come from."""
    ends: bool
    """Whether nothing behind them is stored."""
    newest: int
    """The last record of their epoch that was stored before them, whoever stored it."""
    rows: list[PlayRow]
    steady: Steady | None
    read: Callable[[], list[PlayRecord]]
    """Returns the records of the plays."""
    records: list[PlayRecord] = []

    @property
    def played(self) -> list[PlayRecord]:
        """The records of the plays, read when somebody asks: thousands of them held at once slow everything."""
        if len(self.records) != len(self.rows):
            self.records = self.read()
        return self.records


class PlayJudge:
    """Judges what is about to be stored, within the transaction. Only one thread may use it."""

    def __init__(self) -> None:
        self._tails: dict[int, tuple[int, dict[str, Tail]]] = {}
        """By epoch: the last record that was judged, and the tails behind it."""
        self._facts: dict[str, dict[int, int]] = {}
        """By screen and what is shown: from when on it may have been."""
        self._enrolled: dict[str, int] = {}

    def judge(self, sequels: Sequence[Sequel], at: dt.datetime) -> tuple[list[PlayRow], list[Notice]]:
        """Returns the plays with their doubt, and what a person should know; writes what their hours hold now."""
        wrong: list[Notice] = []
        now = round(at.timestamp() * 1000)
        if sum(map(len, self._facts.values())) > MOST_REMEMBERED:
            self._facts.clear()
        facts = _PublicationFacts()
        hours = _ZoneHours()
        done: list[Sequel] = []
        for each in sequels:
            if not each.rows:
                self._pass(each)
                continue
            enrolled = self._since(each.screen)
            bounds = Bounds(enrolled - CLOCK_SLACK_MS, now + CLOCK_SLACK_MS)
            known = self._tails.get(each.epoch)
            if known is not None and each.ends and known[0] == each.newest:
                before = known[1]
            else:
                before = tails_of(_beside(each, done, back=True))
            known_facts = self._facts.setdefault(each.screen, {})
            has = partial(hours.has, each.screen)
            doubts: dict[int, int] = {}
            added, plays = None, each.steady if each.ends else None
            if plays is not None and is_beyond_doubt(plays, bounds, before, known_facts):
                tails, added = {**before, plays.zone: plays.tail}, spanned(plays, has)
            if added is None:
                ask = partial(facts.of, each.screen, known_facts)
                doubts, tails = judged(each.rows, each.played, bounds, before, ask)
                if not each.ends:
                    against_next(each.rows, each.played, doubts, heads_of(_beside(each, done, back=False)))
                added = filled(each.rows, each.played, doubts, has, now - enrolled + CLOCK_SLACK_MS)
            hours.add(each.screen, added)
            if doubts:
                for n, doubt in doubts.items():
                    each.rows[n] = (*each.rows[n][:10], doubt)
                wrong += _told(each, doubts)
            if each.ends:
                if len(self._tails) > MOST_REMEMBERED:
                    self._tails.clear()
                self._tails[each.epoch] = (each.last, tails)
            done.append(each)
        hours.keep()
        return [row for each in sequels for row in each.rows], wrong

    def _pass(self, each: Sequel) -> None:
        """Notes that records without plays came behind those that were judged: the tails stay."""
        known = self._tails.get(each.epoch)
        if known is not None and each.ends and known[0] == each.newest:
            self._tails[each.epoch] = (each.last, known[1])

    def _since(self, screen: str) -> int:
        found = self._enrolled.get(screen)
        if found is None:
            at = Screen.objects.values_list("enrolled_at", flat=True).get(pk=screen)
            if len(self._enrolled) > MOST_REMEMBERED:
                self._enrolled.clear()
            found = self._enrolled[screen] = round(at.timestamp() * 1000)
        return found


class _PublicationFacts:
    """What is known of the publications that screens say they show; what speaks against it is asked anew each time."""

    def __init__(self) -> None:
        self._refused: dict[tuple[str, int], int] = {}
        self._made: dict[int, int | None] = {}
        self._said: dict[tuple[str | int, ...], bool] = {}
        """What many files of a publication have in common: that it is assigned, and that a list is of it."""

    def of(self, screen: str, known: dict[int, int], record: PlayRecord, shown: int) -> tuple[int, int]:
        """Returns why a screen cannot have shown it, 0 for nothing, and from when on it may have been.

        What nothing speaks against is `known` from then on.
        """
        since = known.get(shown)
        if since is not None:
            return 0, since
        doubt = self._refused.get((screen, shown))
        if doubt is None:
            doubt, since = self._ask(screen, record)
            if not doubt:
                known[shown] = since
                return 0, since
            self._refused[screen, shown] = doubt
        return doubt, 0

    def _ask(self, screen: str, record: PlayRecord) -> tuple[int, int]:
        number = record.publication
        if number not in self._made:
            self._made[number] = made_at_ms(number)
        at_ms = self._made[number]
        if at_ms is None:
            return int(Doubt.NO_PUBLICATION), 0
        return against_publication(screen, record, self._said), at_ms - CLOCK_SLACK_MS


def made_at_ms(publication: int) -> int | None:
    """Returns when a publication was published, None for one that never was."""
    made = Publication.objects.filter(number=publication, published_at__isnull=False)
    at = made.values_list("published_at", flat=True).first()
    return None if at is None else round(at.timestamp() * 1000)


def against_publication(screen: str, play: PlayRecord, said: dict[tuple[str | int, ...], bool] | None = None) -> int:
    """Returns why a screen cannot have shown what it says of a publication that was made; 0 for nothing.

    `said` keeps the answers that other files of the publication share.
    """
    said = {} if said is None else said
    doubt, number = 0, play.publication
    if (key := (screen, number)) not in said:
        said[key] = Assignment.objects.filter(Q(aimed_at=screen) | Q(screens=screen), publication=number).exists()
    if (of_list := (number, play.playlist_sha256, play.zone)) not in said:
        lists = Playlist.objects.filter(publication=number, sha256=play.playlist_sha256, zone=play.zone)
        said[of_list] = lists.exists()
    if not said[key]:
        doubt |= Doubt.NOT_ASSIGNED
    if not said[of_list] or not (play.media == play.sha256 == "" or contains(number, play.sha256)):
        doubt |= Doubt.OTHER_CONTENT
    return doubt


def contains(publication: int, sha256: str) -> bool:
    """Says whether a file of a publication has these bytes."""
    return bool(PublishedMedia.objects.filter(publication=publication, media_id=sha256).exists())


class _ZoneHours:
    """What the hours of screens hold: read as they are asked for, and written after plays are judged."""

    def __init__(self) -> None:
        self._had: dict[tuple[str, str, int], int] = {}
        self._read: set[tuple[str, str, int]] = set()
        self._in_all: dict[tuple[str, str], int] = {}
        self._added: dict[tuple[str, int, str], int] = {}

    def has(self, screen: str, key: ZoneHourKey) -> int:
        """Returns the milliseconds that an hour holds, with what is about to be written."""
        zone, hour = key
        if hour == UNDATED:
            return self._has_in_all(screen, zone)
        block = (screen, zone, hour // DAY)
        if block not in self._read:
            self._read.add(block)
            first = block[2] * DAY
            near = ZoneHour.objects.filter(screen_id=screen, zone=zone, hour__range=(first, first + DAY - 1))
            self._had.update({(screen, zone, each): ms for each, ms in near.values_list("hour", "ms")})
        return self._had.get((screen, zone, hour), 0) + self._added.get((screen, hour, zone), 0)

    def _has_in_all(self, screen: str, zone: str) -> int:
        """Returns what all hours of a zone hold together: time without a date is time that no hour with one took."""
        had = self._in_all.get((screen, zone))
        if had is None:
            hours = ZoneHour.objects.filter(screen_id=screen, zone=zone).values_list("ms", flat=True)
            # Added up here: what the database cannot add would be everybody's trouble.
            had = self._in_all[screen, zone] = sum(hours)
        return had + sum(ms for (one, _, name), ms in self._added.items() if (one, name) == (screen, zone))

    def add(self, screen: str, more: dict[ZoneHourKey, int]) -> None:
        """Takes what is new."""
        for (zone, hour), ms in more.items():
            key = (screen, hour, zone)
            self._added[key] = self._added.get(key, 0) + ms

    def keep(self) -> None:
        """Adds what is new to the rows, in an order that is the same for everybody."""
        values = [(*key, ms) for key, ms in sorted(self._added.items())]
        table = ZoneHour._meta.db_table
        for start in range(0, len(values), AT_ONCE):
            some = values[start : start + AT_ONCE]
            with connection.cursor() as cursor:
                cursor.execute(
                    f'INSERT INTO "{table}" ("screen_id", "hour", "zone", "ms") '
                    f"VALUES {', '.join(['(%s, %s, %s, %s)'] * len(some))} "
                    f'ON CONFLICT ("screen_id", "hour", "zone") DO UPDATE SET "ms" = "{table}"."ms" + excluded."ms"',
                    list(chain.from_iterable(some)),
                )


def _beside(each: Sequel, done: Sequence[Sequel], *, back: bool) -> list[_PlayedRow]:
    """Returns the nearest plays before or behind a sequel, in the order of their numbers: stored, or about to be."""
    if back:
        span = {"pk__gte": key_of(each.epoch, 0), "pk__lt": key_of(each.epoch, each.first)}
    else:
        span = {"pk__gt": key_of(each.epoch, each.last), "pk__lte": key_of(each.epoch, MOST_SEQ)}
    nearest = list(Play.objects.filter(**span).order_by("-pk" if back else "pk").values_list(*_COLUMNS)[:NEIGHBOURS])
    texts = dict(LedgerRecord.objects.filter(pk__in=[row[0] for row in nearest]).values_list("pk", "text"))
    found: list[_PlayedRow] = []
    for row in nearest:
        record = _stored_play(row, texts.get(row[0]))
        if record is not None:
            found.append((row, record))
    for other in done:
        if other.epoch == each.epoch and (other.last < each.first if back else other.first > each.last):
            some = slice(-NEIGHBOURS, None) if back else slice(NEIGHBOURS)
            found += zip(other.rows[some], other.played[some], strict=True)
    found.sort(key=lambda pair: pair[0][0])
    return found[-NEIGHBOURS:] if back else found[:NEIGHBOURS]


def _stored_play(row: PlayRow, text: object) -> PlayRecord | None:
    """Returns the record of a stored play; None where somebody wrote into the database what no play can be."""
    if not isinstance(text, bytes | memoryview) or not all(isinstance(value, int | None) for value in row):
        return None
    try:
        record = read(bytes(text))
    except msgspec.DecodeError:
        return None
    return record if isinstance(record, PlayRecord) else None


def _told(each: Sequel, doubts: dict[int, int]) -> list[Notice]:
    found = []
    for bit in Doubt:
        places = [n for n, doubt in doubts.items() if doubt & bit]
        if places:
            found.append(notices.doubtful(each.screen, bit, len(places), each.played[places[0]].at))
    return found
