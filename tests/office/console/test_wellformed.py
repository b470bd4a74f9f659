"""What nobody of ours sends is answered with 400 or 405, and never with a fault."""

import io
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from office.console.wellformed import METHODS, MOST_FIELDS, guarded, well_formed

FORM = "application/x-www-form-urlencoded"
CHARSETS = (
    "nonsense", "base64", "hex", "rot13", "zlib", "bz2", "idna", "punycode", "undefined", "unicode_escape", "utf-7",
    "utf-16", "utf-32", "latin-1", "gbk", "", " ", "utf-8x", "x" * 5000, "é", "'", '"',
)  # fmt: skip


def over_wsgi(method: str, address: str, kind: str) -> str:
    """Returns the status of what the server's application answers."""
    from django.core.wsgi import get_wsgi_application

    path, _, query = address.partition("?")
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_TYPE": kind}
    if method == "POST":
        environ |= {"CONTENT_LENGTH": "6", "wsgi.input": io.BytesIO(b"name=a")}
    setup_testing_defaults(environ)
    said: list[str] = []
    for _ in guarded(get_wsgi_application())(environ, lambda status, _: said.append(status)):
        pass
    return said[0]


@pytest.mark.parametrize("charset", [each for each in CHARSETS if each.strip()])
def test_a_charset_that_is_not_ours_is_refused_wherever_it_stands(served: object, charset: str) -> None:
    kind = f"{FORM}; charset={charset}"
    for path in ("/login/?next=/a", "/counts/?by=x", "/publications/?before=1", "/metadata/timestamp.json?x=y"):
        assert over_wsgi("GET", path, kind) == "400 Bad Request"
    for path in ("/login/", "/screens/look/", "/logout/"):
        assert over_wsgi("POST", path, kind) == "400 Bad Request"
        assert over_wsgi("POST", path, f"multipart/form-data; boundary=b; charset={charset}") == "400 Bad Request"


@pytest.mark.parametrize(
    "kind", [FORM, f"{FORM}; charset=utf-8", f'{FORM};charset="UTF-8"', "text/plain; charset=utf8"]
)
def test_what_browsers_write_is_taken(anyone: Client, kind: str) -> None:
    assert anyone.get("/login/", CONTENT_TYPE=kind).status_code == 200


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "CONNECT"])
def test_no_other_method_is_answered_anywhere(inside: Client, method: str) -> None:
    for path in ("/", "/login/", "/counts/table.csv", "/static/console.js", "/metadata/timestamp.json", "/nothing"):
        response = inside.generic(method, path)
        assert (response.status_code, response["Allow"]) == (405, ", ".join(METHODS))


@pytest.mark.parametrize(
    "path", ["/%00", "/static/%00", "/screens/a%0ab/shot.jpg", "/login/?next=%00", "/counts/?screen=%00"]
)
def test_a_control_character_in_an_address_is_refused(inside: Client, path: str) -> None:
    assert inside.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/", "/login/", "/counts/", "/metadata/timestamp.json", "/static/x", "/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_with_too_many_fields_is_refused_before_django_makes_a_request_of_it(
    served: object, method: str, path: str
) -> None:
    # With a charset, Django reads the address where nothing catches what it says of it (WSGIRequest.__init__).
    for fields in ("a&" * MOST_FIELDS, "&" * MOST_FIELDS, "a=1&" * 3 * MOST_FIELDS):
        assert over_wsgi(method, f"{path}?{fields}", "text/plain; charset=utf-8") == "400 Bad Request"


@pytest.mark.parametrize("kind", ["", FORM, "text/plain; charset=utf-8"])
def test_as_many_fields_as_django_reads_are_taken_and_one_more_is_not_whatever_the_kind(
    served: object, kind: str
) -> None:
    most = "&".join(["a=1"] * MOST_FIELDS)
    assert over_wsgi("GET", f"/login/?{most}", kind) == "200 OK"
    for path in ("/login/", "/", "/metadata/timestamp.json"):
        assert over_wsgi("GET", f"{path}?{most}&a", kind) == "400 Bad Request"


@pytest.mark.parametrize("away", ["%0d%0aX: y", "/%0dx", "/%0ax", "/%7fx", "/%01"])
def test_nobody_is_led_to_an_address_with_a_line_break(inside: Client, away: str) -> None:
    response = inside.get(f"/login/?next={away}")
    assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.parametrize("name", ["", "x", "\\000" * 32, '"\\000aaaaaaaaaaaaaaa"', "A" * 32, "é" * 32, "x" * 5000])
def test_a_session_that_cannot_be_one_is_none(anyone: Client, name: str) -> None:
    anyone.cookies["wuzha"] = name
    assert anyone.get("/").status_code == 302
    assert anyone.get("/login/").status_code == 200


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
@settings(deadline=None)
def test_whatever_is_taken_has_no_control_character_and_no_charset_but_ours(kind: str, query: str, path: str) -> None:
    if well_formed({"CONTENT_TYPE": kind, "QUERY_STRING": query, "PATH_INFO": path}):
        assert not any(ord(each) < 32 or ord(each) == 127 for each in kind + query + path)


def test_what_django_cannot_make_a_request_of_is_answered_before_it_sees_it() -> None:
    said: list[str] = []

    def django(*_: object) -> list[bytes]:
        pytest.fail("it is asked")

    for kind in ("text/plain; charset*=nonsense''x", "a; x*=base64''%41", "a; charset=a\x00b"):
        body = guarded(django)({"CONTENT_TYPE": kind}, lambda status, _: said.append(status))
        assert "不合规范" in b"".join(body).decode()
    assert said == ["400 Bad Request"] * 3


@pytest.mark.parametrize("path", ["/login/", "/nothing", "/content/x", "/screens/look/"])
@pytest.mark.parametrize("host", ["testserver", "a b", "[::1"])
def test_a_form_that_cannot_be_read_is_no_fault_of_the_page_that_says_so(inside: Client, path: str, host: str) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=" + "b" * 300, f"{FORM}"):
        body = b"&".join(b"a%d=1" % number for number in range(1500))
        assert inside.generic("POST", path, body, content_type=kind, HTTP_HOST=host).status_code == 400
