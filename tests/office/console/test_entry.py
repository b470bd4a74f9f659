"""Nobody sees a page without logging in, and guessing is slow."""

import re

import pytest
from django.test import Client

from office.console.headers import HEADERS
from tests.office.console.conftest import NAME, PASSWORD

PAGES = ("/", "/publications/", "/counts/", "/counts/table.csv", "/screens/sq-led1/shot.jpg")


def try_in(client: Client, password: str = PASSWORD, **more: str) -> object:
    page = client.get("/login/").content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    form = {"name": NAME, "password": password, "csrfmiddlewaretoken": found[1], **more}
    return client.post("/login/", form)


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
