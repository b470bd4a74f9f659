"""What grows old is signed again by itself, and trouble with it is said once and tried again."""

import datetime as dt
import logging

import pytest

from office.place import Place
from tests.brokers import wait_until


def test_it_signs_and_goes_on_after_trouble(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    from office.collecting.renewing import Renewing

    times: list[dt.datetime] = []

    def sign(_place: Place, at: dt.datetime) -> None:
        times.append(at)
        if len(times) < 4:
            raise OSError("no passphrase")

    made = Renewing(place, sign=sign, first_s=0.01, every_s=0.01)
    with caplog.at_level(logging.ERROR):
        made.start()
        wait_until(lambda: len(times) > 5, "it goes on")
        made.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "the published files cannot be signed again: no passphrase"
    ]


def test_it_ends_while_it_waits(place: Place) -> None:
    from office.collecting.renewing import Renewing

    made = Renewing(place, sign=lambda *_: pytest.fail("it was not time"))
    made.start()
    made.stop()
