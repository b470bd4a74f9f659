"""The broker's password file is mosquitto's own."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from office.broker.passwords import hashed, matches, new_password, read_passwords, with_password, without_user

MADE_BY_MOSQUITTO = (
    "$7$101$HNXeaQrOpb8dPf8d$roqFfsijWyeLt1fgBl9mL1FMt/Oi7jlmX2OmkvifObtjuK137UAIhIoVKy62FvG/kUEgJGtHIipFM8EYSv2ogA=="
)


def test_what_mosquitto_keeps_of_a_password_is_understood() -> None:
    assert matches("secret", MADE_BY_MOSQUITTO)
    assert not matches("Secret", MADE_BY_MOSQUITTO)


def test_mosquitto_keeps_the_same_of_a_password_as_we_do(tmp_path: Path, needs: Callable[..., None]) -> None:
    needs("mosquitto_passwd")
    file = tmp_path / "passwords"
    file.write_text("sq-led1:plain words\n")
    subprocess.run(["mosquitto_passwd", "-U", str(file)], check=True, timeout=20)
    kept = read_passwords(file.read_text())["sq-led1"]
    assert kept.split("$")[1:3] == hashed("plain words").split("$")[1:3]
    assert matches("plain words", kept)


def test_a_user_is_added_changed_and_taken_away_without_touching_others() -> None:
    one, two = new_password(), new_password()
    file = with_password(with_password("", "sq-led1", one), "sq-led2", two)
    kept = read_passwords(file)["sq-led2"]
    file = with_password(file, "sq-led1", two)
    assert read_passwords(file)["sq-led2"] == kept
    assert matches(two, read_passwords(file)["sq-led1"])
    assert set(read_passwords(without_user(file, "sq-led1"))) == {"sq-led2"}
    assert one not in file
    assert two not in file


def test_two_users_with_the_same_password_look_different() -> None:
    assert hashed("same") != hashed("same")


def test_what_is_no_hash_matches_nothing() -> None:
    for kept in (
        "",
        "x",
        "$6$101$AAAA$AAAA",
        "$7$0$AAAA$AAAA",
        "$7$99999999999$AAAA$AAAA",
        "$7$101$!$AAAA",
        "$7$a$b$c",
    ):
        assert not matches("", kept), kept


def test_lines_that_are_no_users_are_passed_over() -> None:
    assert read_passwords("# a comment\n\nnobody\n:x\nsq-led1:$7$\n") == {"sq-led1": "$7$"}
