"""A file comes whole and as signed, however the server behaves; what has come is not fetched twice."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from player.publication.depot import Depot
from player.publication.fetch import MismatchError, PutOffError, fetch
from player.publication.folder_source import FolderSource
from player.publication.http_source import HttpSource
from player.publication.sources import NotThereError, Source, SourceError
from signage.trust import MediaTarget, Wanted
from tests.player.publication.servers import Handler, Server, serving

WHOLE = os.urandom(700_000)
SHA256 = hashlib.sha256(WHOLE).hexdigest()
WANTED = Wanted(target=MediaTarget(1, "film.mp4"), sha256=SHA256, size_bytes=len(WHOLE))
HALF = 300_000


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "office" / "content").mkdir(parents=True)
    (tmp_path / "office" / "metadata").mkdir()
    (tmp_path / "office" / "content" / SHA256).write_bytes(WHOLE)
    return tmp_path / "office"


@pytest.fixture
def server(office: Path) -> Iterator[Server]:
    with serving(office) as server:
        yield server


@pytest.fixture
def source(server: Server) -> Iterator[HttpSource]:
    source = HttpSource(server.url)
    yield source
    source.close()


@pytest.fixture
def impatient(server: Server) -> Iterator[HttpSource]:
    source = HttpSource(server.url, patience_s=0.5, least_bytes=2000)
    yield source
    source.close()


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    return Depot(tmp_path / "state")


def cut(handler: Handler, path: str) -> bool:
    """Says how long the file is and hangs up in the middle of it."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(WHOLE)))
    handler.send_header("ETag", '"one"')
    handler.end_headers()
    handler.wfile.write(WHOLE[:HALF])
    handler.close_connection = True
    return True


def broken_off(source: Source, depot: Depot, server: Server) -> None:
    """Leaves the first half of the file in the depot."""
    server.misdeeds = [cut]
    with pytest.raises(SourceError):
        fetch(WANTED, source, depot)
    server.misdeeds = []
    server.asked.clear()
    assert depot.part(SHA256).stat().st_size == HALF


def is_whole(depot: Depot) -> bool:
    return depot.path(SHA256).read_bytes() == WHOLE and not depot.part(SHA256).exists()


def test_a_file_comes_whole_and_leaves_nothing_beside_it(source: HttpSource, depot: Depot) -> None:
    steps: list[int] = []
    fetch(WANTED, source, depot, came=steps.append)
    assert is_whole(depot)
    assert (steps[0], steps[-1]) == (0, len(WHOLE))
    assert os.listdir(depot.path(SHA256).parent) == [SHA256]


def test_an_empty_file_comes_too(source: HttpSource, server: Server, depot: Depot) -> None:
    name = hashlib.sha256(b"").hexdigest()
    (server.folder / "content" / name).write_bytes(b"")
    fetch(Wanted(target=MediaTarget(1, "a"), sha256=name, size_bytes=0), source, depot)
    assert depot.has(name, 0)


def test_it_goes_on_where_it_was_broken_off(source: HttpSource, server: Server, depot: Depot) -> None:
    broken_off(source, depot, server)
    server.misdeeds = [lambda handler, _: handler.serve(tag='"one"') or True]
    fetch(WANTED, source, depot)
    assert is_whole(depot)
    assert server.asked == [(f"/content/{SHA256}", f"bytes={HALF}-")]


def test_a_file_that_changed_meanwhile_is_begun_again(source: HttpSource, server: Server, depot: Depot) -> None:
    broken_off(source, depot, server)
    depot.part(SHA256).write_bytes(b"x" * HALF)  # of the file as it was before
    fetch(WANTED, source, depot)
    assert is_whole(depot)


def test_a_server_that_knows_no_ranges_gives_all_of_it_again(source: HttpSource, server: Server, depot: Depot) -> None:
    broken_off(source, depot, server)
    server.misdeeds = [lambda handler, _: handler.serve(ranges=False) or True]
    fetch(WANTED, source, depot)
    assert is_whole(depot)


def test_a_part_that_is_not_what_was_signed_is_thrown_away_whole(
    source: HttpSource, server: Server, depot: Depot
) -> None:
    broken_off(source, depot, server)
    depot.part(SHA256).write_bytes(b"x" * HALF)
    server.misdeeds = [lambda handler, _: handler.serve(tag='"one"') or True]
    with pytest.raises(MismatchError):
        fetch(WANTED, source, depot)
    assert not depot.part(SHA256).exists()
    fetch(WANTED, source, depot)
    assert is_whole(depot)


def test_a_part_that_was_whole_already_is_not_fetched_again(source: HttpSource, server: Server, depot: Depot) -> None:
    depot.part(SHA256).write_bytes(WHOLE)
    fetch(WANTED, source, depot)
    assert is_whole(depot)
    assert server.asked == []


def test_a_part_that_is_longer_than_the_file_is_begun_again(source: HttpSource, depot: Depot) -> None:
    depot.part(SHA256).write_bytes(WHOLE + b"more")
    fetch(WANTED, source, depot)
    assert is_whole(depot)


@pytest.mark.parametrize("status", [500, 502, 503, 429, 204])
def test_a_server_in_trouble_is_asked_later_and_what_has_come_stays(
    source: HttpSource, server: Server, depot: Depot, status: int
) -> None:
    broken_off(source, depot, server)
    server.misdeeds = [lambda handler, _: handler.answer(status) or True]
    with pytest.raises(SourceError, match=str(status)):
        fetch(WANTED, source, depot)
    assert depot.part(SHA256).stat().st_size == HALF


def test_every_second_answer_being_an_error_only_takes_longer(source: HttpSource, server: Server, depot: Depot) -> None:
    turns = iter(range(100))
    server.misdeeds = [lambda handler, _: next(turns) % 2 == 0 and (handler.answer(500) or True)]
    with pytest.raises(SourceError):
        fetch(WANTED, source, depot)
    fetch(WANTED, source, depot)
    assert is_whole(depot)


@pytest.mark.parametrize("span", ["bytes 0-9/700000", "bytes 5-9/700000", "nonsense", "bytes */700000", ""])
def test_another_part_than_was_asked_for_is_refused_and_begun_again(
    source: HttpSource, server: Server, depot: Depot, span: str
) -> None:
    broken_off(source, depot, server)
    server.misdeeds = [lambda handler, _: handler.answer(206, b"x" * 10, {"Content-Range": span}) or True]
    with pytest.raises(SourceError):
        fetch(WANTED, source, depot)
    server.misdeeds = []
    fetch(WANTED, source, depot)
    assert is_whole(depot)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused(source: HttpSource, server: Server, depot: Depot, status: int) -> None:
    with serving(server.folder) as other:
        aim = {"Location": f"{other.url}/content/{SHA256}"}
        server.misdeeds = [lambda handler, _: handler.answer(status, b"", aim) or True]
        with pytest.raises(SourceError, match="redirects"):
            fetch(WANTED, source, depot)
        assert other.asked == []


def test_a_file_that_the_server_does_not_have_is_named(source: HttpSource, server: Server, depot: Depot) -> None:
    (server.folder / "content" / SHA256).unlink()
    with pytest.raises(NotThereError):
        fetch(WANTED, source, depot)


@pytest.mark.parametrize("size", [len(WHOLE) - 1, len(WHOLE) + 1, 10])
def test_a_file_of_another_size_is_refused_before_it_is_read(
    source: HttpSource, server: Server, depot: Depot, size: int
) -> None:
    (server.folder / "content" / SHA256).write_bytes(os.urandom(size))
    with pytest.raises(MismatchError, match="were signed"):
        fetch(WANTED, source, depot)
    assert not depot.part(SHA256).exists()


def test_a_flipped_bit_is_noticed(source: HttpSource, server: Server, depot: Depot) -> None:
    (server.folder / "content" / SHA256).write_bytes(WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]))
    with pytest.raises(MismatchError, match="SHA-256"):
        fetch(WANTED, source, depot)
    assert not depot.part(SHA256).exists()
    assert not depot.has(SHA256, len(WHOLE))


def endless(handler: Handler, path: str) -> bool:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while not handler.server.over.is_set():
        handler.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
    return True


def test_a_download_without_an_end_ends_at_the_signed_size(source: HttpSource, server: Server, depot: Depot) -> None:
    server.misdeeds = [endless]
    with pytest.raises(MismatchError, match="more than"):
        fetch(WANTED, source, depot)
    assert not depot.part(SHA256).exists()


def test_a_file_that_ends_early_without_a_word_keeps_what_has_come(
    source: HttpSource, server: Server, depot: Depot
) -> None:
    def short(handler: Handler, path: str) -> bool:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n" % HALF + WHOLE[:HALF] + b"\r\n0\r\n\r\n")
        return True

    server.misdeeds = [short]
    with pytest.raises(SourceError, match="too early"):
        fetch(WANTED, source, depot)
    assert depot.part(SHA256).stat().st_size == HALF


def test_metadata_without_an_end_is_cut_off(source: HttpSource, server: Server) -> None:
    server.misdeeds = [endless]
    with pytest.raises(SourceError, match="larger than 1000"):
        source.metadata("1.targets.json", 1000)


def trickle(*, head: bytes) -> object:
    """Sends a byte now and then: of the answer's head, or of the file."""

    def misdeed(handler: Handler, path: str) -> bool:
        handler.wfile.write(head)
        while not handler.server.over.wait(0.05):
            handler.wfile.write(b"x")
        return True

    return misdeed


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 700000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\n",
        b"H",
        b"",
    ],
)
def test_a_trickle_is_cut_off_also_in_the_middle_of_a_header(
    impatient: HttpSource, server: Server, depot: Depot, head: bytes
) -> None:
    server.misdeeds = [trickle(head=head)]  # type: ignore[list-item]
    with pytest.raises(SourceError):
        fetch(WANTED, impatient, depot)


@pytest.mark.slow
def test_a_file_that_is_slower_than_the_patience_but_steady_comes(server: Server, depot: Depot) -> None:
    source = HttpSource(server.url, patience_s=2.5, least_bytes=2000)

    def slow(handler: Handler, path: str) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(WHOLE)))
        handler.end_headers()
        for place in range(0, len(WHOLE), 70_000):
            handler.server.over.wait(0.3)
            handler.wfile.write(WHOLE[place : place + 70_000])
        return True

    server.misdeeds = [slow]
    fetch(WANTED, source, depot)
    assert is_whole(depot)
    source.close()


@pytest.mark.parametrize(
    "answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n", b"\x00" * 100, b"X: " + b"y" * 10**6]
)
def test_an_answer_that_is_no_http_is_a_server_in_trouble(
    source: HttpSource, server: Server, depot: Depot, answer: bytes
) -> None:
    def speak(handler: Handler, path: str) -> bool:
        handler.wfile.write(answer)
        handler.close_connection = True
        return True

    server.misdeeds = [speak]
    with pytest.raises((SourceError, MismatchError)):
        fetch(WANTED, source, depot)


def test_a_server_that_is_not_there_is_asked_later(depot: Depot) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        source = HttpSource(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(SourceError):
            fetch(WANTED, source, depot)
        source.close()


def test_something_more_urgent_stops_it_and_what_has_come_stays(
    source: HttpSource, server: Server, depot: Depot
) -> None:
    with pytest.raises(PutOffError):
        fetch(WANTED, source, depot, put_off=lambda: True)
    came = depot.part(SHA256).stat().st_size
    assert 0 < came < len(WHOLE)
    server.asked.clear()
    fetch(WANTED, source, depot)
    assert is_whole(depot)
    assert server.asked == [(f"/content/{SHA256}", f"bytes={came}-")]


def test_a_server_that_hangs_is_left_at_once_when_asked(office: Path, depot: Depot) -> None:
    import threading

    with serving(office) as server:
        hangs = threading.Event()

        def hang(handler: Handler, path: str) -> bool:
            hangs.set()
            handler.server.over.wait(50)
            return True

        server.misdeeds = [hang]
        source = HttpSource(server.url)
        ended = threading.Event()

        def read() -> None:
            with pytest.raises(SourceError):
                fetch(WANTED, source, depot)
            ended.set()

        thread = threading.Thread(target=read)
        thread.start()
        assert hangs.wait(30)
        while not ended.wait(0.02):
            source.interrupt()
        thread.join()
        server.misdeeds = []
        fetch(WANTED, source, depot)
        assert is_whole(depot)
        source.close()


# Folders


def test_a_folder_gives_the_same(office: Path, depot: Depot) -> None:
    fetch(WANTED, FolderSource(office), depot)
    assert is_whole(depot)


def test_a_folder_that_went_away_goes_on_where_it_was(office: Path, depot: Depot) -> None:
    source = FolderSource(office)
    with pytest.raises(PutOffError):
        fetch(WANTED, source, depot, put_off=lambda: True)
    office.rename(office.with_name("away"))
    with pytest.raises(NotThereError):
        fetch(WANTED, source, depot)
    office.with_name("away").rename(office)
    came: list[int] = []
    fetch(WANTED, source, depot, came=came.append)
    assert came[0] > 0
    assert is_whole(depot)


def test_a_link_or_a_pipe_in_a_file_s_place_is_not_followed(office: Path, depot: Depot, tmp_path: Path) -> None:
    place = office / "content" / SHA256
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError):
        fetch(WANTED, FolderSource(office), depot)
    place.unlink()
    os.mkfifo(place)
    with pytest.raises(SourceError):
        fetch(WANTED, FolderSource(office), depot)
