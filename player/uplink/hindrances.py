"""What kept planned turns off the screen, as the ledger tells it.

Rule: pure; records come in the order in which they were written.
"""

from collections.abc import Iterable

from signage.comparison import Hindrances, Span, merged
from signage.ledger import EventRecord, KnownRecord, PlayRecord, utc_ms

INTRUDERS = ("emergency", "broadcast")
OPEN_END_MS = 253_402_300_799_999
GRACE_MS = 1000
"""Between two items that follow each other: no outage."""


def hindrances(records: Iterable[KnownRecord], from_ms: int, to_ms: int, planned: frozenset[str]) -> Hindrances:
    """Gives what stood in the way from one time to before another; `planned` names the playlists of the plan."""
    on: list[Span] = []
    cut_in: dict[str, list[Span]] = {}
    refused: dict[str, int] = {}
    refusals: dict[str, list[Span]] = {}
    clock: list[Span] = []
    running_ms: int | None = None
    last_ms = from_ms
    for record in records:
        at_ms = utc_ms(record.at)
        end_ms = at_ms + (record.actual_ms or 0) if isinstance(record, PlayRecord) else at_ms
        match record:
            case EventRecord(what="start"):
                if running_ms is not None:  # it ended without a word
                    on.append(Span(running_ms, last_ms))
                running_ms = at_ms
            case EventRecord(what="stop") if running_ms is not None:
                on.append(Span(running_ms, at_ms))
                running_ms = None
            case EventRecord(what="refused" | "quarantined"):
                refused.setdefault(str(record.details.get("name") or record.details.get("sha256") or ""), at_ms)
            case EventRecord(what="filler_begins" | "filler_ends"):
                _order(record, at_ms, cut_in.setdefault("", []))
            case PlayRecord():
                running_ms = at_ms if running_ms is None else running_ms
                if record.clock == "unsynced":
                    clock.append(Span(at_ms, end_ms + GRACE_MS))
                if record.rank in INTRUDERS and record.playlist not in planned:
                    cut_in.setdefault(record.zone, []).append(Span(at_ms, end_ms))
                _follow(record, at_ms, refused, refusals)
        last_ms = max(last_ms, end_ms)
    if running_ms is not None:
        on.append(Span(running_ms, last_ms + GRACE_MS))
    for name, since_ms in refused.items():
        refusals.setdefault(name, []).append(Span(since_ms, OPEN_END_MS))
    return Hindrances(
        off=_gaps(merged(on), from_ms, to_ms),
        cut_in={zone: merged(spans) for zone, spans in cut_in.items()},
        refused={name: merged(spans) for name, spans in refusals.items()},
        clock=merged(clock),
    )


def _follow(record: PlayRecord, at_ms: int, refused: dict[str, int], refusals: dict[str, list[Span]]) -> None:
    """A file that is seen again is refused no more; one that fails stands in its own way until then."""
    names = [name for name in (record.media, record.sha256) if name]
    if record.outcome == "failed":
        if record.media:
            refused.setdefault(record.media, at_ms - 1)
        return
    for name in names:
        since_ms = refused.pop(name, None)
        if since_ms is not None:
            refusals.setdefault(record.media, []).append(Span(since_ms, at_ms))


def _order(record: EventRecord, at_ms: int, ordered: list[Span]) -> None:
    """The office ordered that nothing but filler plays, or that this is over."""
    is_open = bool(ordered) and ordered[-1].end_ms == OPEN_END_MS
    if record.what == "filler_begins" and not is_open:
        ordered.append(Span(at_ms, OPEN_END_MS))
    elif record.what == "filler_ends" and is_open:
        ordered[-1] = Span(ordered[-1].start_ms, at_ms)


def _gaps(on: tuple[Span, ...], from_ms: int, to_ms: int) -> tuple[Span, ...]:
    found, at_ms = [], from_ms
    for span in on:
        if span.start_ms - at_ms > GRACE_MS:
            found.append(Span(at_ms, min(span.start_ms, to_ms)))
        at_ms = max(at_ms, span.end_ms)
    found.append(Span(at_ms, to_ms))
    return merged(found)
