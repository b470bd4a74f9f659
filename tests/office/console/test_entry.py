"""Nobody sees a page without logging in, and guessing is slow."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client

from office.console.entry import throttle
from office.console.headers import HEADERS
from office.console.returning import DEVICE, RETURN
from office.console.throttle import FREE_NAMES, RETURN_S
from tests.office.console.conftest import NAME, PASSWORD

PAGES = ("/", "/publications/", "/counts/", "/counts/table.csv", "/screens/sq-led1/shot.jpg")


def try_in(client: Client, password: str = PASSWORD, **more: str) -> object:
    page = client.get("/login/").content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    form = {"name": NAME, "password": password, "csrfmiddlewaretoken": found[1], **more}
    return client.post("/login/", form)


@contextmanager
def counted_hashes() -> Iterator[list[str]]:
    """What is hashed meanwhile."""
    hashed: list[str] = []
    true = PBKDF2PasswordHasher.encode

    def encode(self: PBKDF2PasswordHasher, password: str, *rest: object) -> str:
        hashed.append(password)
        return str(true(self, password, *rest))

    with patch.object(PBKDF2PasswordHasher, "encode", encode):
        yield hashed


@contextmanager
def fast_hashes() -> Iterator[None]:
    """Hashing takes no time: what is tried is wrong anyway."""
    with patch.object(PBKDF2PasswordHasher, "encode", lambda *_: "pbkdf2_sha256$1$x$wrong"):
        yield


@contextmanager
def later(seconds: float) -> Iterator[None]:
    """It is so much later for what is signed with its time."""
    at = time.time() + seconds
    with patch("django.core.signing.time.time", lambda: at):
        yield


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_for_a_login_first(anyone: Client, page: str) -> None:
    response = anyone.get(page)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=")


def test_who_has_the_password_comes_in(anyone: Client, user: None) -> None:
    response = try_in(anyone, next="/counts/")
    assert (response.status_code, response["Location"]) == (302, "/counts/")
    assert anyone.get("/").status_code == 200


def test_the_cookie_is_kept_from_scripts_and_other_sites(anyone: Client, user: None) -> None:
    cookie = try_in(anyone).cookies["wuzha"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


def test_a_wrong_password_is_said_without_saying_what_was_wrong(anyone: Client, user: None) -> None:
    known, unknown = try_in(anyone, "wrong"), try_in(anyone, name="nobody")
    assert known.status_code == unknown.status_code == 200
    assert "用户名或密码不对" in known.content.decode()
    assert "用户名或密码不对" in unknown.content.decode()
    assert "wrong" not in known.content.decode().partition("<form")[2]


def test_guessing_is_answered_with_a_wait_even_when_the_guess_is_right(anyone: Client, user: None) -> None:
    for _ in range(9):
        response = try_in(anyone, "wrong")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert try_in(anyone).status_code == 429, "not even the right one"


def test_nobody_is_led_to_another_site_after_logging_in(anyone: Client, user: None) -> None:
    for away in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
        response = try_in(anyone, next=away)
        assert response["Location"] == "/", away
        anyone.cookies.clear()


NO_PATHS = ("item", "counts", "table", "login", "-1", "%", "?x", "a.b", "./x", "../x", "x:y", " /counts/")
"""Names of pages, of nothing, and ways from here: none says where in the office to go."""


@pytest.mark.parametrize("asked", NO_PATHS)
def test_who_is_in_already_is_led_home_by_what_is_no_path(inside: Client, asked: str) -> None:
    response = inside.get("/login/", {"next": asked})
    assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.parametrize("asked", NO_PATHS)
def test_who_comes_in_is_led_home_by_what_is_no_path(anyone: Client, user: None, asked: str) -> None:
    response = try_in(anyone, next=asked)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert anyone.get("/").status_code == 200


@pytest.mark.parametrize("asked", ["/counts/?by=media&period=all", "/publications/?before=9", "/x:y", "/nothing"])
def test_a_path_that_was_asked_for_is_gone_to_as_it_is(inside: Client, asked: str) -> None:
    assert inside.get("/login/", {"next": asked})["Location"] == asked


def test_a_form_of_another_site_is_refused(anyone: Client, user: None) -> None:
    assert anyone.post("/login/", {"name": NAME, "password": PASSWORD}).status_code == 403


def test_logging_out_ends_the_session(inside: Client) -> None:
    page = inside.get("/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    assert inside.post("/logout/").status_code == 403
    assert inside.post("/logout/", {"csrfmiddlewaretoken": token[1]}).status_code == 302
    assert inside.get("/").status_code == 302


def test_every_answer_carries_the_headers_that_protect_it(anyone: Client) -> None:
    for path in ("/login/", "/", "/static/console.js", "/nothing", "/metadata/timestamp.json"):
        response = anyone.get(path)
        for name, value in HEADERS.items():
            assert response[name] == value, (path, name)
        assert "Cache-Control" in response


def test_no_page_has_a_script_or_a_style_of_its_own(anyone: Client, inside: Client) -> None:
    for client, path in ((anyone, "/login/"), *((inside, page) for page in PAGES[:3])):
        text = client.get(path).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", text), path


def test_only_our_own_files_are_given_as_static(anyone: Client) -> None:
    assert anyone.get("/static/console.css").status_code == 200
    for name in ("..%2fentry.py", "entry.py", "templates", "../entry.py"):
        assert anyone.get(f"/static/{name}").status_code == 404


def crowd_in(client: Client) -> None:
    """Guesses under ever new names until the address is crowded."""
    for number in range(FREE_NAMES):
        assert try_in(client, "wrong", name=f"name{number}").status_code == 200


def test_ever_new_names_are_answered_without_hashing_when_an_address_is_crowded(anyone: Client, user: None) -> None:
    with fast_hashes():
        crowd_in(anyone)
        with counted_hashes() as hashed:
            response = try_in(anyone, "wrong", name="another")
        assert (response.status_code, hashed) == (429, [])
        assert "请稍候" in response.content.decode()
        assert int(response["Retry-After"]) > 0


def test_who_comes_back_after_the_wait_comes_in_through_the_crowd(anyone: Client, user: None) -> None:
    with fast_hashes():
        crowd_in(anyone)
    assert try_in(anyone).status_code == 429
    assert try_in(anyone).status_code == 429, "not before the wait is over"
    with later(RETURN_S + 1):
        assert try_in(anyone, name="somebody-else").status_code == 429, "and under the same name only"
        assert try_in(anyone).status_code == 429, "that one began to wait anew, for the note is one name's"
        with later(2 * RETURN_S + 2):
            assert try_in(anyone).status_code == 302


def test_nobody_else_is_kept_out_by_a_crowd(anyone: Client, user: None) -> None:
    with fast_hashes():
        crowd_in(anyone)
    elsewhere = Client(enforce_csrf_checks=True, REMOTE_ADDR="10.0.0.77")
    assert try_in(elsewhere).status_code == 302


def test_who_came_in_from_there_before_is_not_held_up_by_the_crowd_at_his_address(anyone: Client, user: None) -> None:
    assert try_in(anyone).status_code == 302
    with fast_hashes():
        crowd_in(Client(enforce_csrf_checks=True))
    assert try_in(Client(enforce_csrf_checks=True)).status_code == 302, "from the same address, with a new browser"


def test_a_browser_that_came_in_before_is_known_after_a_restart_and_at_another_address(
    anyone: Client, user: None
) -> None:
    assert try_in(anyone).status_code == 302
    throttle.forget()
    elsewhere = Client(enforce_csrf_checks=True, REMOTE_ADDR="10.0.0.77")
    with fast_hashes():
        crowd_in(elsewhere)
    assert try_in(elsewhere).status_code == 429
    elsewhere.cookies[DEVICE] = anyone.cookies[DEVICE].value
    assert try_in(elsewhere).status_code == 302


@pytest.mark.parametrize("note", ["", "x", "a:b:c", "W10:1:1", "é" * 10, "x" * 5000])
def test_a_note_that_is_none_of_ours_opens_nothing(anyone: Client, user: None, note: str) -> None:
    with fast_hashes():
        crowd_in(anyone)
        for kind in (DEVICE, RETURN):
            anyone.cookies[kind] = note
            assert try_in(anyone, "wrong", name="one-more").status_code == 429


def test_a_browser_that_is_known_is_slowed_down_by_its_own_failures(anyone: Client, user: None) -> None:
    assert try_in(anyone).status_code == 302
    note = anyone.cookies[DEVICE].value
    thief = Client(enforce_csrf_checks=True, REMOTE_ADDR="10.0.0.66")
    thief.cookies[DEVICE] = note
    with fast_hashes():
        answers = [try_in(thief, f"guess {number}").status_code for number in range(8)]
    assert answers[-1] == 429


def test_a_name_with_a_control_character_is_no_name(anyone: Client, user: None) -> None:
    with counted_hashes() as hashed:
        assert "用户名或密码不对" in try_in(anyone, name="of\x00fice").content.decode()
    assert hashed == []


def test_a_name_that_is_there_and_one_that_is_not_cost_the_same_hashing(anyone: Client, user: None) -> None:
    counts = []
    for name in (NAME, "nobody"):
        with counted_hashes() as hashed:
            try_in(anyone, "wrong", name=name)
        counts.append(len(hashed))
    assert counts == [1, 1]
