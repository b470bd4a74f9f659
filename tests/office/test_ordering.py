"""Commands: which are signed, what is written down, and what a screen hears."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import UNSET

from office.place import Place
from signage.errors import BadInput
from signage.messages import Command, decode
from signage.topics import MOST_BYTES, Topics
from signage.trust import why_not_obeyed
from tests.brokers import wait_until
from tests.office.people import AT

ORDERS = [
    ("volume", ["60"], {"percent": 60}),
    ("volume", ["percent=60"], {"percent": 60}),
    ("blackout", ["on"], {"on": True}),
    ("blackout", ["on=false"], {"on": False}),
    ("identify", [], {}),
    ("resend", ["epoch=0123456789abcdef", "first=1", "last=9"], {"epoch": "0123456789abcdef", "first": 1, "last": 9}),
]


@pytest.mark.parametrize(("op", "words", "args"), ORDERS)
def test_arguments_are_read_as_people_write_them(database: None, op: str, words: list[str], args: object) -> None:
    from office.ordering import read_arguments

    assert read_arguments(op, words) == args  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("op", "words"),
    [("volume", ["101"]), ("volume", []), ("blackout", ["maybe"]), ("next", ["now"]), ("shot", ["path=/etc/passwd"])],
)
def test_arguments_that_no_screen_would_take_are_refused_here(database: None, op: str, words: list[str]) -> None:
    from office.ordering import read_arguments

    with pytest.raises(BadInput):
        read_arguments(op, words)  # type: ignore[arg-type]


def test_a_command_that_is_valid_for_too_long_is_not_signed(database: None, keyed: Place) -> None:
    from office.models import Command as Row
    from office.ordering import order

    with pytest.raises(BadInput, match="300 seconds"):
        order(keyed, (), "next", {}, by="li", at=AT, valid_s=301)

    assert not Row.objects.exists()


def test_what_no_broker_took_is_not_called_sent_and_its_number_is_used_up(either: None, keyed: Place) -> None:
    from office.models import Command as Row
    from office.models import Screen
    from office.ordering import order
    from office.voice import UnheardError
    from tests.ports import free_port

    text = keyed.settings_file.read_text()
    keyed.settings_file.write_text(text.replace("127.0.0.1:1883", f"127.0.0.1:{free_port()}"))
    screen = Screen.objects.create(id="sq-led1")
    with pytest.raises(UnheardError):
        order(keyed, [screen], "next", {}, by="li", at=AT, wait_s=0.5)

    row = Row.objects.get()
    assert row.sent_at is None
    assert Screen.objects.get().last_command_number == row.number > 1_700_000_000_000


@pytest.mark.slow
def test_a_screen_hears_a_command_that_it_would_obey_and_a_revoked_one_hears_none(
    database: None, keyed: Place, tmp_path: Path, needs: Callable[..., None]
) -> None:
    from office.enrolling import Enrolment, enroll, write_broker_files
    from office.models import Screen
    from office.ordering import order
    from office.trusting.keys import open_online_key
    from signage.link import Arrived, Broker, Link
    from tests.office.mosquitto import own_mosquitto

    needs("mosquitto")
    done = enroll(keyed, Enrolment(screen="sq-led1"), tmp_path / "out", "guan", AT)
    Screen.objects.create(id="sq-led2", revoked_at=AT)
    Screen.objects.filter(pk="sq-led1").update(state={"nonce": "0123456789abcdef"})
    write_broker_files(keyed)
    heard: list[Arrived] = []
    with own_mosquitto(keyed, tmp_path / "broker") as url:
        broker = Broker(url=url, user="sq-led1", password=(done.folder / "password").read_text())
        link = Link(broker, "sq-led1", filters=Topics().for_screen("sq-led1"))
        link.start()
        try:
            wait_until(lambda: link.connected, "the screen is connected")
            now = dt.datetime.now(dt.UTC)
            sent = order(keyed, Screen.objects.all(), "volume", {"percent": 40}, by="li", at=now)

            def arrived() -> bool:
                heard.extend(event for event in link.take(0.1) if isinstance(event, Arrived))
                return bool(heard)

            wait_until(arrived, "the command arrived")
        finally:
            link.stop()

    assert [row.screen_id for row in sent] == ["sq-led1"]
    assert sent[0].sent_at is not None
    command = decode(heard[0].payload, Command, MOST_BYTES["command"])
    assert (heard[0].topic, heard[0].retained) == ("wuzha/1/screen/sq-led1/command", False)
    assert (command.op, command.args, command.by) == ("volume", {"percent": 40}, "li")
    assert command.answers == "0123456789abcdef", "of the newest state of the screen"
    key = open_online_key(keyed).public_key().public_bytes_raw()
    assert why_not_obeyed(command, screen="sq-led1", last_number=0, at=now, keys=(key,)) is None


@pytest.mark.parametrize(
    "state", [None, [], {}, {"nonce": ""}, {"nonce": 7}, {"nonce": "0123456789ABCDEF"}, {"nonce": "0" * 17}]
)
def test_a_state_that_says_no_nonce_is_not_answered(database: None, state: object) -> None:
    from office.ordering import nonce_of

    assert nonce_of(state) is UNSET
