"""What a browser asks for again and again is compressed, the living part only, and nothing when nothing changed."""

import datetime as dt
import gzip
from typing import Any

import pytest
from django.test import Client

from office.place import Place

LIVE = {"X-Fragment": "live"}
ZIPPED = {"Accept-Encoding": "gzip, deflate, br"}
PAGES = ("/", "/publications/", "/counts/")


@pytest.fixture
def screens(served: Place) -> list[Any]:
    from office.models import Screen

    at = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    return [
        Screen.objects.create(id=f"sq-led{number}", title=f"第 {number} 块", status="lost", status_at=at)
        for number in range(40)
    ]


@pytest.mark.parametrize("path", PAGES)
def test_who_asks_for_the_living_part_gets_it_once_and_then_only_when_it_changed(
    inside: Client, screens: list[Any], path: str
) -> None:
    first = inside.get(path, headers=LIVE)
    assert first.status_code == 200
    text = first.content.decode()
    assert text.startswith('<div id="live"')
    assert text.endswith("</div>")
    assert text.count("<div") == text.count("</div>")
    assert "csrfmiddlewaretoken" not in text
    again = inside.get(path, headers={**LIVE, "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    weak = inside.get(path, headers={**LIVE, "If-None-Match": f"W/{first['ETag']}"})
    assert weak.status_code == 304
    assert inside.get(path).content.decode().count(text) == 1, "it is the page's own part"


def test_a_screen_that_changed_is_sent(inside: Client, screens: list[Any]) -> None:
    first = inside.get("/", headers=LIVE)
    screens[7].title = "另一个名字"
    screens[7].save()
    again = inside.get("/", headers={**LIVE, "If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert "另一个名字" in again.content.decode()
    assert again["ETag"] != first["ETag"]


def test_pages_and_tables_are_compressed_and_are_the_same(inside: Client, screens: list[Any]) -> None:
    for path in PAGES:
        plain, small = inside.get(path), inside.get(path, headers=ZIPPED)
        assert "Content-Encoding" not in plain
        assert small["Content-Encoding"] == "gzip"
        assert b'<div id="live"' in gzip.decompress(small.content)
    plain, small = inside.get("/", headers=LIVE), inside.get("/", headers={**LIVE, **ZIPPED})
    assert gzip.decompress(small.content) == plain.content
    assert 5 * len(small.content) < len(plain.content)


@pytest.mark.parametrize("name", ["console.css", "console.js", "mark.svg"])
def test_the_pages_own_files_are_compressed_and_not_sent_twice(anyone: Client, name: str) -> None:
    plain, small = anyone.get(f"/static/{name}"), anyone.get(f"/static/{name}", headers=ZIPPED)
    assert gzip.decompress(small.content) == plain.content
    assert len(small.content) < len(plain.content)
    assert anyone.get(f"/static/{name}", headers={**ZIPPED, "If-None-Match": small["ETag"]}).status_code == 304


def test_what_screens_download_goes_as_it_is(anyone: Client, served: Place) -> None:
    (served.content / ("1" * 64)).write_bytes(b"text " * 1000)
    (served.metadata / "timestamp.json").write_bytes(b"{}" + b" " * 1000)
    for path, size in ((f"/content/{'1' * 64}", 5000), ("/metadata/timestamp.json", 1002)):
        response = anyone.get(path, headers=ZIPPED)
        assert b"".join(response.streaming_content) == anyone_reads(served, path)
        assert "Content-Encoding" not in response
        assert response["Content-Length"] == str(size)
        response.close()


def anyone_reads(served: Place, path: str) -> bytes:
    folder = served.content if "content" in path else served.metadata
    return (folder / path.rpartition("/")[2]).read_bytes()
