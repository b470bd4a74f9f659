"""Counts plays: a count is a query over the stored plays, made when somebody asks; what is missing is told.

Days and hours are those of the wall clock where the screen stands. Plays that are not believed are counted apart.
What was shown is told apart by its bytes and by whether two people signed it, not by its name.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.db import OperationalError
from django.db.models import Count as Number
from django.db.models import Q, Sum

from office import gaps
from office.collecting.alarms import tell_unreadable
from office.countable import BOUNDS, adds_up, countable, fits, overflowed, typed, uncountable
from office.doubt import reasons
from office.gaps import Missing
from office.models import LedgerEpoch, Outcome, Play, PresentedAs, PublishedMedia, Screen, Shown
from office.numbering import MOST_SEQ
from office.stored import UNREADABLE, Unreadable, read_each, whole
from signage.errors import BadInput, Complaint, Words

__all__ = ["BYS", "Asked", "By", "Count", "Missing", "added_up", "counted", "missing", "plays", "read_asked"]

Place = Literal["screen", "site", "kind", "village"]
Thing = Literal["publication", "playlist", "item", "media"]
By = Literal[Place, Thing, "day", "hour", "outcome"]
BYS: tuple[By, ...] = (*get_args(Place), *get_args(Thing), "day", "hour", "outcome")

UNSIGNED = "（未签名 unsigned）"
_OUTCOMES = dict(zip(Outcome.values, ("complete", "cut", "failed"), strict=True))
_PRESENTED = dict(
    zip(PresentedAs.values, ("unknown", "seen", "dark", "covered", "no-display", "headless"), strict=True)
)
SHOWN = ("publication", "playlist", "item", "zone", "rank", "shows", "media", "sha256", "card", "title")
_WHOLE = ("at_ms", "day", "hour", "outcome", "presented", "doubt")
_AT_ONCE = 500
_MOST_REMEMBERED = 10_000
MOST_NAMED = 20


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which plays; None: all."""

    first: dt.date | None = None
    last: dt.date | None = None
    """Inclusive; days as the screen's own clock has them."""
    screen: str | None = None
    publication: int | None = None
    media: str | None = None


class Count(msgspec.Struct, frozen=True):
    """Plays that have something in common: those that are believed, and how many more are not."""

    key: str
    """Empty for what has none, such as a site without a village."""
    plays: int
    """That are believed; all that follows but `doubtful` is of these."""
    complete: int
    cut: int
    failed: int
    seconds: float
    """On the screen, together; of plays whose end nobody saw nothing is counted."""
    seen: int = 0
    """On a display, read back as the player's own picture."""
    unseen: int = 0
    """Dark, covered, without a display."""
    unknown: int = 0
    """Nobody could look, or nobody did."""
    undated: int = 0
    """Plays whose day and hour are in doubt: the player's clock was not to be believed."""
    doubtful: int = 0
    """Plays that are not believed, and are in no other number."""
    doubts: dict[str, int] = {}
    """Why not: reasons by their names in `office.doubt`; one play may have several."""
    signed: bool | None = None
    """Whether two people signed what was shown; None where both are together."""
    sha256: str = ""
    """Of the media that was shown, where it is counted by that; `names` has what it was called."""
    names: tuple[str, ...] = ()


SUMS = ("plays", "complete", "cut", "failed", "seconds", "seen", "unseen", "unknown", "undated", "doubtful")


class _Group(msgspec.Struct, frozen=True, order=True):
    """What plays are counted together by; the last of `key` is what people read."""

    key: tuple[str | int, ...]
    unsigned: bool | None = None
    sha256: str = ""


def counted(by: By, asked: Asked) -> tuple[Count, ...]:
    """Gives counts by their key, in its order."""
    column, asked_for = _column(by), _plays(asked)
    unreadable = 0
    groups = _groups(asked_for, column)
    keys, names = _keys(by, sorted({row[0] for row in groups or () if fits(column, row[0])}))
    if groups is None or not all(row[0] in keys and _adds_up(row) for row in groups):
        unreadable = uncountable(asked_for)
        groups = _groups(typed(asked_for).filter(countable()), column) or []
        keys, names = _keys(by, sorted({row[0] for row in groups}))
    # The database tells apart by number; names are put to the few groups that are left, and the same name is one key.
    sums: dict[_Group, list[int]] = {}
    doubts: dict[_Group, dict[str, int]] = {}
    for number, doubt, *values in groups:
        group = keys[number]
        mine = sums.setdefault(group, [0] * len(values))
        why = doubts.setdefault(group, {})
        if doubt:
            for reason in reasons(doubt):
                why[reason] = why.get(reason, 0) + values[0]
            why[""] = why.get("", 0) + values[0]
            continue
        for place, value in enumerate(values):
            mine[place] += value or 0
    called = _labels(sums, names)
    order = sorted(sums, key=lambda group: (called[group], group)) if by == "media" else sorted(sums)
    found = [
        Count(
            key=called[group], plays=plays, complete=complete, cut=cut, failed=failed, seconds=round(ms / 1000, 3),
            seen=seen, unseen=plays - seen - unknown, unknown=unknown, undated=undated,
            doubtful=doubts[group].pop("", 0), doubts=doubts[group],
            signed=None if group.unsigned is None else not group.unsigned, sha256=group.sha256,
            names=tuple(sorted(names.get(group, ()))),
        )
        for group in order
        for plays, complete, cut, failed, ms, seen, unknown, undated in (sums[group],)
    ]  # fmt: skip
    return (*found, *([Count(UNREADABLE.zh, unreadable, 0, 0, 0, 0.0, unknown=unreadable)] if unreadable else []))


def _groups(plays: Any, column: str) -> list[tuple[Any, ...]] | None:
    """Returns what the database counts and adds up; None when it could not."""
    rows = (
        plays.order_by()
        .values_list(column, "doubt")
        .annotate(
            plays=Number("id"),
            complete=Number("id", filter=Q(outcome=Outcome.COMPLETE)),
            cut=Number("id", filter=Q(outcome=Outcome.CUT)),
            failed=Number("id", filter=Q(outcome=Outcome.FAILED)),
            ms=Sum("actual_ms", filter=Q(doubt=0)),
            seen=Number("id", filter=Q(presented=PresentedAs.SEEN)),
            unknown=Number("id", filter=Q(presented=PresentedAs.UNKNOWN)),
            undated=Number("id", filter=Q(believed=False)),
        )
    )
    try:
        return list(rows)
    except OperationalError as fault:
        if not overflowed(fault):
            raise
        return None


def _adds_up(row: tuple[Any, ...]) -> bool:
    _, doubt, plays, complete, cut, failed, ms, *_ = row
    return fits("doubt", doubt) and adds_up(plays, complete + cut + failed, ms)


def added_up(counts: Iterable[Count]) -> Count:
    """Returns the sum of counts."""
    total: dict[str, Any] = dict.fromkeys(SUMS, 0)
    doubts: dict[str, int] = {}
    for each in counts:
        for name in SUMS:
            total[name] += getattr(each, name)
        for reason, number in each.doubts.items():
            doubts[reason] = doubts.get(reason, 0) + number
    return Count("", **{**total, "seconds": round(total["seconds"], 3)}, doubts=doubts)


def _labels(groups: Iterable[_Group], names: Mapping[_Group, set[str]]) -> dict[_Group, str]:
    """Gives what each group is called, no two the same: with a short hash or a word where its name is not enough."""
    found: dict[_Group, str] = {}
    alike: dict[str, list[_Group]] = {}
    for group in groups:
        name = "、".join(sorted(names[group])) if names.get(group) else str(group.key[-1])
        alike.setdefault(name, []).append(group)
    for name, some in alike.items():
        several = len({group.sha256 for group in some}) > 1
        mixed = len({group.unsigned for group in some}) > 1
        for group in some:
            mark = f" #{group.sha256[:8] or '-'}" if several else ""
            found[group] = f"{name}{mark}{UNSIGNED if mixed and group.unsigned else ''}"
    return found


def missing(asked: Asked) -> tuple[Missing, ...]:
    """Gives the records that are known to be missing from what is asked for; what they were, nobody knows."""
    return gaps.missing(asked.first, asked.last, asked.screen)


def plays(asked: Asked) -> Iterator[dict[str, object]]:
    """Returns every play with all that is known of it, oldest first of each screen; also those that are not believed.

    One that cannot be read has the outcome `unreadable`, and nothing more than its place in the ledger.
    """
    read = _Reader()
    columns = (
        "id",
        "epoch_id",
        "shown_id",
        "at_ms",
        "day",
        "hour",
        "believed",
        "outcome",
        "actual_ms",
        "presented",
        "doubt",
    )
    rows = _plays(asked).order_by("id").values_list(*columns).iterator(5000)
    bad: dict[str, Unreadable] = {}
    for row, found in read.each(rows):
        if isinstance(found, Unreadable):
            bad.setdefault(found.screen, msgspec.structs.replace(found, table="play"))
            yield read.unreadable(row)
        else:
            yield found
    tell_unreadable(bad.values())


class _Reader:
    """Puts to each play what is known of its screen and of what was shown."""

    def __init__(self) -> None:
        self._epochs = {
            number: (screen, title, site or "", _zone(zone), name)
            for number, screen, title, site, zone, name in LedgerEpoch.objects.values_list(
                "id", "screen_id", "screen__title", "screen__site__name", "screen__timezone", "name"
            )
        }
        self._shown: dict[object, dict[str, Any]] = {}

    def each(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """Returns each row with what it says, or as one that cannot be read."""
        kept: list[tuple[Any, ...]] = []

        def passing() -> Iterator[tuple[Any, ...]]:
            for row in rows:
                kept[:] = [row]
                yield row

        for found in read_each(passing(), self._read, self._whose):
            yield kept[0], found

    def _read(self, row: tuple[Any, ...]) -> dict[str, object]:
        key, epoch_id, shown_id, *numbers = row
        at_ms, day, hour, believed, outcome, actual_ms, presented, doubt = numbers
        screen, title, site, zone, epoch = self._epochs[epoch_id]
        for name, value in zip(_WHOLE, (at_ms, day, hour, outcome, presented, doubt), strict=True):
            whole(value, *BOUNDS[name])
        if actual_ms is not None:
            whole(actual_ms, *BOUNDS["actual_ms"])
        at = dt.datetime.fromtimestamp(at_ms / 1000, zone)
        return {
            "screen": screen, "screen_title": title, "site": site, "epoch": epoch, "seq": key & MOST_SEQ,
            "at": at.isoformat(timespec="milliseconds"), "day": _day(day), "hour": hour, "clock_believed": believed,
            "outcome": _OUTCOMES[outcome], "actual_ms": actual_ms, "presented": _PRESENTED[presented],
            "doubt": doubt, **self._what(shown_id),
        }  # fmt: skip

    def _what(self, number: object) -> dict[str, object]:
        found = self._shown.get(number)
        if found is None:
            if len(self._shown) > _MOST_REMEMBERED:
                self._shown.clear()
            row = Shown.objects.values_list(*SHOWN).get(id=whole(number, *BOUNDS["shown_id"]))
            found = dict(zip(SHOWN, row, strict=True))
            of_media = _signed({(found["publication"], found["sha256"])}) if found["media"] or found["sha256"] else True
            found["signed"] = bool(found["publication"]) and bool(of_media)
            self._shown[number] = found
        return found

    def _whose(self, row: tuple[Any, ...]) -> str:
        return str(self._epochs[row[1]][0]) if row[1] in self._epochs else ""

    def unreadable(self, row: tuple[Any, ...]) -> dict[str, object]:
        """Returns what stands in the place of a row that cannot be read."""
        screen, title, site, _, epoch = self._epochs.get(row[1], ("", "", "", None, ""))
        return {
            "screen": screen, "screen_title": title, "site": site, "epoch": epoch, "seq": int(row[0]) & MOST_SEQ,
            "at": "", "day": "", "hour": "", "clock_believed": False, "outcome": "unreadable", "actual_ms": None,
            "presented": "unknown", "doubt": 0, "signed": False,
            **dict.fromkeys(SHOWN, ""),
        }  # fmt: skip


def _zone(name: object) -> dt.tzinfo:
    """Gives the zone that a screen was enrolled with, UTC when this system does not know it."""
    try:
        return ZoneInfo(str(name))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return dt.UTC


def read_asked(first: str | None, last: str | None, screen: str | None, publication: int | None) -> Asked:
    """Reads what was typed. Raises BadInput."""
    days: list[dt.date | None] = []
    for name, text in (("--from", first), ("--to", last)):
        try:
            days.append(dt.date.fromisoformat(text) if text else None)
        except ValueError as error:
            problem = Words(f"{text!r} 不是日期", f"{text!r} is not a day")
            raise BadInput((Complaint(name, problem, Words("写成 2026-06-01", "write 2026-06-01")),)) from error
    if days[0] is not None and days[1] is not None and days[0] > days[1]:
        problem = Words(f"{first} 在 {last} 之后", f"{first} is after {last}")
        raise BadInput((Complaint("--from, --to", problem, Words("把两个日期调换", "change the two round")),))
    if screen:
        must_be_known(screen)
    return Asked(first=days[0], last=days[1], screen=screen or None, publication=publication)


def must_be_known(screen: str) -> None:
    """Raises BadInput for a screen that was never enrolled and never sent anything."""
    if not Screen.objects.filter(id=screen).exists():
        names = Screen.objects.order_by("id").values_list("id", flat=True)[:MOST_NAMED]
        problem = Words(f"没有屏幕 {screen[:50]!r}", f"there is no screen {screen[:50]!r}")
        known = " ".join(names) or "—"
        raise BadInput((Complaint("--screen", problem, Words(f"有的是：{known}", f"there are: {known}")),))


def _plays(asked: Asked) -> Any:
    found = Play.objects.all()
    if asked.first is not None:
        found = found.filter(day__gte=_number(asked.first))
    if asked.last is not None:
        found = found.filter(day__lte=_number(asked.last))
    if asked.screen is not None:
        found = found.filter(epoch__in=LedgerEpoch.objects.filter(screen_id=asked.screen).values("id"))
    if asked.publication is not None:
        found = found.filter(shown__in=Shown.objects.filter(publication=asked.publication).values("id"))
    if asked.media is not None:
        found = found.filter(shown__in=Shown.objects.filter(media=asked.media).values("id"))
    return found


def _column(by: By) -> str:
    match by:
        case "screen" | "site" | "kind" | "village":
            return "epoch_id"
        case "publication" | "playlist" | "item" | "media":
            return "shown_id"
        case "day" | "hour" | "outcome":
            return by


def _keys(by: By, numbers: list[int]) -> tuple[dict[int, _Group], dict[_Group, set[str]]]:
    """Gives the group of each number, and of media what they are called."""
    names: dict[_Group, set[str]] = {}
    match by:
        case "screen" | "site" | "kind" | "village":
            return _places(by), names
        case "publication" | "playlist" | "item" | "media":
            found = {}
            for start in range(0, len(numbers), _AT_ONCE):
                some = list(Shown.objects.filter(id__in=numbers[start : start + _AT_ONCE]))
                signed = _signed({(each.publication, each.sha256) for each in some if each.sha256})
                for each in some:
                    is_signed = each.publication != 0 and (
                        (each.publication, each.sha256) in signed if each.media or each.sha256 else True
                    )
                    group = found[each.pk] = _thing(by, each, is_signed=is_signed)
                    if by == "media":
                        names.setdefault(group, set()).add(each.media or "-")
            return found, names
        case "day":
            return {each: _Group((_day(each),)) for each in numbers}, names
        case "hour":
            return {each: _Group((f"{each:02}:00",)) for each in numbers}, names
        case "outcome":
            return {each: _Group((each, _OUTCOMES[each])) for each in numbers}, names


def _signed(pairs: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Gives those pairs of a publication and a file's SHA-256 that two people signed together."""
    wanted = PublishedMedia.objects.filter(
        publication__in={number for number, _ in pairs}, media__in={sha256 for _, sha256 in pairs}
    )
    return pairs & set(wanted.values_list("publication_id", "media_id"))


def _places(by: Place) -> dict[int, _Group]:
    column = {"screen": "id", "site": "site__name", "kind": "site__kind", "village": "site__village__name"}[by]
    rows = LedgerEpoch.objects.values_list("id", f"screen__{column}")
    return {epoch: _Group((name or "",)) for epoch, name in rows}


def _thing(by: Thing, shown: Shown, *, is_signed: bool) -> _Group:
    match by:
        case "publication":
            return _Group((shown.publication, str(shown.publication)))
        case "playlist":
            return _Group((shown.playlist,), not is_signed)
        case "item":
            where = f"{shown.playlist or '-'} {shown.item} " if shown.playlist or shown.item else ""
            return _Group((shown.playlist, shown.item, f"{where}{shown.name}"), not is_signed)
        case "media":
            sha256 = shown.sha256 if shown.media else ""
            return _Group((sha256 or (shown.media and f"? {shown.media}"),), not is_signed, sha256)


def _day(number: int) -> str:
    return f"{number // 10_000:04}-{number // 100 % 100:02}-{number % 100:02}"


def _number(day: dt.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
