"""A clock that stands in 1970 or 2036 signs nothing unless somebody vouches for it."""

import datetime as dt
from pathlib import Path

import pytest

from office.place import Place
from tests.office.people import AT
from tests.office.publishing.town import Office

DAY = dt.timedelta(days=1)


@pytest.fixture
def town(database: None, keyed: Place, tmp_path: Path) -> Office:
    return Office(keyed, tmp_path)


def test_the_collector_signs_nothing_by_a_clock_that_jumped_and_goes_on_when_somebody_vouched(town: Office) -> None:
    from office.publishing.publish import renew, sign_again
    from office.publishing.signing_clock import DoubtfulClockError
    from office.trusting.repository import head

    town.push()
    before = head(town.place)
    for at in (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), AT + 3650 * DAY, AT - 2 * DAY):
        with pytest.raises(DoubtfulClockError, match="--clock-is-right"):
            renew(town.place, at)
        assert head(town.place) == before

    late = AT + 200 * DAY  # the office was off for so long, and two people signed all the same
    with pytest.raises(DoubtfulClockError):
        renew(town.place, late)
    sign_again(town.place, town.signers, late)
    assert renew(town.place, late + 4 * DAY) is not None


def test_what_was_once_signed_in_2036_is_mended_by_signing_knowingly(town: Office) -> None:
    from office.publishing.publish import renew, sign_again
    from office.publishing.signing_clock import clock_doubt
    from office.trusting.repository import standing

    sign_again(town.place, town.signers, AT + 3650 * DAY)
    assert clock_doubt(town.place, AT) is not None
    sign_again(town.place, town.signers, AT)
    assert clock_doubt(town.place, AT + DAY) is None
    timestamp = standing(town.place).timestamp
    assert timestamp is not None
    assert timestamp.signed.expires < AT + 8 * DAY
    assert renew(town.place, AT + 4 * DAY) is not None


def test_an_audit_log_that_cannot_be_read_stops_no_honest_clock(town: Office) -> None:
    from office.models import AuditEntry
    from office.publishing.signing_clock import clock_doubt

    AuditEntry.objects.update(at="nonsense")
    assert clock_doubt(town.place, AT) is None
    assert clock_doubt(town.place, dt.datetime(1970, 1, 2, tzinfo=dt.UTC)) is not None


def test_who_closes_an_alarm_vouches_for_no_clock(town: Office) -> None:
    from django.db import transaction

    from office.audit import ALARM_CLOSED, note
    from office.publishing.signing_clock import clock_doubt

    town.push()
    late = AT + 3650 * DAY
    with transaction.atomic():
        note("test", ALARM_CLOSED, {"alarm": 1}, late)
    assert clock_doubt(town.place, late) is not None
    assert clock_doubt(town.place, AT + DAY) is None


def test_the_console_asks_no_screen_by_a_clock_that_jumped(town: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from office import serving
    from office.models import Screen
    from office.publishing.signing_clock import DoubtfulClockError

    town.push()
    Screen.objects.update(status="online")
    names = tuple(Screen.objects.values_list("id", flat=True))
    asked: list[dt.datetime] = []
    monkeypatch.setattr(serving, "order", lambda *_args, at, **_named: asked.append(at))
    console = serving.Console(town.place, "127.0.0.1", 0)
    try:
        monkeypatch.setattr(serving, "now_utc", lambda: AT + 3650 * DAY)
        with pytest.raises(DoubtfulClockError):
            console._ask(names, "test")
        assert not asked
        monkeypatch.setattr(serving, "now_utc", lambda: AT + DAY)
        console._ask(names, "test")
        assert asked == [AT + DAY]
    finally:
        console._server.stop()
