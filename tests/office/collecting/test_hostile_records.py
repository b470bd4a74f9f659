"""Whatever stands in a ledger goes the whole way – read, stored, counted, exported – and everybody else stays right."""

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signage.ledger import canonical
from tests.office.collecting.screens import DAWN, Ledger, event, play, receipt

NOW = dt.datetime(2026, 6, 7, 12, tzinfo=dt.UTC)
HONEST = 5
EPOCHS = itertools.count(1)

numbers = st.sampled_from([0, -1, 1, 2**31, 2**53, 2**63, 2**64, -(2**63) - 1, 10**400]) | st.integers()
times = st.sampled_from(
    ["", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-01-01T00:00:00-12:00",
     "2026-06-06T25:00:00+08:00", "9998-12-31T23:59:59.999999-23:59", "2026-W23-6T07:00+08:00"]
)  # fmt: skip
texts = st.text(max_size=30) | times | st.sampled_from(["\x00", "\x1b[2J", "\u202e", "=1+1", "y" * 5000, "名" * 3000])
junk = st.recursive(
    st.none() | st.booleans() | numbers | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
plain = st.sampled_from(
    [play(0), event("lost", records=3), event("clock_step"), receipt(1, "shown"), receipt(1, "refused")]
)


@st.composite
def records(draw: st.DrawFn, seq: int) -> bytes:
    """A text that stands at one number of a ledger."""
    if draw(st.integers(0, 4)) == 0:
        return draw(st.binary(max_size=60).map(lambda body: body.decode("utf-8", "replace").encode()))
    told: dict[str, Any] = {**json.loads(canonical(draw(plain))), "seq": seq}
    for field in draw(st.lists(st.sampled_from([*told, "details", "extra"]), max_size=3)):
        told[field] = draw(junk)
    if draw(st.integers(0, 9)) == 0:
        told.pop(draw(st.sampled_from(sorted(told))), None)
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def said(rows: Iterator[dict[str, object]]) -> list[object]:
    """Returns the screens of plays, each of which can be written into a table."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    from signage.spreadsheet import cell

    found = []
    for row in rows:
        assert not any(ILLEGAL_CHARACTERS_RE.search(str(cell(value))) for value in row.values())
        found.append(row["screen"])
    return found


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_text_in_a_ledger_is_kept_and_everybody_elses_figures_stay_right(either: None, data: st.DataObject) -> None:
    from office.collecting.ledgers import Ledgers
    from office.counting import BYS, Asked, counted, missing, plays
    from office.models import Alarm, LedgerRecord, Screen
    from office.receipts import telling

    for screen in ("sq-led", "bad-led"):
        Screen.objects.get_or_create(id=screen, defaults={"enrolled_at": DAWN})
    bad = Ledger("bad-led", f"{next(EPOCHS):016x}")
    for seq in range(1, 9):
        bad.append_text(data.draw(records(seq)))
    before = LedgerRecord.objects.count()
    new = 8 if before else 8 + HONEST
    Ledgers().store([bad.batch(1, 4), Ledger("sq-led").filled(HONEST).batch(1, HONEST), bad.batch(7, 8)], NOW)
    Ledgers().store([bad.batch(5, 6)], NOW)
    assert LedgerRecord.objects.count() - before == new, "all of it is evidence"
    assert not Alarm.objects.filter(kind__in=("broken", "unreadable")).exists()
    by = data.draw(st.sampled_from(BYS))
    for asked in (Asked(), Asked(first=dt.date(2026, 6, 6), last=dt.date(2026, 6, 6))):
        assert sum(each.plays for each in counted(by, asked)) >= HONEST
        assert {e.key: (e.plays, e.seconds) for e in counted("screen", asked)}["sq-led"] == (HONEST, 50.0)
    assert said(plays(Asked())).count("sq-led") == HONEST
    assert all(each.words.zh for each in missing(Asked()))
    assert telling([1])[1] is not None
