"""Whatever is changed in, added to or taken out of what is stored is found, and named."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from office.place import Place
from tests.office.collecting.screens import DAWN, Ledger, event, play, publish, receipt

NOW = dt.datetime(2026, 6, 7, 12, tzinfo=dt.UTC)
SCREEN, OTHER = "sq-led", "hotel-led"


@pytest.fixture
def filled(either: None) -> Ledger:
    """An office with two screens' ledgers, one of them with a gap, doubtful plays, events, receipts, alarms, heads."""
    from office.audit import note
    from office.collecting.heads import note_heads
    from office.collecting.ledgers import Ledgers
    from office.models import Screen

    for screen in (SCREEN, OTHER):
        Screen.objects.create(id=screen, enrolled_at=DAWN)
        note("zhang", "enroll", {"screen": screen}, NOW)
    publish(7, SCREEN)
    note("zhang", "publish", {"number": 7}, NOW)
    ledger = Ledger(SCREEN)
    ledger.append(event("start", version="1"))
    for number in range(30):
        ledger.append(play(number, publication=7, presented="seen"))
    ledger.append(receipt(7, "shown"))
    ledger.append(receipt(8, "refused", why="nobody signed it"))
    ledger.append(play(40, publication=77))
    ledger.append(event("lost", records=3))
    other = Ledger(OTHER, "f" * 16).filled(30)
    keeper = Ledgers()
    keeper.store([ledger.batch(1, 35), other.batch(1, 10)], NOW)
    note_heads(NOW)
    keeper.store([other.batch(21, 30)], NOW + dt.timedelta(seconds=1))
    keeper.store([other.batch(21, 30)], NOW + dt.timedelta(hours=1))  # the gap is an alarm
    return ledger


@pytest.fixture
def verify(_django: Place, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[dict[str, Any]]]]:
    """What runs `verify --json` and gives its exit code and findings."""
    from office.cli import parser
    from office.commands.verify import main

    def run(*words: str) -> tuple[int, list[dict[str, Any]]]:
        code = main(parser().parse_args(["verify", "--json", *words]), _django)
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


Verify = Callable[..., tuple[int, list[dict[str, Any]]]]


def key(seq: int, screen: str = SCREEN) -> int:
    from office.models import LedgerEpoch
    from office.numbering import key_of

    return key_of(LedgerEpoch.objects.get(screen_id=screen).pk, seq)


def table(name: str) -> Any:
    from django.apps import apps

    return apps.get_model("office", name).objects


def test_what_collectors_stored_holds(filled: Ledger, verify: Verify) -> None:
    assert verify() == (0, [])


def test_an_office_in_which_nothing_is_stored_holds(either: None, verify: Verify) -> None:
    assert verify() == (0, [])


def rename(old: int, new: int, *tables: str) -> None:
    for each in tables:
        table(each).filter(pk=old).update(id=new)


def swap(one: int, other: int) -> None:
    records = table("LedgerRecord")
    mine, theirs = (bytes(records.get(pk=each).text) for each in (one, other))
    records.filter(pk=one).update(text=theirs)
    records.filter(pk=other).update(text=mine)


def end_deleted(seq: int) -> None:
    """Deletes all after a record, and lets epoch and run end there."""
    last = bytes(table("LedgerRecord").get(pk=key(seq)).hash)
    for each in ("LedgerRecord", "Play", "Event", "Receipt"):
        table(each).filter(pk__gt=key(seq), pk__lt=key(2**40 - 1)).delete()
    table("LedgerRun").filter(epoch__screen=SCREEN).update(last=seq, after=last)
    table("LedgerEpoch").filter(screen=SCREEN).update(upto=seq, head=last)


def epoch_deleted() -> None:
    number = table("LedgerEpoch").get(screen=SCREEN).pk
    low, high = key(0), key(2**40 - 1)
    for each in ("LedgerRecord", "Play", "Event", "Receipt"):
        table(each).filter(pk__gte=low, pk__lte=high).delete()
    table("LedgerRun").filter(epoch=number).delete()
    table("LedgerEpoch").filter(pk=number)._raw_delete("default")


def reworded(title: str) -> None:
    from office.collecting.shown import ShownKey, shown_key

    row = table("Shown").filter(publication=7).first()
    names = ("zone", "rank", "playlist", "playlist_sha256", "publication", "item", "shows", "media", "sha256", "card")
    columns: ShownKey = (*(getattr(row, name) for name in names), title)  # type: ignore[assignment]
    table("Shown").filter(pk=row.pk).update(title=title, key=shown_key(columns))


def first(name: str) -> int:
    return int(table(name).order_by("pk")[0].pk)


def nonsense(name: str, column: str, number: int) -> None:
    """Writes what no reader understands, as far as the database lets anybody."""
    from django.db import connection

    is_sqlite = connection.vendor == "sqlite"
    value = "'[]'" if is_sqlite else {"at": "now()", "first_at": "now()", "details": "'[]'"}.get(column, "9")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {name} SET {column} = {value} WHERE id = %s", (number,))


CHANGES: dict[str, tuple[Callable[[], Any], str]] = {
    "a record deleted": (lambda: table("LedgerRecord").filter(pk=key(5)).delete(), "ledgerrecord missing record 5"),
    "several records deleted": (lambda: table("LedgerRecord").filter(pk__in=[key(5), key(6)]).delete(),
                                "ledgerrecord missing record 5–6"),
    "the last record deleted": (lambda: table("LedgerRecord").filter(pk=key(35)).delete(),
                                "ledgerrecord missing record 35"),
    "a record's text changed": (lambda: table("LedgerRecord").filter(pk=key(5)).update(text=b"{}"),
                                "ledgerrecord changed record 5"),
    "a record's hash changed": (lambda: table("LedgerRecord").filter(pk=key(5)).update(hash=b"x" * 32),
                                "ledgerrecord changed record 5"),
    "a record added behind the end": (lambda: table("LedgerRecord").create(pk=key(36), text=b"{}", hash=b"x" * 32),
                                      "ledgerrecord extra record 36"),
    "two records exchanged": (lambda: swap(key(5), key(6)), "ledgerrecord changed record 5"),
    "a record under another number": (lambda: rename(key(5), key(500), "LedgerRecord", "Play"),
                                      "ledgerrecord missing record 5"),
    "a play deleted": (lambda: table("Play").filter(pk=key(5)).delete(), "play missing record 5"),
    "a play added": (lambda: table("Play").filter(pk=key(1)).exists() or table("Play").create(
        pk=key(1), epoch_id=key(1) >> 40, shown_id=1, at_ms=0, day=1, hour=1, outcome=0, believed=True,
    ), "play extra record 1"),
    "a play of no epoch added": (lambda: table("Play").create(
        pk=999 << 40 | 1, epoch_id=999, shown_id=1, at_ms=0, day=1, hour=1, outcome=0, believed=True,
    ), "play extra epoch row 999 record 1"),
    "two plays exchanged": (lambda: (rename(key(5), key(900), "Play"), rename(key(6), key(5), "Play"),
                                     rename(key(900), key(6), "Play")), "play changed record 5"),
    "a play's day changed": (lambda: table("Play").filter(pk=key(5)).update(day=20260607), "play changed record 5"),
    "a play's hour changed": (lambda: table("Play").filter(pk=key(5)).update(hour=3), "play changed record 5"),
    "a play's outcome changed": (lambda: table("Play").filter(pk=key(5)).update(outcome=2), "play changed record 5"),
    "a play's length changed": (lambda: table("Play").filter(pk=key(5)).update(actual_ms=1), "play changed record 5"),
    "a play's clock changed": (lambda: table("Play").filter(pk=key(5)).update(believed=False),
                               "play changed record 5"),
    "a play that was seen": (lambda: table("Play").filter(pk=key(5)).update(presented=2), "play changed record 5"),
    "a play of something else": (lambda: table("Play").filter(pk=key(5)).update(
        shown_id=table("Play").get(pk=key(6)).shown_id), "play changed record 5"),
    "a doubt taken away": (lambda: table("Play").filter(pk=key(34)).update(doubt=0), "play changed record 34"),
    "an event deleted": (lambda: table("Event").filter(pk=key(35)).delete(), "event missing record 35"),
    "an event changed": (lambda: table("Event").filter(pk=key(35)).update(details={"records": 1}),
                         "event changed record 35"),
    "an event added": (lambda: table("Event").create(pk=key(2), epoch_id=key(2) >> 40, at=NOW, what="stop"),
                       "event extra record 2"),
    "a receipt deleted": (lambda: table("Receipt").filter(pk=key(32)).delete(), "receipt missing record 32"),
    "a receipt changed": (lambda: table("Receipt").filter(pk=key(33)).update(step="shown"),
                          "receipt changed record 33"),
    "a receipt of another screen": (lambda: table("Receipt").filter(pk=key(32)).update(screen_id=OTHER),
                                    "receipt changed record 32"),
    "a receipt added": (lambda: table("Receipt").create(
        pk=key(2), screen_id=SCREEN, publication=7, step="shown", at=NOW), "receipt extra record 2"),
    "what is shown renamed": (lambda: table("Shown").filter(publication=7).update(title="x"), "shown changed "),
    "what is shown renamed with its key": (lambda: reworded("x"), "shown missing "),
    "what is shown deleted": (lambda: table("Shown").filter(publication=77)._raw_delete("default"),
                              "shown missing record 34"),
    "a run made shorter": (lambda: table("LedgerRun").filter(epoch__screen=SCREEN).update(last=30),
                           "ledgerrecord extra record 31"),
    "a run deleted": (lambda: table("LedgerRun").filter(epoch__screen=OTHER, first=21).delete(),
                      "ledgerrecord extra record 21"),
    "the first run deleted": (lambda: table("LedgerRun").filter(epoch__screen=SCREEN).delete(), "ledgerrun missing "),
    "a run's hash changed": (lambda: table("LedgerRun").filter(epoch__screen=SCREEN).update(after=b"x" * 32),
                             "ledgerrun changed "),
    "an acknowledgement taken back": (lambda: table("LedgerEpoch").filter(screen=SCREEN).update(upto=30),
                                      "ledgerepoch changed "),
    "an epoch of another screen": (lambda: table("LedgerEpoch").filter(screen=SCREEN).update(screen=OTHER),
                                   "ledgerepoch missing "),
    "an epoch renamed": (lambda: table("LedgerEpoch").filter(screen=SCREEN).update(name="x"), "ledgerepoch missing "),
    "a whole epoch deleted": (epoch_deleted, "ledgerepoch missing "),
    "the end of a chain deleted with all that says so": (lambda: end_deleted(30), "ledgerrecord missing record 35"),
    "a screen deleted": (lambda: (epoch_deleted(), table("Screen").filter(id=SCREEN)._raw_delete("default")),
                         "screen missing sq-led"),
    "a screen enrolled later": (lambda: table("Screen").filter(id=SCREEN).update(enrolled_at=NOW), "play changed "),
    "a publication deleted": (lambda: (table("Playlist").all().delete(), table("PublishedMedia").all().delete(),
                                       table("Publication").all().delete()), "publication missing 7"),
    "a publication made up": (lambda: table("Publication").create(number=99, line="x"), "publication extra 99"),
    "an alarm deleted": (lambda: table("Alarm").filter(kind="doubtful").delete(), "alarm missing doubtful"),
    "an alarm closed": (lambda: table("Alarm").filter(kind="lost").update(closed_at=NOW), "alarm changed lost"),
    "an alarm reworded": (lambda: table("Alarm").filter(kind="gap").update(zh="没事"), "alarm changed gap"),
    "an alarm that happened less often": (lambda: table("Alarm").filter(kind="gap").update(times=0),
                                          "alarm changed gap"),
    "an alarm of another screen": (lambda: table("Alarm").filter(kind="lost").update(screen_id=OTHER),
                                   "alarm changed lost"),
    "an alarm made up": (lambda: table("Alarm").create(
        screen_id=SCREEN, kind="clone", key="", zh="x", en="x", first_at=NOW, last_at=NOW), "alarm extra clone"),
    "a play that is no number": (lambda: nonsense("office_play", "actual_ms", key(5)), "play changed record 5"),
    "a doubt that is no number": (lambda: nonsense("office_play", "doubt", key(5)), "play changed record 5"),
    "an event that is no object": (lambda: nonsense("office_event", "details", key(35)), "event changed "),
    "a receipt of no time": (lambda: nonsense("office_receipt", "at", key(32)), "receipt changed "),
    "an alarm of no time": (lambda: nonsense("office_alarm", "first_at", first("Alarm")), "alarm changed "),
    "a run that is no number": (lambda: nonsense("office_ledgerrun", "last", first("LedgerRun")), "ledger"),
    "an entry of the audit log deleted": (lambda: table("AuditEntry").filter(number=2).delete(),
                                          "auditentry missing 2"),
    "the last entry of the audit log deleted": (lambda: table("AuditEntry").filter(number=3).delete(),
                                                "auditentry missing 3"),
    "an entry of the audit log changed": (lambda: table("AuditEntry").filter(number=2).update(who="li"),
                                          "auditentry changed 2"),
    "the end of the audit log deleted with its number": (lambda: (
        table("AuditEntry").filter(number=3).delete(), table("Sequence").filter(name="audit").update(value=2),
    ), "publication extra 7"),
    "a number put back": (lambda: table("Sequence").filter(name="audit").update(value=1), "auditentry missing 4"),
    "an entry of the journal changed": (lambda: table("JournalEntry").filter(number=2).update(about="{}"),
                                        "journalentry changed 2"),
    "the end of the journal deleted with its number": (lambda: (
        table("JournalEntry").filter(number__gt=3).delete(), table("Sequence").filter(name="journal").update(value=3),
    ), "alarm extra "),
    "what the journal noted forgotten": (lambda: table("LedgerEpoch").filter(screen=SCREEN).update(noted=0),
                                         "ledgerepoch changed "),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_whatever_is_changed_by_hand_is_found_and_named(
    change: Callable[[], Any], expected: str, filled: Ledger, verify: Verify
) -> None:
    change_without_rules(change)
    code, findings = verify()
    assert code == 1
    name, what, where = (*expected.split(" ", 2), "", "")[:3]
    told = [each for each in findings if name in each["table"] and what in each["what"]]
    assert any(where in each["where"] for each in told), findings
    assert all(each["zh"] and each["en"] for each in findings)


def change_without_rules(change: Callable[[], Any]) -> None:
    """Does it as somebody who owns the database: without foreign keys."""
    from django.db import connection

    with connection.cursor() as cursor:
        is_sqlite = connection.vendor == "sqlite"
        cursor.execute("PRAGMA foreign_keys=OFF" if is_sqlite else "SET session_replication_role = replica")
        try:
            change()
        finally:
            cursor.execute("PRAGMA foreign_keys=ON" if is_sqlite else "SET session_replication_role = origin")


def test_an_end_that_somebody_wrote_down_proves_that_nothing_before_it_is_gone(filled: Ledger, verify: Verify) -> None:
    from office.verifying.chains import ends

    written = [f"{number}:{digest[:16]}" for _, number, digest in ends()]
    assert len(written) == 2
    assert verify(*[word for each in written for word in ("--noted", each)]) == (0, [])
    last = table("JournalEntry").order_by("-number").first().number
    table("JournalEntry").filter(number=last).delete()
    table("Sequence").filter(name="journal").update(value=last - 1)
    code, findings = verify("--noted", written[1])
    assert code == 1
    assert ("journalentry", str(last)) in {(each["table"], each["where"]) for each in findings}


def test_an_end_that_cannot_be_read_is_refused(filled: Ledger, verify: Verify) -> None:
    from signage.errors import BadInput

    with pytest.raises(BadInput):
        verify("--noted", "nonsense")


def test_many_findings_of_one_kind_are_told_shortly(filled: Ledger, verify: Verify) -> None:
    from office.verifying.findings import found, shortened

    many = (found("play", str(n), "missing", "不在了", "gone") for n in range(1000))
    told = list(shortened(many, 5))
    assert len(told) == 6
    assert told[-1].times == 995
    table("Play").all().delete()
    code, findings = verify()
    assert code == 1
    assert {each["what"] for each in findings if each["table"] == "play"} == {"missing", "changed"}


def test_a_collector_goes_on_while_it_is_verified_and_the_moment_is_one(filled: Ledger, either: None) -> None:
    import threading

    from django.db import connection

    from office.collecting.ledgers import Ledgers
    from office.verifying.ledgers import Sums, ledgers
    from office.verifying.snapshot import snapshot

    troubles: list[BaseException] = []

    def collect() -> None:
        try:
            more = Ledger(OTHER, "f" * 16).filled(40)
            Ledgers().store([more.batch(11, 20), more.batch(31, 40)], NOW)
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    with snapshot():
        before = table("LedgerRecord").count()
        collecting = threading.Thread(target=collect)
        collecting.start()
        collecting.join(20)
        assert not collecting.is_alive()
        sums = Sums()
        assert list(ledgers(10**13, sums)) == []
        assert sums.records == before == 55
    assert troubles == []
    assert table("LedgerRecord").count() == 75
