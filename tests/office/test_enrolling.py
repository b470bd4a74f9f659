"""What a new screen is given."""

import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from office.broker.passwords import matches, read_passwords
from office.place import Place
from office.trusting.keys import UnusableKeyError
from office.trusting.root import root_bytes
from signage.errors import BadInput
from signage.site_variables import MOST_VARIABLES
from tests.office.people import AT

CONFIG = """
[screen]
id = "sq-square-led1"
title = "广场 LED"
[site]
kind = "square"
village = "石桥村"
[site.variables]
grid_worker = "王芳"
grid_phone = ""
[[zone]]
name = "main"
box = [0, 0, 1280, 656]
[[zone]]
name = "ticker"
box = [0, 656, 1280, 64]
"""


def test_the_folder_holds_all_that_the_player_needs(database: None, keyed: Place, tmp_path: Path) -> None:
    from office.enrolling import Enrolment, enroll

    done = enroll(keyed, Enrolment(screen="sq-square-led1"), tmp_path / "out", "guan", AT)

    told = tomllib.loads((done.folder / "office.toml").read_text())
    assert told == {
        "screen": "sq-square-led1", "broker": "mqtt://127.0.0.1:1883", "http": "http://127.0.0.1:8080",
        "user": "sq-square-led1", "prefix": "wuzha/1", "ca": "",
    }  # fmt: skip
    assert (done.folder / "root.json").read_bytes() == root_bytes(keyed)
    assert stat.S_IMODE((done.folder / "password").stat().st_mode) == 0o600


def test_the_office_keeps_a_hash_of_the_password_and_nowhere_the_password(
    database: None, keyed: Place, tmp_path: Path
) -> None:
    from office.enrolling import Enrolment, enroll

    done = enroll(keyed, Enrolment(screen="sq-square-led1"), tmp_path / "out", "guan", AT)

    password = (done.folder / "password").read_text()
    kept = read_passwords(keyed.broker_passwords.read_text())
    assert matches(password, kept["sq-square-led1"])
    for path in keyed.home.rglob("*"):
        assert not path.is_file() or password.encode() not in path.read_bytes()


def test_what_is_said_anew_of_a_screen_leaves_its_password_and_the_rest(database: None, keyed: Place) -> None:
    from office.enrolling import Enrolment, enroll
    from office.models import Screen

    first = enroll(keyed, Enrolment(screen="sq-led1", title="一号", tags=("big",), site="广场"), None, "guan", AT)
    password = (first.folder / "password").read_text()
    for path in first.folder.iterdir():
        path.unlink()  # carried to the player, as the manual says

    for told in ({"title": "二号"}, {"tags": ("small",)}, {"variables": {"phone": "110"}}, {"village": "石桥村"}, {}):
        done = enroll(keyed, Enrolment(screen="sq-led1", **told), None, "guan", AT)
        assert (done.password, done.folder) == ("elsewhere", None)
        assert list(first.folder.iterdir()) == []
    assert matches(password, read_passwords(keyed.broker_passwords.read_text())["sq-led1"])
    screen = Screen.objects.get()
    assert (screen.title, screen.site.name, [tag.name for tag in screen.tags.all()]) == ("二号", "广场", ["small"])
    assert (screen.site.variables, screen.site.village.name) == ({"phone": "110"}, "石桥村")


def test_a_new_password_is_made_when_it_is_asked_for_and_ends_the_old_one(database: None, keyed: Place) -> None:
    from office.enrolling import Enrolment, enroll, revoke

    folder = enroll(keyed, Enrolment(screen="sq-led1"), None, "guan", AT).folder
    old = (folder / "password").read_text()
    assert enroll(keyed, Enrolment(screen="sq-led1"), None, "guan", AT, new_password=True).password == "new"

    kept = read_passwords(keyed.broker_passwords.read_text())["sq-led1"]
    assert not matches(old, kept)
    assert matches((folder / "password").read_text(), kept)
    revoke(keyed, "sq-led1", "guan", AT)
    assert enroll(keyed, Enrolment(screen="sq-led1"), None, "guan", AT).password == "new", "after it was revoked"


def test_a_folder_is_written_again_with_the_password_that_still_lies_there(
    database: None, keyed: Place, tmp_path: Path
) -> None:
    from office.enrolling import Enrolment, enroll

    usual = enroll(keyed, Enrolment(screen="sq-led1"), None, "zhang", AT).folder
    password = (usual / "password").read_text()
    keyed.settings_file.write_text(keyed.settings_file.read_text().replace("127.0.0.1:8080", "10.0.0.1:8080"))

    for folder in (None, tmp_path / "stick"):
        done = enroll(keyed, Enrolment(screen="sq-led1", tags=("x",)), folder, "zhang", AT)
        assert (done.password, (done.folder / "password").read_text()) == ("kept", password)
        assert tomllib.loads((done.folder / "office.toml").read_text())["http"] == "http://10.0.0.1:8080"

    (usual / "password").unlink()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "password").write_text("of a former time")
    done = enroll(keyed, Enrolment(screen="sq-led1"), tmp_path / "other", "zhang", AT)
    assert done.password == "elsewhere"
    assert sorted(path.name for path in done.folder.iterdir()) == ["office.toml", "root.json"]
    assert matches(password, read_passwords(keyed.broker_passwords.read_text())["sq-led1"])


def test_a_new_password_elsewhere_leaves_no_dead_one_behind(database: None, keyed: Place, tmp_path: Path) -> None:
    from office.enrolling import Enrolment, enroll

    usual = enroll(keyed, Enrolment(screen="sq-led1"), None, "zhang", AT).folder
    stick = enroll(keyed, Enrolment(screen="sq-led1"), tmp_path / "stick", "zhang", AT, new_password=True).folder
    assert not (usual / "password").exists()
    assert (stick / "password").exists()
    again = enroll(keyed, Enrolment(screen="sq-led1"), usual, "zhang", AT, new_password=True).folder
    assert (again / "password").exists()


def test_enrolling_again_leaves_what_the_collector_wrote_meanwhile(database: None, keyed: Place) -> None:
    from office.enrolling import Enrolment, enroll
    from office.models import Screen

    enroll(keyed, Enrolment(screen="sq-led1"), None, "guan", AT)
    Screen.objects.filter(id="sq-led1").update(status="online", conn=7)
    enroll(keyed, Enrolment(screen="sq-led1", title="new"), None, "guan", AT)

    screen = Screen.objects.get()
    assert (screen.title, screen.status, screen.conn) == ("new", "online", 7)


def test_a_players_configuration_tells_of_its_screen(either: None, keyed: Place, tmp_path: Path) -> None:
    from office.enrolling import enroll, from_config
    from office.models import Screen

    (tmp_path / "kiosk_config.toml").write_text(CONFIG)
    enroll(keyed, from_config(tmp_path / "kiosk_config.toml"), None, "guan", AT)

    screen = Screen.objects.get()
    assert (screen.id, screen.title, screen.zone_names) == ("sq-square-led1", "广场 LED", ("main", "ticker"))
    assert (screen.site.kind, screen.site.village.name) == ("square", "石桥村")
    assert screen.site.variables == {"grid_worker": "王芳"}


@pytest.mark.parametrize(("text", "why"), [("", "'id' is missing"), ("x", "Expected '='"), ("screen = 1", "no table")])
def test_a_configuration_without_a_screen_is_refused_with_what_it_lacks(tmp_path: Path, text: str, why: str) -> None:
    from office.enrolling import from_config

    (tmp_path / "kiosk_config.toml").write_text(text)
    with pytest.raises(BadInput, match=why):
        from_config(tmp_path / "kiosk_config.toml")


@pytest.mark.parametrize("screen", ["../x", "UPPER", "ab", "office", "a/b", "a+b", "x" * 37, "#"])
def test_no_other_name_becomes_a_screen(database: None, keyed: Place, screen: str) -> None:
    from office.enrolling import Enrolment, enroll
    from office.models import Screen

    with pytest.raises(BadInput, match="cannot be the id of a screen"):
        enroll(keyed, Enrolment(screen=screen), None, "guan", AT)

    assert not Screen.objects.exists()


def test_without_keys_nobody_is_enrolled(place: Place) -> None:
    from office.enrolling import Enrolment, enroll
    from office.models import Screen

    with pytest.raises(UnusableKeyError, match="keys init"):
        enroll(place, Enrolment(screen="sq-led1"), None, "guan", AT)

    assert not Screen.objects.exists()
    assert not place.broker_passwords.exists()


def test_when_its_folder_cannot_be_written_it_is_not_enrolled(database: None, keyed: Place, tmp_path: Path) -> None:
    from office.enrolling import Enrolment, enroll
    from office.models import Screen

    (tmp_path / "out").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="out"):
        enroll(keyed, Enrolment(screen="sq-led1"), tmp_path / "out", "guan", AT)

    assert not Screen.objects.exists()
    assert not keyed.broker_passwords.exists()


@pytest.mark.slow
def test_the_broker_takes_the_enrolled_screen_and_refuses_a_wrong_password(
    database: None, keyed: Place, tmp_path: Path, needs: object
) -> None:
    import msgspec

    from office.enrolling import Enrolment, enroll, write_broker_files
    from office.voice import office_broker
    from signage.link import Broker, Connected, Disconnected, Link, LinkEvent
    from tests.office.mosquitto import own_mosquitto

    needs("mosquitto")  # type: ignore[operator]
    done = enroll(keyed, Enrolment(screen="sq-led1"), tmp_path / "out", "guan", AT)
    write_broker_files(keyed)

    def first(broker: Broker) -> LinkEvent:
        link = Link(broker, "sq-led1", first_delay_s=0.1)
        link.start()
        try:
            return next(event for event in link.take(20.0))
        finally:
            link.stop()

    with own_mosquitto(keyed, tmp_path / "broker") as url:
        password = (done.folder / "password").read_text()
        assert isinstance(first(Broker(url=url, user="sq-led1", password=password)), Connected)
        assert isinstance(first(Broker(url=url, user="sq-led1", password=password + "x")), Disconnected)
        assert isinstance(first(Broker(url=url)), Disconnected)
        assert isinstance(first(msgspec.structs.replace(office_broker(keyed, keyed.settings()), url=url)), Connected)


@pytest.mark.parametrize(
    "told",
    [
        {"title": "广场\u202eDEL"},
        {"site": "广\u200b场"},
        {"village": "石桥\ue000"},
        {"kind": "squ\u0430re"},
        {"tags": ("a", "b\u2066")},
        {"zones": ("m\u3164",)},
        {"variables": {"phone": "96\u200d110"}},
        {"variables": {"ph\u00adone": "96110"}},
    ],
)
def test_what_does_not_read_as_it_is_enrols_nothing(database: None, keyed: Place, told: dict[str, Any]) -> None:
    from office.enrolling import Enrolment, enroll

    with pytest.raises(BadInput, match=r"U\+[0-9A-F]{4}"):
        enroll(keyed, Enrolment(screen="sq-led-9", **told), None, "me", AT)
    assert not (keyed.home / "enrolments" / "sq-led-9").exists()


def test_a_site_gets_no_more_words_than_a_screen_takes_and_one_that_has_more_can_lose_them(
    database: None, keyed: Place
) -> None:
    from office.enrolling import Enrolment, enroll
    from office.models import Site

    def enter(**words: str) -> None:
        enroll(keyed, Enrolment(screen="sq-led1", variables=words), None, "guan", AT)

    most = {f"v{n}": "1" for n in range(MOST_VARIABLES)}
    enter(**most, taken_back="")
    with pytest.raises(BadInput, match=f"would have {MOST_VARIABLES + 1} variables"):
        enter(more="1")
    assert "more" not in Site.objects.get().variables
    enter(v0="2")
    enter(v0="", more="1")

    Site.objects.update(variables=most | {"more": "1", "most": "1"})  # entered before there was a limit
    enter(v0="2")
    enter(more="")
    with pytest.raises(BadInput):
        enter(more="1", other="1")
