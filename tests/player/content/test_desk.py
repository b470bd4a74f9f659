"""The desk driven by real folders and a made-up clock: looks, judges and the library without a thread."""

import datetime as dt
import itertools
import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from player.content.arrange import LISTS_LEFT, Place
from player.content.book import Book
from player.content.desk import LISTS_AWAY_S, Desk
from player.content.judge import NO_PERMISSION, Probe, judge
from player.content.lane import read_playlist
from player.content.library import Folder, Library, PlaylistFile, library_name
from player.content.retries import ASK_AGAIN_S
from player.content.scan import scan
from player.content.settle import LOCAL_QUIET_S
from player.decode.refusal import CRASHED, HANGS, NO_ANSWER, NO_WORKER
from player.quarantine import TERMS_S, URGENT_TERMS_S
from signage.errors import Words
from tests.player.content.bench import AT, TRUNCATED, FakeProbe, picture


class Table:
    """A desk over real folders; `look` moves the clock, judging is done on the spot."""

    def __init__(self, *tops: Path) -> None:
        self.now = 0.0
        self.folders = [Folder.at(str(top)) for top in tops]
        self.desk = Desk(lambda: AT)
        self.desk.adopt(Book(), [Place(folder=f, use="media") for f in self.folders])
        self.fake = FakeProbe()
        self.probe: Probe = self.fake

    def look(self, pause_s: float = LOCAL_QUIET_S) -> None:
        self.now += pause_s
        for index, folder in enumerate(self.folders):
            found = scan(folder, "media", tuple(f.path for f in self.folders), self.desk.scan_before(index))
            self.desk.queue(self.desk.look(index, found, self.now).jobs)

    def judge(self) -> None:
        while (job := self.desk._pile.take(("picture", "moving"), self.desk._stands)) is not None:
            verdict = judge(job, self.probe, self.desk.known, lambda: AT, lambda: False)
            self.desk.judged(job, verdict, self.now)

    def library(self) -> Library:
        return self.desk.library({})


@pytest.fixture
def table(tmp_path: Path) -> Table:
    (tmp_path / "media").mkdir()
    return Table(tmp_path / "media")


def names(library: Library) -> list[str]:
    return [m.name for m in library.media]


def test_a_growing_file_is_never_judged(table: Table, tmp_path: Path) -> None:
    with (tmp_path / "media" / "a.png").open("wb") as out:
        for _ in range(5):
            out.write(b"x")
            out.flush()
            table.look()
            table.judge()
    assert table.fake.paths == []
    assert table.library().waiting == 1


def test_half_a_file_is_refused_and_the_whole_one_admitted(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "media" / "a.png"
    path.write_bytes(picture()[:4])
    table.look()
    table.look()
    table.judge()
    assert [r.why for r in table.library().refused] == [TRUNCATED]
    path.write_bytes(picture())
    table.look()
    assert table.library().refused == ()
    table.look()
    table.judge()
    assert names(table.library()) == ["a.png"]
    assert table.library().refused == ()


def test_an_empty_file_is_refused_without_decoding(table: Table, tmp_path: Path) -> None:
    (tmp_path / "media" / "a.png").touch()
    table.look()
    table.look()
    table.judge()
    assert "空文件" in table.library().refused[0].why.zh
    assert table.fake.paths == []


def test_a_file_that_changes_while_it_is_decoded_settles_again(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "media" / "a.png"
    path.write_bytes(picture())
    table.fake.meanwhile = lambda _: os.utime(path, ns=(0, 12345)) and None
    table.look()
    table.look()
    table.judge()
    assert names(table.library()) == []
    table.look()
    table.look()
    table.judge()
    assert names(table.library()) == ["a.png"]


def test_a_verdict_that_comes_late_is_dropped(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "media" / "a.png"
    path.write_bytes(picture())
    table.look()
    table.look()
    job = table.desk.take(("picture",))
    assert job is not None
    verdict = judge(job, table.probe, table.desk.known, lambda: AT, lambda: False)
    path.write_bytes(picture("newer"))
    table.look()
    table.desk.judged(job, verdict, table.now)
    assert table.library().media == table.library().held == ()


def test_a_copy_that_is_gone_says_nothing_of_the_file(table: Table, tmp_path: Path) -> None:
    (tmp_path / "media" / "a.png").write_bytes(picture())
    table.look()
    table.look()
    job = table.desk.take(("picture",))
    assert job is not None
    gone = msgspec.structs.replace(job, plays=str(tmp_path / "gone.png"), sha256="aa")
    assert judge(gone, lambda *_: TRUNCATED, table.desk.known, lambda: AT, lambda: False) is None


def test_what_was_deleted_is_not_written_in_the_book(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "media" / "a.png"
    path.write_bytes(picture())
    table.look()
    table.look()
    table.judge()
    assert len(table.desk.book("", frozenset()).verdicts) == 1
    path.unlink()
    table.look()
    table.library()
    assert table.desk.book("", frozenset()).verdicts == ()


def test_a_file_being_replaced_is_held_and_not_withdrawn(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "media" / "a.png"
    path.write_bytes(picture("old"))
    table.look()
    table.look()
    table.judge()
    (old,) = table.library().media
    path.write_bytes(picture("newer"))
    table.look()
    library = table.library()
    assert library.media == ()
    assert library.held == (old,)
    table.look()
    table.judge()
    library = table.library()
    assert library.held == ()
    assert library.media[0].sha256 != old.sha256


def test_a_renamed_file_is_known_at_once(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "media" / "a.png"
    path.write_bytes(picture())
    table.look()
    table.look()
    table.judge()
    path.rename(tmp_path / "media" / "b.png")
    table.look(0.1)
    assert names(table.library()) == ["b.png"]
    assert len(table.fake.paths) == 1


def test_the_same_bytes_are_decoded_once(table: Table, tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / "media" / name).write_bytes(picture())
    table.look()
    table.look()
    table.judge()
    assert names(table.library()) == ["a.png", "b.png", "c.png"]
    assert len(table.fake.paths) == 1


def test_two_spellings_of_one_name_leave_one_and_a_reason(table: Table, tmp_path: Path) -> None:
    for name in ("\u00e9.png", "e\u0301.png"):
        (tmp_path / "media" / name).write_bytes(picture(name))
    table.look()
    table.look()
    table.judge()
    library = table.library()
    assert names(library) == ["\u00e9.png"]
    assert ["同名" in r.why.zh for r in library.refused] == [True]


def test_the_first_folder_owns_a_name_and_a_broken_file_owns_none(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for folder in (first, second):
        folder.mkdir()
        (folder / "a.png").write_bytes(picture(folder.name))
        (folder / "b.png").write_bytes(picture(folder.name))
    (first / "b.png").write_bytes(b"broken")
    table = Table(first, second)
    table.look()
    table.look()
    table.judge()
    library = table.library()
    assert [m.path for m in library.media] == [str(first / "a.png"), str(second / "b.png")]
    assert sorted(r.path for r in library.refused) == [str(first / "b.png"), str(second / "a.png")]


def test_what_came_last_is_judged_first(table: Table, tmp_path: Path) -> None:
    for n in range(20):
        (tmp_path / "media" / f"{n}.png").write_bytes(picture(str(n)))
    table.look()
    table.look()
    (tmp_path / "media" / "new.png").write_bytes(picture("new"))
    table.look()
    table.look()
    table.judge()
    assert [os.path.basename(p) for p in table.fake.paths[:4]] == ["new.png", "0.png", "1.png", "2.png"]


def test_a_refusal_that_may_pass_is_tried_again(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "media" / "a.png"
    path.write_bytes(picture())
    real_open = os.open

    def refuse(name: str, *args: int, **keys: int) -> int:
        if name == str(path):
            raise PermissionError(13, "Permission denied", name)
        return real_open(name, *args, **keys)

    with monkeypatch.context() as locked:
        locked.setattr(os, "open", refuse)  # tests may run as root, whom no mode stops
        table.look()
        table.look()
        table.judge()
    assert [r.why for r in table.library().refused] == [NO_PERMISSION]
    assert table.desk.book("", frozenset()).verdicts == ()
    table.look(ASK_AGAIN_S / 2)
    table.judge()
    assert names(table.library()) == []
    table.look(ASK_AGAIN_S)
    table.judge()
    assert names(table.library()) == ["a.png"]
    assert table.library().refused == ()


@pytest.mark.parametrize("why", [NO_WORKER, NO_ANSWER])
def test_a_decoder_that_cannot_be_started_or_a_share_that_stalls_says_nothing_of_the_file(
    table: Table, tmp_path: Path, why: Words
) -> None:
    (tmp_path / "media" / "a.png").write_bytes(picture())
    real, table.probe = table.probe, lambda *_: why
    table.look()
    table.look()
    table.judge()
    assert [r.why for r in table.library().refused] == [why]
    table.probe = real
    table.look(ASK_AGAIN_S)
    table.judge()
    assert names(table.library()) == ["a.png"]


def test_quarantined_bytes_are_refused_under_any_name_until_they_change(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "media" / "a.png"
    path.write_bytes(picture())
    table.look()
    table.look()
    table.judge()
    why = Words(zh="两次弄坏解码", en="broke two workers")
    table.desk.quarantine(table.library().media[0].sha256, why)
    assert table.library().media == ()
    assert [r.why for r in table.library().refused] == [why]
    path.rename(tmp_path / "media" / "b.png")
    table.look()
    assert [(r.name, r.why) for r in table.library().refused] == [("b.png", why)]
    (tmp_path / "media" / "b.png").write_bytes(picture("mended"))
    table.look()
    table.look()
    table.judge()
    assert names(table.library()) == ["b.png"]
    assert table.library().refused == ()


def test_media_of_a_folder_that_is_away_is_held(table: Table, tmp_path: Path) -> None:
    (tmp_path / "media" / "a.png").write_bytes(picture())
    table.look()
    table.look()
    table.judge()
    (tmp_path / "media").rename(tmp_path / "away")
    table.look()
    library = table.library()
    assert library.media == ()
    assert [m.name for m in library.held] == ["a.png"]
    assert "没有被当作删除" in library.notes[0].zh
    (tmp_path / "away").rename(tmp_path / "media")
    table.look()
    assert names(table.library()) == ["a.png"]
    assert len(table.fake.paths) == 1


NAMES = ("a.png", "b.png", "海报 1.jpg", "e\u0301.gif", "sub/c.mp4", "sub/d.txt", ".hidden.png", "e.png.part")


class Folders(RuleBasedStateMachine):
    """People write, append, rename, replace, delete; looks and judges come at any moment between."""

    @initialize()
    def begin(self) -> None:
        self.top = Path(os.environ["PYTEST_TMP"]) / os.urandom(8).hex()
        (self.top / "sub").mkdir(parents=True)
        self.table = Table(self.top)
        self.count = 0

    @rule(name=st.sampled_from(NAMES), good=st.booleans())
    def write(self, name: str, good: bool) -> None:
        self.count += 1
        (self.top / name).write_bytes(picture(str(self.count)) if good else b"bad%d" % self.count)

    @rule(name=st.sampled_from(NAMES))
    def append(self, name: str) -> None:
        with (self.top / name).open("ab") as out:
            out.write(b"END")

    @rule(name=st.sampled_from(NAMES), to=st.sampled_from(NAMES))
    def rename(self, name: str, to: str) -> None:
        if (self.top / name).exists():
            os.replace(self.top / name, self.top / to)

    @rule(name=st.sampled_from(NAMES))
    def delete(self, name: str) -> None:
        (self.top / name).unlink(missing_ok=True)

    @rule(name=st.sampled_from(NAMES), to=st.sampled_from(NAMES))
    def link(self, name: str, to: str) -> None:
        if (self.top / name).exists() and not (self.top / to).exists():
            os.link(self.top / name, self.top / to)

    @rule(pause_s=st.sampled_from([0.1, 0.5, 0.8, 5.0]))
    def look(self, pause_s: float) -> None:
        self.table.look(pause_s)

    @rule()
    def judge(self) -> None:
        self.table.judge()

    @rule()
    @precondition(lambda self: hasattr(self, "top"))
    def come_to_rest(self) -> None:
        for _ in range(2):
            self.table.look()
            self.table.look(ASK_AGAIN_S)
            self.table.judge()
        files = {library_name(str(p.relative_to(self.top))): p for p in self.top.rglob("*") if p.is_file()}
        files = {n: p for n, p in files.items() if not p.name.startswith(".") and not n.endswith(".part")}
        good = {n for n, p in files.items() if _is_good(p) and p.suffix != ".txt"}
        library = self.table.library()
        assert set(names(library)) == good
        assert {library_name(os.path.relpath(r.path, self.top)) for r in library.refused} == set(files) - good
        assert library.waiting == 0
        assert library.held == ()

    @invariant()
    def nothing_is_both_shown_and_refused(self) -> None:
        if hasattr(self, "table"):
            library = self.table.library()
            shown = {m.path for m in library.media}
            assert not shown & {r.path for r in library.refused}
            assert not shown & {m.path for m in library.held}

    def teardown(self) -> None:
        if hasattr(self, "top"):
            self.come_to_rest()


def _is_good(path: Path) -> bool:
    content = path.read_bytes()
    return content.startswith(b"PIC") and content.endswith(b"END")


def test_in_the_end_the_library_is_what_lies_in_the_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_TMP", str(tmp_path))
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(Folders, settings=settings(max_examples=60, stateful_step_count=30, deadline=None))


class Hours:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hours(table: Table) -> Hours:
    clock = Hours()
    table.desk = Desk(lambda: AT, clock)
    table.desk.adopt(Book(), [Place(folder=f, use="media") for f in table.folders])
    return clock


def test_a_quarantine_ends_by_time_and_comes_back_for_longer(table: Table, tmp_path: Path, hours: Hours) -> None:
    (tmp_path / "media" / "a.png").write_bytes(picture())
    table.look()
    table.look()
    table.judge()
    sha256 = table.library().media[0].sha256
    for term_s in TERMS_S:
        table.desk.quarantine(sha256, CRASHED)
        assert table.library().media == ()
        ends = table.desk.quarantine_ends()
        assert ends is not None
        assert ends > hours.now
        hours.now += term_s - 1
        assert table.library().media == ()
        hours.now += 1
        assert names(table.library()) == ["a.png"]
        assert table.library().refused == ()


def test_a_term_outlasts_a_restart_and_no_clock_makes_it_endless(table: Table, tmp_path: Path, hours: Hours) -> None:
    (tmp_path / "media" / "a.png").write_bytes(picture())
    table.look()
    table.look()
    table.judge()
    table.desk.quarantine(table.library().media[0].sha256, CRASHED)
    book = msgspec.json.decode(msgspec.json.encode(table.desk.book("1", frozenset())), type=Book)
    for wall in (AT, AT.replace(year=1970), AT.replace(year=2099)):
        clock = Hours()
        again = Desk(lambda wall=wall: wall, clock)  # type: ignore[misc]
        again.adopt(book, [Place(folder=f, use="media") for f in table.folders])
        again.look(0, scan(table.folders[0], "media", (table.folders[0].path,), again.scan_before(0)), 0.0)
        assert bool(again.library({}).refused) == (wall.year < 2099)
        clock.now = TERMS_S[0]
        assert names(again.library({})) == ["a.png"]


def test_an_emergency_may_try_again_what_is_in_quarantine_after_a_pause(
    table: Table, tmp_path: Path, hours: Hours
) -> None:
    (tmp_path / "media" / "a.png").write_bytes(picture())
    table.look()
    table.look()
    table.judge()
    sha256 = table.library().media[0].sha256
    for pause_s in URGENT_TERMS_S:
        table.desk.quarantine(sha256, CRASHED)
        assert table.library().on_trial == ()
        hours.now += pause_s
        assert [m.name for m in table.library().on_trial] == ["a.png"]
        assert table.library().media == ()
        assert [r.name for r in table.library().refused] == ["a.png"]


@pytest.mark.parametrize("why", [CRASHED, HANGS])
def test_a_file_that_takes_down_the_decoder_that_judges_it_is_judged_again_after_a_term(
    table: Table, tmp_path: Path, why: Words
) -> None:
    (tmp_path / "media" / "a.png").write_bytes(picture())
    real, table.probe = table.probe, lambda *_: why
    table.look()
    table.look()
    table.judge()
    assert [r.why for r in table.library().refused] == [why]
    table.probe = real
    table.look(TERMS_S[0] - LOCAL_QUIET_S)
    table.judge()
    assert [r.why for r in table.library().refused] == [why]
    table.look(LOCAL_QUIET_S)
    table.judge()
    assert names(table.library()) == ["a.png"]


def test_a_file_that_hangs_its_decoder_again_and_again_is_asked_more_and_more_seldom(
    table: Table, tmp_path: Path
) -> None:
    (tmp_path / "media" / "a.png").write_bytes(picture())
    asked = []
    table.probe = lambda *_: asked.append(table.now) or HANGS  # type: ignore[func-returns-value]
    for _ in range(400):
        table.look(300.0)
        table.judge()
    gaps = [later - sooner for sooner, later in itertools.pairwise(asked)]
    assert [round(gap / 3600) for gap in gaps] == [1, 4, 24]


def test_after_a_restart_what_hung_its_decoder_waits_for_the_rest_of_its_term(table: Table, tmp_path: Path) -> None:
    (tmp_path / "media" / "a.png").write_bytes(picture())
    real, table.probe = table.probe, lambda *_: HANGS
    table.look()
    table.look()
    table.judge()
    table.probe = real
    book = table.desk.book("1", frozenset())
    for later_s, is_asked in ((600.0, False), (TERMS_S[0], True), (-1e9, False), (1e9, True)):
        again = Table(tmp_path / "media")
        at = AT + dt.timedelta(seconds=later_s)
        again.desk = Desk(lambda at=at: at)  # type: ignore[misc]
        again.desk.adopt(book, [Place(folder=f, use="media") for f in again.folders])
        again.look()
        again.judge()
        assert bool(again.fake.paths) == is_asked
        again.look(TERMS_S[0])
        again.judge()
        assert names(again.library()) == ["a.png"]


class Lists:
    """A desk over a folder of media and one of playlists, with a made-up clock."""

    def __init__(self, top: Path, *more: str, last_good: dict[str, bytes] | None = None) -> None:
        self.media, self.playlists = top / "media", top / "playlists"
        self.now, self.last_good = 100.0, last_good or {}
        for folder in (self.media, self.playlists, *(top / name for name in more)):
            folder.mkdir()
        self.desk = Desk(lambda: AT, lambda: self.now)
        self.places = [
            Place(folder=Folder.at(str(self.media)), use="media"),
            Place(folder=Folder.at(str(self.playlists)), use="playlists"),
            *(Place(folder=Folder.at(str(top / name)), use="playlists") for name in more),
        ]
        self.desk.adopt(Book(), self.places)

    def after(self, pause_s: float) -> Library:
        self.now += pause_s
        for index, place in enumerate(self.places):
            found = scan(place.folder, place.use, (), self.desk.scan_before(index))
            for seen in self.desk.look(index, found, self.now).playlists:
                if (read := read_playlist(seen, place.folder)) is not None:
                    self.desk.enter_playlist(seen, read[0], passing=read[1])
                    if isinstance(read[0], PlaylistFile):
                        self.last_good[read[0].name] = read[0].text
        return self.desk.library(self.last_good)


def test_the_only_playlist_away_for_a_moment_changes_nothing(tmp_path: Path) -> None:
    lists = Lists(tmp_path)
    path = lists.playlists / "a.toml"
    path.write_bytes(b"1")
    lists.after(0)
    before = lists.after(1)
    assert (before.listed, [p.text for p in before.playlists]) == (True, [b"1"])
    lists.now += 3600
    path.unlink()
    gap = lists.after(0.15)
    assert (gap.listed, [p.text for p in gap.playlists], gap.notes) == (True, [b"1"], ())
    path.write_bytes(b"22")
    unsettled = lists.after(0.15)
    assert (unsettled.listed, [p.text for p in unsettled.playlists]) == (True, [b"1"])
    assert [p.text for p in lists.after(1).playlists] == [b"22"]


def test_one_of_several_playlists_away_for_a_moment_goes_on_and_one_that_was_deleted_is_withdrawn_and_said(
    tmp_path: Path,
) -> None:
    lists = Lists(tmp_path)
    for name, text in (("a.toml", b"1"), ("b.toml", b"2")):
        (lists.playlists / name).write_bytes(text)
    lists.after(0)
    lists.after(1)
    for text in (b"33", b"444"):
        lists.now += 3600
        before = lists.after(1)
        (lists.playlists / "b.toml").unlink()
        gap = lists.after(0.15)
        assert ([p.text for p in gap.playlists], gap.notes) == ([p.text for p in before.playlists], ())
        (lists.playlists / "b.toml").write_bytes(text)
        assert [p.text for p in lists.after(0.15).playlists] == [p.text for p in before.playlists]
        assert [p.text for p in lists.after(1).playlists] == [b"1", text]
    (lists.playlists / "b.toml").unlink()
    lists.after(0.15)
    due = lists.desk.lists_change_at()
    assert due == lists.now + LISTS_AWAY_S
    gone = lists.after(LISTS_AWAY_S)
    assert [p.text for p in gone.playlists] == [b"1"]
    assert "b.toml 的文件不见了" in gone.notes[0].zh
    del lists.last_good["b"]
    assert len(lists.after(0.1).notes) == 1, "said for a while"
    due = lists.desk.lists_change_at()
    assert due is not None
    assert lists.after(due - lists.now).notes == ()
    assert lists.desk.lists_change_at() is None


def test_a_playlist_that_was_renamed_is_never_there_twice(tmp_path: Path) -> None:
    lists = Lists(tmp_path)
    for name, text in (("a.toml", b"1"), ("b.toml", b"2")):
        (lists.playlists / name).write_bytes(text)
    lists.after(0)
    lists.after(1)
    (lists.playlists / "b.toml").rename(lists.playlists / "c.toml")
    for _ in range(20):
        assert sorted(p.text for p in lists.after(0.2).playlists) == [b"1", b"2"]


def test_a_second_playlist_folder_that_is_emptied_for_a_moment_or_away_for_hours_withdraws_nothing(
    tmp_path: Path,
) -> None:
    lists = Lists(tmp_path, "more")
    more = tmp_path / "more"
    (lists.playlists / "a.toml").write_bytes(b"1")
    (more / "b.toml").write_bytes(b"2")
    lists.after(0)
    lists.after(1)
    (more / "b.toml").rename(tmp_path / "b.toml")
    assert [p.text for p in lists.after(1).playlists] == [b"1", b"2"]
    (tmp_path / "b.toml").rename(more / "b.toml")
    lists.after(1)
    more.rename(tmp_path / "away")
    for pause_s in (0.1, LISTS_AWAY_S, 3600.0):
        assert [p.text for p in lists.after(pause_s).playlists] == [b"1", b"2"]
    more.mkdir()
    assert [p.text for p in lists.after(0.1).playlists] == [b"1", b"2"], "it comes back before its files do"
    assert [p.text for p in lists.after(LISTS_AWAY_S).playlists] == [b"1"]


def test_the_calendar_away_for_a_moment_ends_no_quiet_period_and_one_that_was_deleted_does(tmp_path: Path) -> None:
    lists = Lists(tmp_path)
    for name in ("a.toml", "calendar.toml"):
        (lists.playlists / name).write_bytes(b"1")
    lists.after(0)
    lists.after(1)
    lists.now += 3600
    (lists.playlists / "calendar.toml").unlink()
    gap = lists.after(0.15)
    assert gap.calendar is not None
    assert gap.calendar.text == b"1"
    (lists.playlists / "calendar.toml").write_bytes(b"22")
    unsettled = lists.after(0.15)
    assert unsettled.calendar is not None
    settled = lists.after(1).calendar
    assert settled is not None
    assert settled.text == b"22"
    (lists.playlists / "calendar.toml").unlink()
    lists.after(0.15)
    due = lists.desk.lists_change_at()
    assert due is not None
    assert lists.after(due - lists.now).calendar is None


def test_only_after_a_minute_without_playlists_the_media_folder_may_play_and_until_then_it_is_said(
    tmp_path: Path,
) -> None:
    lists = Lists(tmp_path)
    path = lists.playlists / "a.toml"
    path.write_bytes(b"1")
    lists.after(0)
    lists.after(1)
    path.unlink()
    lists.after(0.1)
    gone = lists.after(LISTS_AWAY_S)
    assert (gone.listed, gone.playlists, gone.notes) == (True, (), (LISTS_LEFT,))
    due = lists.desk.lists_change_at()
    assert due is not None
    bare = lists.after(due - lists.now)
    assert (bare.listed, bare.playlists, bare.notes) == (False, (), ())
    assert lists.desk.lists_change_at() is None


def test_a_start_without_the_playlist_of_the_last_run_is_not_a_screen_without_playlists(tmp_path: Path) -> None:
    lists = Lists(tmp_path, last_good={"a": b"1", "calendar": b"2"})
    found = lists.after(0)
    assert (found.listed, found.playlists, found.notes) == (True, (), (LISTS_LEFT,))


@pytest.mark.parametrize("name", [None, "calendar.toml"])
def test_a_screen_that_never_had_a_playlist_plays_its_folder_at_once(tmp_path: Path, name: str | None) -> None:
    lists = Lists(tmp_path, last_good={"calendar": b"2"})
    if name is not None:
        (lists.playlists / name).write_bytes(b"")
    assert not lists.after(0).listed


def test_a_playlist_that_cannot_be_read_is_told_at_once_and_nobody_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("player.content.intake.open_regular", refuse)
    lists = Lists(tmp_path)
    (lists.playlists / "a.toml").write_bytes(b"1")
    lists.after(0)
    told = lists.after(1)
    assert [(r.name, r.why) for r in told.refused] == [("a.toml", NO_PERMISSION)]
    assert (told.waiting, told.listed) == (0, True)
    monkeypatch.undo()
    assert [p.text for p in lists.after(1).playlists] == [b"1"]
