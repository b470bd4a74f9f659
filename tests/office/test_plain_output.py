"""Whatever a command prints, a terminal and a log get what shows as itself."""

import io
import json
import logging
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.cli import main
from office.commands.table import Progress
from office.place import Place
from office.plain_output import PlainOutput

NASTY = "\x1b]0;owned\x07\x9b2J\u202e\u200b\r名"


@given(st.lists(st.text()))
def test_no_character_that_hides_or_moves_comes_through(texts: list[str]) -> None:
    out = io.StringIO()
    PlainOutput(out).writelines(texts)
    assert not {char for char in out.getvalue() if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs")} - {
        "\n",
        "\t",
    }


def test_plain_text_stays_as_it_is() -> None:
    out = io.StringIO()
    PlainOutput(out).write("▲ 石桥村\tsq-led · 12 %\n完整　complete\n")
    assert out.getvalue() == "▲ 石桥村\tsq-led · 12 %\n完整　complete\n"


def test_a_progress_bar_still_writes_over_its_own_line() -> None:
    out = io.StringIO()
    out.isatty = lambda: True  # type: ignore[method-assign]
    Progress(PlainOutput(out)).tell(1, 2, NASTY)  # type: ignore[arg-type]
    assert out.getvalue().startswith("\r\x1b[2K[")
    assert "\x1b" not in out.getvalue()[5:]


@pytest.mark.parametrize("words", [
    ["screens"], ["screens", "--json"], ["alarms"], ["alarms", "--json"], ["counts", "--by", "item"],
    ["counts", "--json"], ["counts", "--csv"], ["export"], ["receipts"], ["receipts", "--json"],
    ["counts", "--by", "site"],
], ids=" ".join)  # fmt: skip
def test_no_command_prints_what_a_screen_says_as_it_is(
    words: list[str], place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    from django.utils import timezone

    from office.collecting.ledgers import Ledgers
    from office.models import Alarm, Assignment, Publication, Screen, Site
    from tests.office.collecting.screens import DAWN, Ledger, play, receipt

    now = timezone.now()
    state = {"conn": 1, "at": "", "clock": "ntp", "zones": [{"zone": NASTY, "name": NASTY, "playlist": NASTY}],
             "troubles": [{"zh": NASTY, "en": NASTY}], "coming": [
                 {"number": 1, "step": "refused", "why": {"zh": NASTY, "en": NASTY}}]}  # fmt: skip
    Screen.objects.create(
        id="sq-led", title=NASTY, status="online", status_at=now, state=state, enrolled_at=DAWN,
        site=Site.objects.create(name=NASTY, kind=NASTY),
    )  # fmt: skip
    one = Publication.objects.create(number=1, line=NASTY, state="published", author=NASTY, approver="b")
    Assignment.objects.create(publication=one, aim="all").aimed_at.set(["sq-led"])
    Alarm.objects.create(screen_id="sq-led", kind="odd", key="", zh=NASTY, en=NASTY, first_at=now, last_at=now)
    ledger = Ledger("sq-led")
    ledger.append(play(0, zone=NASTY, title=NASTY, media=NASTY, playlist=NASTY))
    ledger.append(receipt(1, "refused", why=NASTY, why_zh=NASTY, **{NASTY: NASTY}))
    Ledgers().store([ledger.batch(1, 2)], now)
    capfd.readouterr()
    assert main([*words, "--home", str(place.home)]) == 0
    out, err = capfd.readouterr()
    hidden = {char for char in out + err if unicodedata.category(char) in ("Cc", "Cf", "Co")}
    assert hidden <= {"\n", "\r", "\ufeff"}, "the mark and the lines of a table for Excel"
    assert "\r" not in out.replace("\r\n", "")
    assert words[-1] == "--json" or "\\x1b" in out or "\ufffd" in out or words[0] == "counts"
    for line in out.splitlines() if words[-1] == "--json" else ():
        assert isinstance(json.loads(line), dict)


def test_a_log_has_no_line_that_a_screen_wrote(tmp_path: Path) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(PlainOutput(out))  # type: ignore[type-var]
    handler.emit(logging.LogRecord("x", logging.ERROR, "", 0, "a screen says %s", (NASTY,), None))
    assert "\x1b" not in out.getvalue()
    assert out.getvalue().count("\n") == 1
