"""Published files are given to anybody, whole and in parts, and nothing else is."""

import hashlib
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from office.console.ranges import Span
from office.console.repository import MOST_METADATA_BYTES, Window
from office.place import Place

BODY = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def published(served: Place) -> Place:
    (served.content / SHA256).write_bytes(BODY)
    (served.metadata / "timestamp.json").write_bytes(b'{"t": 1}')
    (served.metadata / "3.targets.json").write_bytes(b'{"t": 3}')
    (served.metadata / "private.json").write_bytes(b"{}")
    return served


def get(client: Client, path: str, **headers: str) -> Any:
    response = client.get(path, headers=headers)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    response.close()
    return response, body


def test_content_is_given_whole_under_its_hash(anyone: Client, published: Place) -> None:
    response, body = get(anyone, f"/content/{SHA256}")
    assert (response.status_code, body) == (200, BODY)
    assert response["ETag"] == f'"{SHA256}"'
    assert response["Content-Length"] == str(len(BODY))
    assert response["Accept-Ranges"] == "bytes"
    assert "immutable" in response["Cache-Control"]


def test_a_part_is_given_and_says_which(anyone: Client, published: Place) -> None:
    response, body = get(anyone, f"/content/{SHA256}", Range="bytes=1000-1999")
    assert (response.status_code, body) == (206, BODY[1000:2000])
    assert response["Content-Range"] == f"bytes 1000-1999/{len(BODY)}"
    assert response["Content-Length"] == "1000"


def test_a_download_is_resumed_where_it_broke_off(anyone: Client, published: Place) -> None:
    response, rest = get(anyone, f"/content/{SHA256}", Range="bytes=200000-", **{"If-Range": f'"{SHA256}"'})
    assert response.status_code == 206
    assert BODY[:200_000] + rest == BODY


def test_a_part_of_what_is_another_file_by_now_is_not_given(anyone: Client, published: Place) -> None:
    response, body = get(anyone, f"/content/{SHA256}", Range="bytes=200000-", **{"If-Range": '"0000"'})
    assert (response.status_code, len(body)) == (200, len(BODY))


def test_a_part_behind_the_end_cannot_be_had(anyone: Client, published: Place) -> None:
    response, body = get(anyone, f"/content/{SHA256}", Range=f"bytes={len(BODY)}-")
    assert (response.status_code, body) == (416, b"")
    assert response["Content-Range"] == f"bytes */{len(BODY)}"


def test_head_tells_the_size_and_no_more(anyone: Client, published: Place) -> None:
    response = anyone.head(f"/content/{SHA256}", headers={"Range": "bytes=0-9"})
    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Length"] == str(len(BODY))


def test_what_somebody_has_already_is_not_sent_again(anyone: Client, published: Place) -> None:
    response, body = get(anyone, f"/content/{SHA256}", **{"If-None-Match": f'"x", "{SHA256}"'})
    assert (response.status_code, body) == (304, b"")


def test_metadata_is_given_and_only_the_timestamp_is_asked_for_anew(anyone: Client, published: Place) -> None:
    response, body = get(anyone, "/metadata/timestamp.json")
    assert (body, response["Cache-Control"]) == (b'{"t": 1}', "no-cache")
    assert response["Content-Type"] == "application/json"
    assert response["ETag"] == f'"{hashlib.sha256(body).hexdigest()}"'
    response, body = get(anyone, "/metadata/3.targets.json")
    assert body == b'{"t": 3}'
    assert "immutable" in response["Cache-Control"]


def test_who_takes_metadata_slowly_holds_a_file_and_no_copy_of_it(anyone: Client, published: Place) -> None:
    size, viewers = MOST_METADATA_BYTES, 4
    (published.metadata / "9.targets.json").write_bytes(b" " * size)
    tracemalloc.start()
    try:
        responses = [anyone.get("/metadata/9.targets.json") for _ in range(viewers)]
        parts = [next(iter(each.streaming_content)) for each in responses]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    for each in responses:
        each.close()
    assert all(parts)
    assert held < size / 4


def test_metadata_of_a_size_that_no_screen_takes_is_not_given(anyone: Client, published: Place) -> None:
    with (published.metadata / "9.targets.json").open("wb") as file:
        file.truncate(MOST_METADATA_BYTES + 1)
    assert get(anyone, "/metadata/9.targets.json")[0].status_code == 404


def test_a_part_of_metadata_is_given(anyone: Client, published: Place) -> None:
    response, body = get(anyone, "/metadata/3.targets.json", Range="bytes=2-4")
    assert (response.status_code, body) == (206, b't":')


@pytest.mark.parametrize(
    "path",
    [
        "/metadata/private.json", "/metadata/targets.json", "/metadata/03.targets.json", "/metadata/0.root.json",
        "/metadata/4.targets.json", "/metadata/3.targets.json.tmp", "/metadata/..%2foffice.toml",
        "/metadata/%2e%2e/office.toml", "/metadata/1.online.json", "/metadata/",
        "/content/", "/content/..%2f..%2fsecret.key", f"/content/{SHA256.upper()}", f"/content/{SHA256[:-1]}",
        f"/content/{'0' * 64}", "/content/" + "٠" * 64,
    ],
)  # fmt: skip
def test_any_other_name_is_not_found(anyone: Client, published: Place, path: str) -> None:
    response, body = get(anyone, path)
    control = path.endswith(("%00", "%0a"))
    assert response.status_code == (400 if control else 404), "with a control character it is no request at all"
    assert SHA256.encode() not in body


@pytest.mark.parametrize("path", ["/metadata/3.targets.json%00", f"/content/{SHA256}%0a"])
def test_a_name_with_a_control_character_is_no_request(anyone: Client, published: Place, path: str) -> None:
    response, body = get(anyone, path)
    assert response.status_code == 400
    assert SHA256.encode() not in body


def test_nothing_can_be_written(anyone: Client, published: Place) -> None:
    for method in (anyone.post, anyone.put, anyone.delete, anyone.patch):
        assert method(f"/content/{SHA256}").status_code in (403, 405)
    assert (published.content / SHA256).read_bytes() == BODY


def test_no_session_is_begun_for_a_screen(anyone: Client, published: Place) -> None:
    response, _ = get(anyone, "/metadata/timestamp.json")
    assert not response.cookies


def test_a_window_reads_like_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    with (tmp_path / "a").open("rb") as file, Window(file, Span(2, 6)) as window:
        assert (window.read(3), window.tell(), window.read(100), window.read()) == (b"234", 3, b"56", b"")
        assert window.seek(0, io.SEEK_END) == 5
        assert window.seek(-2, io.SEEK_CUR) == 3
        assert window.read() == b"56"
        assert window.seek(-50) == 0
