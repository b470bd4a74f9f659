"""Counts plays: a count is a query over the stored plays, made when somebody asks; what is missing is told.

Days and hours are those of the wall clock where the screen stands; sites, kinds and villages are those where it stood
when it played. Plays that are not believed are counted apart.
What was shown is told apart by its bytes and by whether two people signed it, not by its name.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

import msgspec
from django.db import OperationalError
from django.db.models import Count as Number
from django.db.models import Q, Sum

from office import gaps
from office.asked import Asked, asked_plays, read_asked
from office.countable import adds_up, countable, fits, overflowed, typed, uncountable
from office.doubt import reasons
from office.gaps import Missing
from office.models import LedgerEpoch, Outcome, PresentedAs, Shown
from office.numbering import MOST_SEQ, key_of
from office.places import read_stays, spans
from office.play_rows import OUTCOME_WORDS, day_text, plays, signed
from office.stored import UNREADABLE

__all__ = ["BYS", "Asked", "By", "Count", "Missing", "added_up", "counted", "missing", "plays", "read_asked"]

Place = Literal["screen", "site", "kind", "village"]
Thing = Literal["publication", "playlist", "item", "media"]
By = Literal[Place, Thing, "day", "hour", "outcome"]
BYS: tuple[By, ...] = (*get_args(Place), *get_args(Thing), "day", "hour", "outcome")

UNSIGNED = "（未签名 unsigned）"
_AT_ONCE = 500


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
    column, asked_for = _column(by), asked_plays(asked)
    unreadable = 0
    moves = _moves(by)
    groups = _grouped(asked_for, column, moves)
    keys, names = _keys(by, sorted({row[0] for row in groups or () if fits(column, row[0])}))
    known = keys.keys() | {move.number for move in moves}
    if groups is None or not all(row[0] in known and _adds_up(row) for row in groups):
        unreadable = uncountable(asked_for)
        groups = _grouped(typed(asked_for).filter(countable()), column, moves) or []
        keys, names = _keys(by, sorted({row[0] for row in groups}))
    keys |= {move.number: _Group((move.name,)) for move in moves}
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


class _Move(msgspec.Struct, frozen=True):
    """A time of an epoch during which its screen stood elsewhere than at another time of it."""

    number: int
    """Stands for the epoch's number in what is counted; below 0."""
    epoch: int
    from_ms: int | None
    to_ms: int | None
    """None: without end, so that no play is left out, whatever stands in its column."""
    name: str


def _moves(by: By) -> tuple[_Move, ...]:
    """Returns the times of those epochs whose screen moved, as far as that changes what is counted by."""
    if by not in ("site", "kind", "village"):
        return ()
    moved = {screen: changes for screen, changes in spans(read_stays(), by).items() if len(changes) > 1}
    found: list[_Move] = []
    for epoch, screen in LedgerEpoch.objects.filter(screen__in=moved).order_by("id").values_list("id", "screen_id"):
        begins = [since_ms for since_ms, _ in moved[screen][1:]]
        for (_, name), from_ms, to_ms in zip(moved[screen], [None, *begins], [*begins, None], strict=True):
            found.append(_Move(-1 - len(found), epoch, from_ms, to_ms, name))
    return tuple(found)


def _grouped(plays: Any, column: str, moves: Iterable[_Move]) -> list[tuple[Any, ...]] | None:
    """Returns what the database counts, each move by itself; None when it could not add up."""
    moves = tuple(moves)
    found = _groups(plays.exclude(epoch__in={move.epoch for move in moves}) if moves else plays, column)
    for move in moves:
        within = plays.filter(pk__range=(key_of(move.epoch, 0), key_of(move.epoch, MOST_SEQ)), epoch=move.epoch)
        edges = {"at_ms__gte": move.from_ms, "at_ms__lt": move.to_ms}
        some = _groups(within.filter(**{name: ms for name, ms in edges.items() if ms is not None}), column)
        if found is None or some is None:
            return None
        found += [(move.number, *row[1:]) for row in some]
    return found


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
    """Returns what each group is called, no two the same: with a short hash or a word where its name is not enough."""
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


def _column(by: By) -> str:
    match by:
        case "screen" | "site" | "kind" | "village":
            return "epoch_id"
        case "publication" | "playlist" | "item" | "media":
            return "shown_id"
        case "day" | "hour" | "outcome":
            return by


def _keys(by: By, numbers: list[int]) -> tuple[dict[int, _Group], dict[_Group, set[str]]]:
    """Returns the group of each number, and of media what they are called."""
    names: dict[_Group, set[str]] = {}
    match by:
        case "screen" | "site" | "kind" | "village":
            return _places(by), names
        case "publication" | "playlist" | "item" | "media":
            found = {}
            for start in range(0, len(numbers), _AT_ONCE):
                some = list(Shown.objects.filter(id__in=numbers[start : start + _AT_ONCE]))
                by_two = signed({(each.publication, each.sha256) for each in some if each.sha256})
                for each in some:
                    is_signed = each.publication != 0 and (
                        (each.publication, each.sha256) in by_two if each.media or each.sha256 else True
                    )
                    group = found[each.pk] = _thing(by, each, is_signed=is_signed)
                    if by == "media":
                        names.setdefault(group, set()).add(each.media or "-")
            return found, names
        case "day":
            return {each: _Group((day_text(each),)) for each in numbers}, names
        case "hour":
            return {each: _Group((f"{each:02}:00",)) for each in numbers}, names
        case "outcome":
            return {each: _Group((each, OUTCOME_WORDS[each])) for each in numbers}, names


def _places(by: Place) -> dict[int, _Group]:
    rows = LedgerEpoch.objects.values_list("id", "screen_id")
    if by == "screen":
        return {epoch: _Group((screen,)) for epoch, screen in rows}
    stood = spans(read_stays(), by)
    return {epoch: _Group((stood[screen][-1][1] if screen in stood else "",)) for epoch, screen in rows}


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
