"""From the head to the first frame: verified, fetched, staged, on air – and nothing bad ever replaces what is good."""

import datetime as dt
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from player.dates import NoDates
from player.decode.refusal import NO_ANSWER, NO_WORKER
from player.publication.folder_source import FolderSource
from player.publication.http_source import HttpSource
from player.publication.sources import Source
from player.state import Moment
from signage.errors import Words
from signage.messages import Trusted
from tests.hanging import Share
from tests.player.publication.conftest import BROKEN, PICTURE, SCREEN, Follow, Follower
from tests.player.publication.repository import NOW, Repository, key
from tests.player.publication.servers import Handler, Server, serving

POSTERS = b'[[item]]\nmedia = "*.png"\n'
ALARM = b'rank = "emergency"\n[[item]]\ncard = "alert"\ntext = "!"\n'


@pytest.fixture
def server(office: Repository) -> Iterator[Server]:
    with serving(office.folder) as server:
        yield server


@pytest.fixture
def source(server: Server) -> HttpSource:
    return HttpSource(server.url)


def folder(office: Repository) -> FolderSource:
    return FolderSource(office.folder, look_every_s=0.05)


def refused(follower: Follower, number: int) -> str:
    """Waits for a refusal and gives its reason."""
    follower.wait_for(lambda: (number, "refused") in follower.told)
    return str(follower.details[follower.told.index((number, "refused"))]["why"])


# The way of a publication


def test_a_publication_goes_on_air_and_every_step_is_told_once(source: HttpSource, follow: Follow) -> None:
    screen = follow(source)
    screen.shows(1)
    published = screen.latest.publications[0]
    assert [(p.name, p.text) for p in published.playlists] == [("morning", POSTERS)]
    assert [(m.name, m.facts, Path(m.path).read_bytes()) for m in published.media] == [("a.png", PICTURE, b"one")]
    screen.publications.showing(1)
    screen.publications.showing(1)
    screen.publications.showing(0)
    assert screen.steps(1) == ["heard", "verified", "fetched", "staged", "shown"]
    assert screen.details[2] == {"files": 2, "of": 2, "bytes": len(POSTERS) + 3}
    assert screen.publications.trusted() == Trusted(root=1, timestamp=1, snapshot=1, targets=1, assign=1)


def test_a_head_that_is_heard_is_looked_at_at_once(office: Repository, source: HttpSource, follow: Follow) -> None:
    screen = follow(source)
    screen.shows(1)
    office.publish(2, {"evening": POSTERS}, {"b.png": b"two"})
    office.assign(SCREEN, (1, ("morning",)), (2, ("evening",)))
    head = office.head()
    (office.folder / "metadata" / "timestamp.json").unlink()
    screen.clock = msgspec.structs.replace(screen.clock, now=5.0)
    screen.publications.hear(head)
    screen.shows(2, 1)
    assert screen.steps(2) == ["heard", "verified", "fetched", "staged"]
    assert "heard" in screen.steps(2)


def test_a_head_that_is_known_is_no_news(
    office: Repository, source: HttpSource, server: Server, follow: Follow
) -> None:
    screen = follow(source)
    screen.shows(1)
    office.head()
    head = office.read("timestamp.json")
    screen.publications.hear(head)
    screen.wait_for(lambda: screen.publications.trusted().timestamp == 2)
    asked = len(server.asked)
    screen.publications.hear(head)
    screen.publications.quarantine("f" * 64, BROKEN)  # something that shows when the thread has been through
    screen.wait_for(lambda: "f" * 64 in screen.publications._standing.kept.quarantined)
    assert len(server.asked) == asked


def test_only_what_the_screens_playlists_need_is_fetched(
    office: Repository, source: HttpSource, server: Server, follow: Follow
) -> None:
    office.publish(2, {"small": b'[[item]]\nmedia = "a.png"\n', "big": POSTERS}, {"a.png": b"two", "film.png": b"big"})
    office.assign(SCREEN, (2, ("small",)))
    office.head()
    screen = follow(source)
    screen.shows(2)
    published = screen.latest.publications[0]
    assert ([p.name for p in published.playlists], [m.name for m in published.media]) == (["small"], ["a.png"])
    assert len([path for path, _ in server.asked if path.startswith("/content")]) == 3


def test_a_calendar_comes_with_the_publication(office: Repository, source: HttpSource, follow: Follow) -> None:
    quiet = '[[quiet]]\nname = "高考"\ndates = ["2026-06-07..2026-06-10"]\n'.encode()
    office.publish(2, {"a": ALARM, "calendar": quiet})
    office.assign(SCREEN, (2, ("a",)))
    office.head()
    screen = follow(source)
    screen.shows(2)
    published = screen.latest.publications[0]
    assert published.calendar is not None
    assert (published.calendar.text, [p.name for p in published.playlists]) == (quiet, ["a"])


def test_everything_that_was_signed_is_trusted_also_what_other_screens_show(
    office: Repository, source: HttpSource, follow: Follow
) -> None:
    office.publish(2, {"other": ALARM})
    office.head()
    screen = follow(source)
    screen.shows(1)
    assert {office.put(ALARM), office.put(b"one"), office.put(POSTERS)} == screen.latest.trusted


def test_a_folder_is_as_good_as_a_server(office: Repository, follow: Follow) -> None:
    screen = follow(folder(office))
    screen.shows(1)
    office.publish(2, {"evening": POSTERS}, {"b.png": b"two"})
    office.assign(SCREEN, (2, ("evening",)))
    office.head()
    screen.shows(2)


def test_a_screen_that_is_assigned_nothing_shows_nothing_published(office: Repository, follow: Follow) -> None:
    screen = follow(folder(office))
    screen.shows(1)
    office.assigned.clear()
    office.head()
    screen.shows()
    assert screen.steps(1)[-1] == "withdrawn"


def test_a_file_that_another_publication_has_is_not_fetched_again(
    office: Repository, source: HttpSource, server: Server, follow: Follow
) -> None:
    screen = follow(source)
    screen.shows(1)
    server.asked.clear()
    office.publish(2, {"morning": POSTERS}, {"renamed.png": b"one"})
    office.assign(SCREEN, (2, ("morning",)))
    screen.publications.hear(office.head())
    screen.shows(2)
    assert [m.name for m in screen.latest.publications[0].media] == ["renamed.png"]
    assert len([path for path, _ in server.asked if path.startswith("/content")]) == 1  # the assignment
    assert len(screen.probed) == 1


# Replaced and withdrawn


def hold(server: Server, content: bytes, office: Repository) -> threading.Event:
    """Keeps one file back until the event is set."""
    released = threading.Event()
    name = office.put(content)

    def held(handler: Handler, path: str) -> bool:
        if path.endswith(name) and not released.is_set():
            handler.answer(503)
            return True
        return False

    server.misdeeds.append(held)
    return released


def test_what_is_replaced_stays_until_its_replacement_is_here(
    office: Repository, source: HttpSource, server: Server, follow: Follow
) -> None:
    screen = follow(source)
    screen.shows(1)
    released = hold(server, b"two", office)
    office.publish(2, {"morning": POSTERS}, {"a.png": b"two"})
    office.assign(SCREEN, (2, ("morning",)))
    screen.publications.hear(office.head())
    screen.wait_for(lambda: screen.publications.progress() and screen.publications.progress()[0].why)
    state = screen.publications.progress()[0]
    assert (state.number, state.step, state.fetched, state.needed) == (2, "verified", 1, 2)
    assert screen.numbers == (1,)
    released.set()
    screen.shows(2)
    assert (screen.steps(1)[-1], screen.publications.progress()) == ("withdrawn", ())


def test_what_is_withdrawn_goes_at_once_whatever_else_is_on_its_way(
    office: Repository, source: HttpSource, server: Server, follow: Follow
) -> None:
    screen = follow(source)
    screen.shows(1)
    hold(server, b"two", office)
    office.publish(2, {"evening": POSTERS}, {"a.png": b"two"})
    office.assign(SCREEN, (2, ("evening",)))
    screen.publications.hear(office.head())
    screen.shows()
    assert screen.steps(1)[-1] == "withdrawn"


def test_a_publication_that_comes_back_is_told_anew(office: Repository, follow: Follow) -> None:
    screen = follow(folder(office))
    screen.shows(1)
    office.assign(SCREEN)
    office.head()
    screen.shows()
    office.assign(SCREEN, (1, ("morning",)))
    office.head()
    screen.shows(1)
    way = ["heard", "verified", "fetched", "staged"]
    assert screen.steps(1) == [*way, "withdrawn", *way]


@pytest.mark.slow
def test_an_emergency_does_not_wait_for_a_film(
    office: Repository, source: HttpSource, server: Server, follow: Follow
) -> None:
    film = b"f" * 3_000_000
    begun = threading.Event()
    name = office.put(film)

    def slow(handler: Handler, path: str) -> bool:
        if not path.endswith(name) or handler.headers.get("Range"):
            return False
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(film)))
        handler.send_header("ETag", '"film"')
        handler.end_headers()
        handler.wfile.write(film[:1_000_000])
        begun.set()
        handler.server.over.wait(50)
        return True

    server.misdeeds = [slow]
    office.publish(2, {"film": POSTERS}, {"film.png": film})
    office.assign(SCREEN, (1, ("morning",)), (2, ("film",)))
    office.head()
    screen = follow(source)
    screen.shows(1)
    assert begun.wait(30)
    office.publish(3, {"alarm": ALARM})
    office.assign(SCREEN, (1, ("morning",)), (2, ("film",)), (3, ("alarm",)))
    screen.publications.hear(office.head())
    screen.shows(3, 1)
    screen.shows(3, 2, 1)


# Bad publications change nothing


@pytest.mark.parametrize(
    ("playlists", "media", "why"),
    [
        ({"morning": b"dwell_s = -5\n[[item]]\n"}, {}, "dwell_s"),
        ({"morning": b"\xff\xfe"}, {}, "UTF-8"),
        ({"morning": POSTERS, "calendar": b"[[quiet]]\nname = 5\n"}, {}, "name"),
        ({"morning": POSTERS}, {"a.png": b"broken picture"}, "a.png: it is broken"),
    ],
)
def test_a_publication_that_cannot_be_shown_is_refused_with_the_reason_and_changes_nothing(
    office: Repository, follow: Follow, playlists: dict[str, bytes], media: dict[str, bytes], why: str
) -> None:
    screen = follow(folder(office))
    screen.shows(1)
    office.publish(2, playlists, media)
    office.assign(SCREEN, (2, ("morning",)))
    office.head()
    assert why in refused(screen, 2)
    screen.wait_for(screen.publications.progress)
    state = screen.publications.progress()[0]
    assert (state.number, state.step, state.why is not None) == (2, "refused", True)
    assert screen.numbers == (1,)
    office.publish(3, {"morning": POSTERS}, {"a.png": b"three"})
    office.assign(SCREEN, (3, ("morning",)))
    office.head()
    screen.shows(3)
    assert screen.steps(2).count("refused") == 1


def test_an_assignment_of_what_nobody_signed_is_refused(office: Repository, follow: Follow) -> None:
    screen = follow(folder(office))
    screen.shows(1)
    office.assign(SCREEN, (1, ("morning", "invented")))
    office.head_of_assign()
    assert "nobody signed" in refused(screen, 0)
    office.assign(SCREEN, (99, ("morning",)))
    office.head_of_assign()
    screen.wait_for(lambda: any("99" in words.en for words in screen.latest.notes))
    assert screen.numbers == (1,)


@pytest.mark.parametrize("text", [b"{}", b"[1]", b'{"v": 1, "screen": "sq-led", "shows": [{"publication": -1}]}'])
def test_an_assignment_that_is_nonsense_is_refused(office: Repository, follow: Follow, text: bytes) -> None:
    from tests.player.publication.repository import target

    screen = follow(folder(office))
    screen.shows(1)
    office.assigned.clear()
    office.put(text)
    office.sign_assign(**{f"assign/{SCREEN}.json": target(f"assign/{SCREEN}.json", text)})
    office.sign_snapshot()
    office.sign_timestamp()
    assert "assignment" in refused(screen, 0)
    assert screen.numbers == (1,)


def test_another_screens_assignment_is_refused(office: Repository, follow: Follow) -> None:
    from tests.player.publication.repository import target

    screen = follow(folder(office))
    screen.shows(1)
    text = b'{"v": 1, "screen": "another-led", "shows": []}'
    office.put(text)
    office.assigned.clear()
    office.sign_assign(**{f"assign/{SCREEN}.json": target(f"assign/{SCREEN}.json", text)})
    office.sign_snapshot()
    office.sign_timestamp()
    assert "another screen" in refused(screen, 0)
    assert screen.numbers == (1,)


@pytest.mark.parametrize("head", [b"", b"nonsense", b"{}", b"x" * 20_000])
def test_a_head_that_does_not_hold_changes_nothing_and_is_recorded_once(
    office: Repository, source: HttpSource, follow: Follow, head: bytes
) -> None:
    screen = follow(source)
    screen.shows(1)
    screen.publications.hear(head)
    assert refused(screen, 0)
    screen.publications.hear(head + b" ")
    office.publish(2, {"evening": POSTERS}, {"b.png": b"two"})
    office.assign(SCREEN, (2, ("evening",)))
    good = office.head()
    screen.publications.hear(good)
    screen.shows(2)
    assert screen.told.count((0, "refused")) == 1
    assert screen.latest.notes == ()


def test_a_replayed_head_does_not_bring_back_what_was_withdrawn(
    office: Repository, source: HttpSource, follow: Follow
) -> None:
    screen = follow(source)
    screen.shows(1)
    old = office.read("timestamp.json")
    office.assign(SCREEN)
    screen.publications.hear(office.head())
    screen.shows()
    screen.publications.hear(old)
    assert "older" in refused(screen, 0)
    assert screen.numbers == ()


def test_half_signed_content_changes_nothing(office: Repository, source: HttpSource, follow: Follow) -> None:
    screen = follow(source)
    screen.shows(1)
    office.publish(2, {"morning": ALARM})
    office.assign(SCREEN, (2, ("morning",)))
    office.signers = [office.author]
    screen.publications.hear(office.head())
    assert "signatures" in refused(screen, 0)
    assert screen.numbers == (1,)


def test_a_file_that_is_not_what_was_signed_is_told_and_fetched_when_it_is_mended(
    office: Repository, source: HttpSource, server: Server, follow: Follow
) -> None:
    screen = follow(source)
    screen.shows(1)
    office.publish(2, {"morning": POSTERS}, {"a.png": b"two"})
    (office.folder / "content" / office.put(b"two")).write_bytes(b"owt")
    office.assign(SCREEN, (2, ("morning",)))
    screen.publications.hear(office.head())
    assert "SHA-256" in refused(screen, 2)
    assert screen.numbers == (1,)
    office.put(b"two")
    screen.shows(2)


def test_a_file_that_breaks_the_decoder_is_left_out_over_a_restart_too(office: Repository, follow: Follow) -> None:
    office.publish(2, {"morning": POSTERS}, {"a.png": b"good", "b.png": b"bad"})
    office.assign(SCREEN, (2, ("morning",)))
    office.head()
    screen = follow(folder(office))
    screen.shows(2)
    screen.publications.quarantine(office.put(b"bad"), BROKEN)
    screen.wait_for(lambda: [m.name for m in screen.latest.publications[0].media] == ["a.png"])
    again = follow(folder(office), start=False)
    assert [m.name for m in again.publications.cached().publications[0].media] == ["a.png"]


# A store with a foreign file


def stored(tmp_path: Path, content: bytes) -> Path:
    return tmp_path / "state" / "published" / "content" / hashlib.sha256(content).hexdigest()


def test_a_foreign_file_in_the_store_is_put_aside_and_fetched_again(
    office: Repository, source: HttpSource, server: Server, follow: Follow, tmp_path: Path
) -> None:
    screen = follow(source)
    screen.shows(1)
    path = stored(tmp_path, b"one")
    path.write_bytes(b"two")
    server.asked.clear()
    screen.publications.doubt(path.name)
    screen.wait_for(lambda: path.exists() and path.read_bytes() == b"one")
    assert path.with_name(f"{path.name}.foreign").read_bytes() == b"two"
    assert [asked for asked, _ in server.asked if path.name in asked]
    assert screen.numbers == (1,), "nothing else came in its place"
    screen.wait_for(lambda: len(screen.probed) == 2)


def test_a_file_that_is_doubted_and_holds_stays_where_it_is(
    office: Repository, source: HttpSource, server: Server, follow: Follow, tmp_path: Path
) -> None:
    screen = follow(source)
    screen.shows(1)
    server.asked.clear()
    path = stored(tmp_path, b"one")
    screen.publications.doubt(path.name)
    screen.publications.quarantine("f" * 64, BROKEN)  # something that shows when the thread has been through
    screen.wait_for(lambda: "f" * 64 in screen.publications._standing.kept.quarantined)
    assert path.read_bytes() == b"one"
    assert not [asked for asked, _ in server.asked if path.name in asked]


def test_a_foreign_file_that_nobody_decoded_yet_is_not_judged_under_its_name(
    office: Repository, follow: Follow, tmp_path: Path
) -> None:
    stored(tmp_path, b"one").parent.mkdir(parents=True)
    stored(tmp_path, b"one").write_bytes(b"two")
    screen = follow(folder(office))
    screen.shows(1)
    assert stored(tmp_path, b"one").read_bytes() == b"one"
    assert len(screen.probed) == 1


def test_doubts_about_files_that_nothing_needs_are_passed_over(office: Repository, follow: Follow) -> None:
    screen = follow(folder(office))
    screen.shows(1)
    screen.publications.doubt("../" * 20)
    screen.publications.doubt("e" * 64)
    screen.publications.quarantine("f" * 64, BROKEN)
    screen.wait_for(lambda: "f" * 64 in screen.publications._standing.kept.quarantined)
    assert screen.numbers == (1,)


# Clocks


def test_expired_content_plays_on_with_an_alarm_and_then_leaves_filler_only(office: Repository, follow: Follow) -> None:
    screen = follow(folder(office), expired_days=100)
    screen.shows(1)
    assert (screen.latest.expired, screen.latest.notes) == (False, ())
    screen.clock = msgspec.structs.replace(screen.clock, at=NOW + dt.timedelta(days=30))
    screen.publications.refresh()
    screen.wait_for(lambda: any("playing on" in words.en for words in screen.latest.notes))
    assert (screen.latest.expired, screen.numbers) == (False, (1,))
    screen.clock = msgspec.structs.replace(screen.clock, at=NOW + dt.timedelta(days=120))
    screen.publications.refresh()
    screen.wait_for(lambda: screen.latest.expired)
    screen.clock = msgspec.structs.replace(screen.clock, clock="unsynced")
    screen.publications.refresh()
    screen.wait_for(lambda: not screen.latest.expired)
    assert screen.numbers == (1,)


def test_a_clock_in_2039_neither_expires_what_plays_nor_refuses_what_is_new(office: Repository, follow: Follow) -> None:
    screen = follow(folder(office), start=False)
    far = dt.datetime(2039, 3, 1, tzinfo=dt.UTC)
    screen.clock = Moment(far, 0.0, "ntp", least=NOW)
    screen.publications.start()
    screen.shows(1)
    assert not screen.latest.expired
    assert any("look at the clock" in words.en for words in screen.latest.notes)


def test_an_old_head_is_refused_where_it_is_later_for_certain_whatever_the_clock_says(
    office: Repository, follow: Follow
) -> None:
    screen = follow(folder(office), start=False)
    dawn = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    screen.clock = Moment(dawn, 0.0, "unsynced", least=NOW + dt.timedelta(days=8))
    screen.publications.start()
    screen.wait_for(lambda: any("expired" in words.en for words in screen.latest.notes))
    assert screen.numbers == ()


def test_the_clock_learns_when_a_head_was_signed(office: Repository, follow: Follow) -> None:
    class Learning(NoDates):
        def signed(self, kind: str, by: str, number: int, at: dt.datetime) -> None:
            learned.append((kind, number, at))

    learned: list[tuple[str, int, dt.datetime]] = []
    office.signed_at = NOW.isoformat()
    office.head()
    screen = follow(folder(office), dates=Learning())
    screen.shows(1)
    assert learned[0] == ("timestamp", 2, NOW)


def test_a_clock_in_1970_still_takes_what_is_new(office: Repository, follow: Follow) -> None:
    dawn = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    office.head_expires = NOW - dt.timedelta(days=900)
    office.head()
    screen = follow(folder(office), start=False)
    screen.clock = msgspec.structs.replace(screen.clock, at=dawn, clock="unsynced")
    screen.publications.start()
    screen.shows(1)


# Restarts


def test_after_a_restart_what_was_on_air_is_on_air_without_a_network(
    office: Repository, source: HttpSource, follow: Follow, server: Server
) -> None:
    first = follow(source)
    first.shows(1)
    first.publications.showing(1)
    before = first.latest
    again = follow(HttpSource("http://127.0.0.1:1"), start=False)
    assert again.publications.cached() == before
    assert again.publications.command_keys() == (bytes.fromhex(office.online.public_key.keyval["public"]),)
    again.publications.start()
    again.wait_for(lambda: again.latest.notes)
    again.publications.showing(1)
    assert (again.numbers, again.told) == ((1,), [])


def test_files_lost_from_the_disk_are_fetched_again(office: Repository, follow: Follow) -> None:
    first = follow(folder(office))
    first.shows(1)
    Path(first.latest.publications[0].media[0].path).unlink()
    again = follow(folder(office), start=False)
    assert again.publications.cached().publications == ()
    again.publications.start()
    again.shows(1)


def test_a_broken_memory_of_what_was_on_air_is_fetched_again(
    office: Repository, follow: Follow, tmp_path: Path
) -> None:
    follow(folder(office)).shows(1)
    for name in ("kept.json", "told.json"):
        (tmp_path / "state" / "published" / name).write_bytes(b"{half")
    again = follow(folder(office))
    again.shows(1)


def test_what_another_version_of_the_decoder_found_does_not_hold_up_the_start_and_is_found_anew(
    office: Repository, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(folder(office)).shows(1)
    monkeypatch.setattr("player.publication.depot.__version__", "99.0")
    again = follow(folder(office), start=False)
    assert [each.number for each in again.publications.cached().publications] == [1]
    again.publications.start()
    again.wait_for(lambda: again.probed)
    again.shows(1)


def test_enrolled_with_another_office_the_former_ones_content_is_not_shown(
    office: Repository, follow: Follow, tmp_path: Path
) -> None:
    follow(folder(office)).shows(1)
    (tmp_path / "second").mkdir()
    other = Repository(tmp_path / "second" / "office")
    other.publish(7, {"theirs": POSTERS}, {"z.png": b"z"})
    other.assign(SCREEN, (7, ("theirs",)))
    other.head()
    screen = follow(folder(other), office=other, start=False)
    assert screen.publications.cached().publications == ()
    screen.publications.start()
    screen.shows(7)


def test_a_stranger_who_takes_the_servers_place_is_not_believed(
    office: Repository, follow: Follow, tmp_path: Path
) -> None:
    follow(folder(office)).shows(1)
    (tmp_path / "second").mkdir()
    other = Repository(tmp_path / "second" / "office")
    other.publish(7, {"theirs": POSTERS}, {"z.png": b"z"})
    other.assign(SCREEN, (7, ("theirs",)))
    other.head()
    screen = follow(folder(other))
    assert "signatures" in refused(screen, 0)
    assert screen.numbers == (1,)


@pytest.mark.parametrize("is_nested", [False, True], ids=["half a root", "a root of brackets"])
def test_without_a_root_nothing_is_believed_until_there_is_one(
    office: Repository, follow: Follow, tmp_path: Path, is_nested: bool
) -> None:
    late = tmp_path / "late.json"
    screen = follow(folder(office), root=late)
    screen.wait_for(lambda: screen.latest.notes)
    assert screen.numbers == ()
    late.write_bytes(b"[" * 100_000 if is_nested else office.anchor[:-40])  # a person is copying it
    screen.wait_for(lambda: any("not whole" in note.en for note in screen.latest.notes))
    late.write_bytes(office.anchor)
    screen.shows(1)


def test_new_keys_of_the_office_are_followed(office: Repository, follow: Follow) -> None:
    screen = follow(folder(office))
    screen.shows(1)
    office.online = office.assigner = key()
    office.author = key()
    office.signers = [office.author, office.approver]
    office.sign_root()
    office.publish(2, {"morning": ALARM})
    office.assign(SCREEN, (2, ("morning",)))
    office.head()
    screen.shows(2)
    assert screen.publications.trusted().root == 2
    assert screen.publications.command_keys() == (bytes.fromhex(office.online.public_key.keyval["public"]),)


# Room


def test_what_nothing_needs_makes_room_and_what_is_on_air_stays(
    office: Repository, follow: Follow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("player.publication.depot.LEFT_AIR_S", 0.0)
    screen = follow(folder(office), budget_bytes=2500)
    screen.shows(1)
    for number in range(2, 8):
        office.publish(number, {"morning": POSTERS}, {"a.png": bytes([number]) * 1000})
        office.assign(SCREEN, (number, ("morning",)))
        office.head()
        screen.shows(number)
    content = tmp_path / "state" / "published" / "content"
    assert sum(path.stat().st_size for path in content.iterdir()) <= 2500
    assert all(Path(medium.path).exists() for medium in screen.latest.publications[0].media)


def test_what_does_not_fit_is_said_and_nothing_is_deleted_for_it(office: Repository, follow: Follow) -> None:
    screen = follow(folder(office), budget_bytes=2000)
    screen.shows(1)
    office.publish(2, {"morning": POSTERS}, {"a.png": b"x" * 5000})
    office.assign(SCREEN, (2, ("morning",)))
    office.head()
    screen.wait_for(lambda: screen.publications.progress() and screen.publications.progress()[0].why)
    assert "published_mib" in str(screen.publications.progress()[0].why)
    assert screen.numbers == (1,)
    assert Path(screen.latest.publications[0].media[0].path).exists()


@pytest.mark.parametrize("why", [NO_WORKER, NO_ANSWER])
def test_a_decoder_that_cannot_be_started_or_a_disk_that_stalls_refuses_nothing(
    office: Repository, follow: Follow, why: Words
) -> None:
    answers: list[Words] = [why]
    screen = follow(folder(office), probe=lambda path, digests: answers.pop() if answers else PICTURE)
    screen.shows(1)
    assert "refused" not in screen.steps(1)


def test_the_end_does_not_wait_for_a_server_that_hangs(
    office: Repository, server: Server, source: Source, follow: Follow
) -> None:
    hangs = threading.Event()

    def hang(handler: Handler, path: str) -> bool:
        hangs.set()
        handler.server.over.wait(50)
        return True

    server.misdeeds = [hang]
    screen = follow(source)
    assert hangs.wait(30)
    screen.publications.stop()
    assert not screen.publications._thread.is_alive()


def test_the_copy_stands_in_for_a_root_whose_disk_hangs_and_one_that_comes_late_is_gone_by(
    office: Repository, follow: Follow, tmp_path: Path
) -> None:
    screen = follow(folder(office))
    screen.shows(1)
    screen.publications.stop()
    other = Repository(tmp_path / "other")
    other.publish(7, {"evening": b'[[item]]\ncard = "slogan"\ntext = "x"\n'})
    other.assign(SCREEN, (7, ("evening",)))
    other.head()
    with Share(tmp_path / "usb", {"root.json": other.anchor}) as usb:
        usb.hang()
        screen = follow(folder(other), root=usb.at / "root.json")
        assert screen.numbers == (1,)
        usb.answer()
        screen.shows(7)
