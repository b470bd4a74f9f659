"""The enrolment: read whole or refused with its cure, and always behind what a person wrote."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from player.config import read_config
from player.enrolment import read_enrolment, read_password
from signage.errors import BadInput
from signage.printable import printable

OFFICE = """
screen = "sq-1"
broker = "mqtts://broker.example:8883"
http = "https://office.example"
user = "sq-1"
prefix = "town/1"
ca = "ca.pem"
later = "a key of a later office"
"""


def enrolled(tmp_path: Path, text: str = OFFICE) -> Path:
    folder = tmp_path / "enrolment"
    folder.mkdir()
    (folder / "office.toml").write_text(text, encoding="utf-8")
    (folder / "password").write_text("geheim\n", encoding="utf-8")
    (folder / "root.json").write_text("{}", encoding="utf-8")
    return folder


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "kiosk_config.toml"
    path.write_text(f'[screen]\nid = "sq-1"\n{text}', encoding="utf-8")
    return path


def test_the_folder_says_everything_that_the_configuration_leaves_empty(tmp_path: Path) -> None:
    folder = enrolled(tmp_path)
    config = read_config(written(tmp_path, '[office]\nenrolment = "enrolment"\nbroker = ""\nprefix = "wuzha/1"\n'))
    office = config.office
    assert (office.broker, office.http, office.user) == (
        "mqtts://broker.example:8883",
        "https://office.example",
        "sq-1",
    )
    assert (office.prefix, office.ca, office.credentials) == ("town/1", folder / "ca.pem", folder / "password")
    assert config.trust.root == folder / "root.json"
    assert config.has_office
    assert config.takes_publications
    assert read_password(office.credentials) == "geheim"


def test_what_a_person_wrote_goes_before_the_folder(tmp_path: Path) -> None:
    enrolled(tmp_path)
    text = '[office]\nenrolment = "enrolment"\nbroker = "mqtt://10.0.0.1"\nprefix = "x/1"\n[trust]\nroot = "my.json"\n'
    config = read_config(written(tmp_path, text))
    assert (config.office.broker, config.office.prefix) == ("mqtt://10.0.0.1", "x/1")
    assert config.office.http == "https://office.example"
    assert config.trust.root == tmp_path / "my.json"


def test_the_command_line_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = enrolled(tmp_path)
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, '[office]\nenrolment = "none"\n')
    assert read_config(path, Path("enrolment")).office.enrolment == folder
    with pytest.raises(BadInput):
        read_config(path)


def test_a_screen_without_one_has_no_office(tmp_path: Path) -> None:
    assert not read_config(written(tmp_path, "")).has_office


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "office.toml").unlink(), "cannot be read"),
        (lambda folder: (folder / "office.toml").write_text("= ="), "not valid TOML"),
        (lambda folder: (folder / "office.toml").write_text("#" * 300_000), "the limit is"),
        (lambda folder: (folder / "office.toml").write_text('screen = "other-1"'), 'is for screen "other-1"'),
        (lambda folder: (folder / "office.toml").write_text('broker = "http://x"'), "is not an address"),
        (lambda folder: (folder / "password").unlink(), "has no file password"),
        (lambda folder: (folder / "root.json").unlink(), "has no file root.json"),
    ],
    ids=["missing", "not TOML", "too large", "another screen", "no broker", "no password", "no root"],
)
def test_a_folder_that_is_not_what_the_office_wrote_is_refused(tmp_path: Path, spoil, says: str) -> None:  # type: ignore[no-untyped-def]
    spoil(enrolled(tmp_path))
    with pytest.raises(BadInput, match=says):
        read_config(written(tmp_path, '[office]\nenrolment = "enrolment"\n'))


def test_a_file_that_is_no_password_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "password"
    large.write_bytes(b"x" * 5000)
    with pytest.raises(ValueError, match="too large"):
        read_password(large)
    large.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="codec"):
        read_password(large)
    assert read_password(None) == ""


@pytest.mark.parametrize("owner", ["\u202e1", "\ufeff", "\U0001f469\u200d\U0001f467"])
def test_the_folder_of_a_screen_with_a_strange_name_is_told_harmlessly(tmp_path: Path, owner: str) -> None:
    (tmp_path / "office.toml").write_text(f'screen = "{owner}"', encoding="utf-8")
    with pytest.raises(BadInput) as bad:
        read_enrolment(tmp_path, "sq-led1")
    for complaint in bad.value.complaints:
        assert printable(complaint.problem.en) == complaint.problem.en
        assert printable(complaint.problem.zh) == complaint.problem.zh


def test_a_second_copy_that_landed_inside_the_first_is_noticed_and_keeps_nobody_from_playing(tmp_path: Path) -> None:
    folder = enrolled(tmp_path)
    shutil.copytree(folder, folder / "sq-1")
    path = written(tmp_path, '[office]\nenrolment = "enrolment"\n')
    assert read_config(path).enrolment_troubles == (), "the same files twice do no harm"

    (folder / "sq-1" / "password").write_text("the new one")
    [found] = read_config(path).enrolment_troubles
    assert 'holds another enrolment, "sq-1", which is not used' in found.problem.en
    assert "one level up" in found.cure.en
    assert read_config(path).has_office

    shutil.copytree(folder / "sq-1", folder, dirs_exist_ok=True)
    assert read_config(path).enrolment_troubles == (), "the cure cures"


def test_a_folder_that_was_named_one_level_too_high_is_told_so(tmp_path: Path) -> None:
    enrolled(tmp_path)
    (tmp_path / "other").mkdir()
    with pytest.raises(BadInput) as bad:
        read_enrolment(tmp_path, "sq-1")
    [complaint] = bad.value.complaints
    assert 'one level below: "enrolment"' in complaint.problem.en
    assert "name that folder" in complaint.cure.en


@pytest.mark.parametrize("closed", ["enrolment", "office.toml", "password", "root.json"])
def test_what_the_players_user_may_not_read_is_told_with_what_to_do(tmp_path: Path, closed: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: files of two owners")
    home = Path(tempfile.mkdtemp(prefix="wz-enrolment-", dir="/tmp"))  # nobody else may enter pytest's own
    try:
        home.chmod(0o755)
        folder = enrolled(home)
        folder.chmod(0o755)
        (folder if closed == "enrolment" else folder / closed).chmod(0o700 if closed == "enrolment" else 0o600)
        path = written(home, '[office]\nenrolment = "enrolment"\n')
        os.seteuid(65534)
        with pytest.raises(BadInput) as bad:
            read_config(path)
        told = bad.value.complaints[0]
        assert "may not be read by the player's user" in told.problem.en
        assert "chown -R" in told.cure.en
        config = read_config(path, lenient=True)
        assert config.enrolment_failed
        assert config.enrolment_troubles == bad.value.complaints
    finally:
        os.seteuid(0)
        shutil.rmtree(home)
