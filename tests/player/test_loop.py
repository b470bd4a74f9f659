"""The loop on a clock that the test moves: fakes at every door, our own parts in between."""

import datetime as dt
import itertools
import random
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from player.decode.protocol import ShowCard
from player.decode.refusal import HANGS
from player.events import Ask, Event, Identify, Inbox, ProgramChanged, SetVolume, Skip, Stopped
from player.insight import insight
from player.loop import Loop
from player.stage.overlay import Overlay
from player.stage.stage import Stage
from player.state import Moment, Play, State, opened
from signage.calendar import Calendar, QuietPeriod
from signage.daypart import DateRange, Daypart, Window
from signage.errors import Words
from signage.layout import Box, Zone
from signage.ledger import Details
from signage.media import Media, MediaFacts
from signage.plan import plan
from signage.playlist import Item, Playlist
from signage.program import Program, Site
from signage.rotation import Rotation
from signage.slot import Slot
from signage.timefloor import BelievedTime
from signage.trusted_time import ClockReading, begun, believed_s, observed
from tests.fakes import FakeDecoder, FakeScreen, FakeSound, colour_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = dt.datetime(2026, 6, 5, 6, 59, 0, tzinfo=SHANGHAI)
ZONE = Zone(name="main", box=Box(0, 0, 16, 9))


class MovedClock:
    """Time stands still until somebody sleeps; the wall may be set apart from it."""

    def __init__(self, starts_at: dt.datetime) -> None:
        self.seconds = 1000.0
        self.wall = starts_at - dt.timedelta(seconds=self.seconds)

    def now(self) -> float:
        return self.seconds

    def read(self, now: float) -> BelievedTime:
        at = (self.wall + dt.timedelta(seconds=now)).astimezone(SHANGHAI)
        return BelievedTime(at=at, quality="ntp")


class JudgedClock(MovedClock):
    """The wall is what a synchronised clock shows, and is believed as far as the player believes one."""

    def __init__(self, starts_at: dt.datetime) -> None:
        super().__init__(starts_at)
        self._known = begun(starts_at.timestamp() - 86_400, None, self.seconds, "")

    def read(self, now: float) -> BelievedTime:
        shown_s = (self.wall + dt.timedelta(seconds=now)).timestamp()
        self._known = observed(self._known, ClockReading(now, shown_s, synchronised=True))
        return BelievedTime(at=dt.datetime.fromtimestamp(believed_s(self._known, now), SHANGHAI), quality="ntp")


class MovedInbox(Inbox):
    """Sleeping moves the clock; `script` says what comes at which second."""

    def __init__(self, clock: MovedClock, script: Iterable[tuple[float, Event]] = ()) -> None:
        super().__init__()
        self._moved = clock
        self._script = sorted(script, key=lambda line: line[0])

    def wait(self, timeout_s: float) -> tuple[Event, ...]:
        ends = self._moved.seconds + max(0.0, timeout_s)
        if self._script and self._script[0][0] <= ends:
            ends, event = self._script.pop(0)
            self.put(event)
        self._moved.seconds = max(self._moved.seconds, ends)
        return super().wait(0)


class Bench:
    """A loop with fakes, and what it did."""

    def __init__(
        self,
        program: Program,
        starts_at: dt.datetime = MORNING,
        script: Iterable[tuple[float, Event]] = (),
        look_s: float = 1.0,
        events_s: float = 0.1,
        *,
        clock: type[MovedClock] = MovedClock,
    ) -> None:
        self.clock = clock(starts_at)
        self.screen = FakeScreen(16, 9)
        self.decoders: list[FakeDecoder] = []
        self.plays: list[Play] = []
        self.began: list[tuple[int, Moment]] = []
        self.notes: list[tuple[str, Details]] = []
        self.kept: list[State] = []
        self.mutes: list[bool] = []
        self.broken: list[tuple[int, Words]] = []
        self.blamed: list[Media | None] = []
        self.seen: list[State] = []
        self.asked: list[tuple[Ask, float]] = []
        self.releases = 0
        self.held = False
        """While true, new decoders keep their frames back."""
        self.loop = Loop(
            opened(program, {}),
            stage=Stage(
                self.screen, FakeSound(), zones=program.zones, canvas=(16, 9), rotate=0, decoder_factory=self._decoder
            ),
            clock=self.clock,
            inbox=MovedInbox(self.clock, script),
            keep=self.kept.append,
            began=lambda slot, moment: self.began.append((slot.number, moment)),
            record=self.plays.append,
            note=lambda what, details: self.notes.append((what, details)),
            broke=self._broke,
            look=lambda _: self.screen.events(),
            mute=self.mutes.append,
            overlay=Overlay(self.screen),
            insight=lambda state, told: insight(state, told, ("wuzha 1",), ()),
            windowed=True,
            saw=self.seen.append,
            asked=lambda ask, now: self.asked.append((ask, now)),
            release=self._release,
            look_s=look_s,
            events_s=events_s,
        )

    def play(self, seconds: float) -> "Bench":
        """Plays for so long; it may go on afterwards."""
        self.loop.run(self.clock.seconds + seconds)
        return self

    def run(self, seconds: float) -> "Bench":
        """Plays for so long and ends."""
        self.play(seconds)
        self.loop.close()
        return self

    def _release(self) -> None:
        self.releases += 1

    def _broke(self, slot: Slot, why: Words) -> None:
        self.broken.append((slot.number, why))
        self.blamed.append(slot.media)

    def titles(self) -> list[str]:
        return [p.slot.card.title for p in self.plays if p.slot.card is not None]

    def _decoder(self, target: object, want_sound: bool) -> FakeDecoder:
        decoder = FakeDecoder(target, want_sound, rate=0.5)  # type: ignore[arg-type]
        decoder.held = self.held
        self.decoders.append(decoder)
        return decoder


def program(*playlists: Playlist, media: tuple[Media, ...] = (), quiet: tuple[QuietPeriod, ...] = ()) -> Program:
    return Program(
        site=Site(screen="sq-led", title="广场"),
        timezone="Asia/Shanghai",
        zones=(ZONE,),
        playlists=playlists,
        media=media,
        calendar=Calendar(quiet=quiet),
    )


def cards(*titles: str) -> tuple[Item, ...]:
    return tuple(Item(number=n, card="slogan", title=t) for n, t in enumerate(titles, 1))


def medium(name: str, kind: str, duration_s: float = 0.0) -> Media:
    facts = MediaFacts(kind=kind, duration_s=duration_s, width_px=16, height_px=9)  # type: ignore[arg-type]
    return Media(name=name, path=f"/m/{name}", sha256=name.ljust(64, "0"), size_bytes=1, facts=facts)


def test_every_item_gets_its_turn_for_its_dwell() -> None:
    bench = Bench(program(Playlist(name="a", items=cards("1", "2", "3"), dwell_s=10))).run(60.5)
    assert bench.titles() == ["1", "2", "3", "1", "2", "3", "1"]
    assert [p.outcome for p in bench.plays] == ["complete"] * 6 + ["cut"]
    assert bench.plays[-1].reason == "stopped"


def test_a_broken_video_is_recorded_as_failed_and_the_next_item_shows() -> None:
    film = medium("v/a.mp4", "video", 60.0)
    items = (Item(number=1, media="v/a.mp4"), Item(number=2, card="slogan", title="next"))
    bench = Bench(program(Playlist(name="a", items=items, dwell_s=10), media=(film,)))
    bench.play(5)
    playing = next(d for d in bench.decoders if any(getattr(r, "path", "") == film.path for r in d.asked))
    playing.fail(Words("坏了", "broken"))
    bench.loop.run(bench.clock.seconds + 1)
    assert [(p.outcome, p.reason, p.slot.media) for p in bench.plays[:1]] == [("failed", "broken", film)]
    assert bench.screen.pixel(5, 5) == colour_of("slogan next")
    assert [why.en for _, why in bench.broken] == ["broken"]
    assert bench.blamed == [film]


@pytest.mark.parametrize("shows", ["picture", "card", "sound"])
def test_of_a_sound_with_something_to_see_what_broke_is_blamed_and_nothing_else(shows: str) -> None:
    song, face = medium("s.mp3", "audio", 60.0), medium("f.png", "image")
    seen = {"card": "slogan"} if shows == "card" else {"picture": "f.png"}
    item = Item(number=1, media="s.mp3", title="x" if shows == "card" else "", **seen)  # type: ignore[arg-type]
    bench = Bench(program(Playlist(name="a", items=(item,)), media=(face, song)))
    bench.held = True
    bench.play(0.5)
    sounding = next(d for d in bench.decoders if any(getattr(r, "path", "") == song.path for r in d.asked))
    showing = next(d for d in bench.decoders if d is not sounding and d.asked)
    (sounding if shows == "sound" else showing).fail(Words("坏了", "broken"))
    bench.loop.run(bench.clock.seconds + 1)
    assert bench.blamed[:1] == [{"picture": face, "card": None, "sound": song}[shows]]
    assert [p.slot.media for p in bench.plays[:1]] == [song], "the record is of what was to be heard"


@pytest.mark.parametrize("shows", ["film", "picture", "sound", "card"])
def test_what_broke_a_decoder_after_it_was_given_up_is_blamed_and_what_shows_meanwhile_goes_on(shows: str) -> None:
    film, face, song = medium("v.mp4", "video", 60.0), medium("f.png", "image"), medium("s.mp3", "audio", 60.0)
    seen = {"card": "slogan", "title": "x"} if shows == "card" else {"picture": "f.png"}
    item = Item(number=1, media="v.mp4") if shows == "film" else Item(number=1, media="s.mp3", **seen)  # type: ignore[arg-type]
    items = (item, Item(number=2, card="slogan", title="next", dwell_s=1000))
    bench = Bench(program(Playlist(name="a", items=items), media=(face, film, song)))
    bench.play(1)
    wanted = {"film": film, "picture": face, "sound": song}.get(shows)
    path = wanted.path if wanted is not None else ""
    put = [(decoder, request) for decoder in bench.decoders for request in decoder.asked]
    decoder, request = next(
        (d, r) for d, r in put if path == ("" if isinstance(r, ShowCard) else getattr(r, "path", ""))
    )
    bench.screen.press("n")
    bench.play(5)
    decoder.late.append((request.request, HANGS))
    bench.play(1)
    assert bench.broken == [(1, HANGS)]
    assert bench.blamed == [wanted]
    assert bench.run(1).titles()[-1] == "next"
    assert [play.outcome for play in bench.plays] == ["cut", "cut"]


def test_n_goes_to_the_next_item_and_escape_twice_ends() -> None:
    bench = Bench(program(Playlist(name="a", items=cards("1", "2", "3"), dwell_s=100)))
    bench.screen.press("n")
    bench.run(0.05)
    assert bench.titles()[0] == "1"
    bench = Bench(program(Playlist(name="a", items=cards("1", "2", "3"), dwell_s=100)))
    bench.screen.press("escape")
    bench.play(3.0)
    assert bench.clock.seconds >= 1003.0, "one Esc ended it"
    bench.screen.press("escape", "escape")
    bench.run(1000.0)
    assert bench.clock.seconds < 1010.0


def test_a_quiet_period_silences_what_already_sounds_and_lets_it_sound_again() -> None:
    noon = QuietPeriod(
        name="考试", dates=(DateRange(dt.date(2026, 6, 5), dt.date(2026, 6, 5)),), times=(Window(25200, 25230),)
    )
    bench = Bench(program(Playlist(name="a", items=cards("1"), dwell_s=600), quiet=(noon,)), look_s=3600.0)
    bench.play(59.9)
    assert not any(bench.mutes)
    bench.play(0.2)
    assert bench.mutes[-1]
    bench.play(31)
    assert not bench.mutes[-1]
    assert bench.notes == [("quiet_begins", {"name": "考试"}), ("quiet_ends", {"name": "考试"})]


def test_i_shows_what_is_playing_and_hides_it_again() -> None:
    bench = Bench(program(Playlist(name="morning", items=cards("1", "2"))))
    bench.play(0.3)
    bench.screen.press("i")
    bench.play(0.3)
    assert bench.screen.panel is not None
    text = "\n".join(bench.screen.panel)
    assert "sq-led" in text
    assert "morning" in text
    bench.screen.press("i")
    bench.play(0.3)
    assert bench.screen.panel is None


def test_the_office_goes_on_to_the_next_item_as_a_key_does() -> None:
    bench = Bench(program(Playlist(name="a", items=cards("1", "2", "3"), dwell_s=100)))
    bench.play(1.0)
    assert bench.loop._inbox.ask(Skip())
    bench.play(1.0)
    assert (bench.titles(), bench.plays[-1].reason) == (["1"], "skipped by the office")


def test_what_the_office_asks_for_is_handed_on_at_once() -> None:
    bench = Bench(program(Playlist(name="a", items=cards("1"), dwell_s=100)))
    bench.play(1.0)
    now = bench.clock.seconds
    for ask in (Identify(5), SetVolume(30)):
        bench.loop._inbox.ask(ask)
    bench.play(0.2)
    assert [ask for ask, _ in bench.asked] == [Identify(5), SetVolume(30)]
    assert bench.asked[0][1] - now < 0.2


def test_b_twice_releases_and_once_does_not() -> None:
    bench = Bench(program(Playlist(name="a", items=cards("1"), dwell_s=100)))
    bench.screen.press("b")
    bench.play(3.0)
    bench.screen.press("b")
    bench.play(0.2)
    assert bench.releases == 0
    bench.screen.press("b")
    bench.play(0.2)
    assert bench.releases == 1


def test_every_new_state_is_seen_also_one_that_only_brings_notes() -> None:
    note = Words("坏了", "broken")
    playlist = Playlist(name="a", items=cards("1"), dwell_s=100)
    bench = Bench(program(playlist), script=[(1005.0, ProgramChanged(program=program(playlist), notes=(note,)))])
    bench.play(3.0)
    assert bench.seen[-1].zones[0].slot is not None
    bench.play(4.0)
    assert bench.seen[-1].notes == (note,)


def test_a_stop_in_order_to_begin_anew_is_no_fault() -> None:
    bench = Bench(program(), script=[(1005.0, Stopped(again=True))])
    bench.run(60.0)
    assert (bench.loop.again, bench.loop.fault) == (True, "")


def test_a_stop_with_a_fault_is_told() -> None:
    bench = Bench(program(), script=[(1005.0, Stopped(fault="thread broke"))])
    bench.run(60.0)
    assert bench.loop.fault == "thread broke"
    assert bench.clock.seconds <= 1005.2


def test_a_new_program_goes_on_where_the_rotation_was() -> None:
    before = program(Playlist(name="a", items=cards("1", "2", "3", "4"), dwell_s=10))
    after = program(Playlist(name="a", items=cards("1", "2", "3", "new", "4"), dwell_s=10))
    bench = Bench(before, script=[(1015.0, ProgramChanged(program=after))]).run(59)
    assert bench.titles() == ["1", "2", "3", "new", "4", "1"]


def test_what_was_prepared_for_a_turn_is_replaced_when_the_program_changes() -> None:
    before = program(Playlist(name="a", items=cards("1", "old"), dwell_s=10))
    after = program(Playlist(name="a", items=cards("1", "new"), dwell_s=10))
    bench = Bench(before, script=[(1005.0, ProgramChanged(program=after))]).run(15)
    assert bench.titles() == ["1", "new"]
    assert bench.screen.pixel(5, 5) == colour_of("slogan new")


@pytest.mark.parametrize("jump_min", [-40, 40])
def test_a_clock_set_by_40_minutes_neither_stops_nor_restarts_what_plays(jump_min: int) -> None:
    bench = Bench(program(Playlist(name="a", items=cards("1", "2"), dwell_s=30)))
    bench.play(10)
    bench.clock.wall += dt.timedelta(minutes=jump_min)
    shown = bench.loop.state.zones[0].slot
    bench.loop.run(bench.clock.seconds + 15)
    assert bench.loop.state.zones[0].slot == shown


def called(bench: Bench, set_back_s: float, after_s: float) -> list[str]:
    """What is shown around a broadcast of two minutes at seven, when the clock goes back so long after its start."""
    bench.play(60 + after_s)
    bench.clock.wall -= dt.timedelta(seconds=set_back_s)
    bench.run(120 - after_s + set_back_s + 5)
    return bench.titles()


CALL = Playlist(
    name="call", rank="broadcast", starts=(7 * 3600,), lasts_min=2.0, items=cards("1", "2", "3"), dwell_s=50
)


@pytest.mark.parametrize("after_s", [0.5, 10.0, 55.0])
@pytest.mark.parametrize("set_back_s", [0.8, 20.0, 110.0])
def test_a_broadcast_goes_on_when_its_clock_is_put_back_a_little(after_s: float, set_back_s: float) -> None:
    bench = Bench(program(Playlist(name="all day", items=cards("day"), dwell_s=600), CALL), clock=JudgedClock)
    shown = called(bench, set_back_s, after_s)
    assert shown[:4] == ["day", "1", "2", "3"], "once, from its first item"
    assert shown.count("day") == 2, "before it and after it"


def test_a_broadcast_whose_clock_is_put_back_by_more_begins_anew_with_its_first_item() -> None:
    bench = Bench(program(Playlist(name="all day", items=cards("day"), dwell_s=600), CALL))
    assert called(bench, 20.0, 10.0)[:6] == ["day", "1", "day", "1", "2", "3"]


MEDIA = (
    medium("p/1.png", "image"),
    medium("p/2.png", "image"),
    medium("p/10.png", "image"),
    medium("v/a.mp4", "video", 45.0),
    medium("s/call.mp3", "audio", 80.0),
)
WEEK = (
    Playlist(name="base", dwell_s=60, items=(Item(number=1, media="p/*.png"), Item(number=2, media="v/a.mp4"))),
    Playlist(
        name="work",
        priority=1,
        dwell_s=90,
        share=2,
        runs=Daypart(days=("workdays",), times=(Window(8 * 3600, 18 * 3600),)),
        items=cards("x", "y", "z"),
    ),
    Playlist(
        name="partner",
        priority=1,
        dwell_s=50,
        order="shuffle",
        runs=Daypart(times=(Window(9 * 3600, 17 * 3600),)),
        items=cards("p", "q", "r", "s"),
    ),
    Playlist(
        name="night",
        priority=2,
        dwell_s=120,
        runs=Daypart(times=(Window(22 * 3600, 2 * 3600),)),
        items=cards("moon"),
    ),
    Playlist(
        name="shout",
        rank="broadcast",
        starts=(7 * 3600, 12 * 3600, 18 * 3600),
        lasts_min=30,
        items=(Item(number=1, media="s/call.mp3"),),
    ),
)
EXAM = QuietPeriod(name="高考", dates=(DateRange(dt.date(2026, 6, 7), dt.date(2026, 6, 9)),))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_plan_and_live_loop_agree_slot_by_slot_over_a_week() -> None:
    week = program(*WEEK, media=MEDIA, quiet=(EXAM,))
    ends = MORNING + dt.timedelta(days=7)
    planned = list(plan(week, ("main",), MORNING, ends))
    bench = Bench(week, look_s=3600.0, events_s=3600.0).run(7 * 86400.0)
    live = bench.plays
    assert len(live) > 5000
    assert abs(len(planned) - len(live)) <= 1
    for ours, theirs in zip(planned, live, strict=False):
        assert (ours.slot.playlist, ours.slot.item, ours.slot.media, ours.slot.card, ours.slot.muted) == (
            theirs.slot.playlist,
            theirs.slot.item,
            theirs.slot.media,
            theirs.slot.card,
            theirs.slot.muted,
        )
        assert abs((ours.slot.starts_at - theirs.slot.starts_at).total_seconds()) < 0.01
    for one, other in itertools.pairwise(live):
        assert abs((other.slot.starts_at - one.ended.at).total_seconds()) < 0.01


def test_the_rotation_that_is_kept_is_the_one_that_goes_on() -> None:
    what = program(Playlist(name="a", items=cards("1", "2", "3"), dwell_s=10))
    bench = Bench(what).run(15)
    kept: Rotation = bench.kept[-1].zones[0].rotation
    assert bench.titles() == ["1", "2"]
    again = opened(what, {"main": kept})
    assert again.zones[0].rotation == kept


def test_every_play_says_when_it_began_how_long_it_was_seen_and_with_how_many_frames() -> None:
    film = medium("v/a.mp4", "video", 8.0)
    items = (Item(number=1, card="slogan", title="1"), Item(number=2, media="v/a.mp4"))
    bench = Bench(program(Playlist(name="a", items=items, dwell_s=10), media=(film,))).run(24.0)
    card, video, cut = bench.plays
    assert (card.outcome, video.outcome, cut.outcome) == ("complete", "complete", "cut")
    assert [p.shown_s for p in bench.plays] == pytest.approx([10.0, 8.0, 6.0], abs=0.05)
    assert [p.frames for p in bench.plays] == [1, 4, 1]
    assert [p.began for p in bench.plays] == [moment for _, moment in bench.began]
    assert (card.ended.now - card.began.now, card.ended.clock) == (pytest.approx(10.0, abs=0.05), "ntp")


def test_a_play_that_is_cut_before_its_first_frame_is_written_down_as_not_seen() -> None:
    bench = Bench(program(Playlist(name="a", items=cards("1", "2"), dwell_s=10)))
    bench.held = True
    bench.play(0.5)
    bench.screen.press("n")
    bench.held = False
    bench.play(1.0)
    first = bench.plays[0]
    assert (first.outcome, first.reason, first.began, first.shown_s, first.frames) == (
        "cut", "skipped by key", None, 0.0, 0,
    )  # fmt: skip


@given(st.lists(st.sampled_from(["n", "wait", "fail", "program", "back", "ahead"]), max_size=40), st.randoms())
@settings(deadline=None, max_examples=60)
def test_every_slot_that_was_started_becomes_exactly_one_play(steps: list[str], rng: random.Random) -> None:
    film = medium("v/a.mp4", "video", 3.0)
    lists = [
        Playlist(name="a", items=(*cards("1", "2"), Item(number=3, media="v/a.mp4")), dwell_s=2),
        Playlist(name="b", items=cards("3"), dwell_s=1, rank="emergency"),
    ]
    bench = Bench(program(lists[0], media=(film,)))
    for step in steps:
        match step:
            case "n":
                bench.screen.press("n")
            case "fail":
                for decoder in bench.decoders:
                    if decoder.state == "ready" and rng.random() < 0.5:
                        decoder.fail(Words("坏了", "broken"))
            case "program":
                chosen = tuple(each for each in lists if rng.random() < 0.6)
                bench.loop._inbox.put(ProgramChanged(program=program(*chosen, media=(film,))))
            case "back" | "ahead":
                bench.clock.wall += dt.timedelta(minutes=rng.uniform(0, 50) * (1 if step == "ahead" else -1))
            case _:
                bench.play(rng.uniform(0, 4))
    bench.play(0.5)
    assert not bench.loop._accounts._ended, "the stage let go of each"
    bench.run(0.5)
    numbers = [play.slot.number for play in bench.plays]
    assert sorted(numbers) == list(range(1, max(numbers) + 1))
    assert bench.loop._accounts.is_settled
