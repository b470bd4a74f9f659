"""Strips flow one behind the other without a jump."""

import datetime as dt
import itertools

import pytest

from player.decode.protocol import ShowStrip, Target
from player.stage.stage import Began, Broke, Done, ShownFrame, Stage, StageEvent
from signage.errors import Words
from signage.layout import Box, Rotate, Zone
from signage.slot import Card, Slot, Strip
from tests.fakes import FakeDecoder, FakeScreen, FakeSound, Pixel, strip_columns

AT = dt.datetime(2026, 8, 5, 8, tzinfo=dt.UTC)
WIDTH, HEIGHT = 32, 12
EMPTY: Pixel = (0, 0, 0)


def strip(number: int, text: str, planned_s: float = 3.0, chars_per_min: float = 100.0) -> Slot:
    return Slot(
        number=number,
        zone="line",
        rank="normal",
        playlist="t",
        item=1,
        kind="ticker",
        strip=Strip(text=text, chars_per_min=chars_per_min),
        starts_at=AT,
        planned_s=planned_s,
    )


class Line:
    """A stage with one ticker zone, and everything a person saw on it."""

    def __init__(self, rotate: Rotate = 0, vsync_hz: float | None = None) -> None:
        size = (WIDTH, HEIGHT) if rotate in (0, 180) else (HEIGHT, WIDTH)
        self.rotate = rotate
        self.screen = FakeScreen(*size, vsync_hz=vsync_hz)
        self.decoders: list[FakeDecoder] = []
        self.stage = Stage(
            self.screen,
            FakeSound(),
            zones=(Zone(name="line", box=Box(0, 0, WIDTH, HEIGHT)),),
            canvas=(WIDTH, HEIGHT),
            rotate=rotate,
            decoder_factory=self.decoder,
        )
        self.now = 50.0
        self.events: list[StageEvent] = []
        self.shown: list[ShownFrame] = []
        self.entered: list[Pixel] = []
        """Every column that came in at the edge, in order."""
        self.queue: list[Slot] = []

    def decoder(self, target: Target, want_sound: bool) -> FakeDecoder:
        self.decoders.append(FakeDecoder(target, want_sound))
        return self.decoders[-1]

    def columns(self) -> list[Pixel]:
        """Gives the line as a person reads it, left to right."""
        match self.rotate:
            case 0:
                return [self.screen.pixel(n, 5) for n in range(WIDTH)]
            case 90:
                return [self.screen.pixel(5, n) for n in range(WIDTH)]
            case 180:
                return [self.screen.pixel(WIDTH - 1 - n, 5) for n in range(WIDTH)]
            case 270:
                return [self.screen.pixel(5, WIDTH - 1 - n) for n in range(WIDTH)]

    def until(self, now: float) -> None:
        """Runs as the loop does: prepares the next of `queue` at `Began`, starts it at `Done`."""
        while self.now <= now:
            for event in self.stage.poll(self.now):
                self.events.append(event)
                if self.queue and isinstance(event, Began):
                    self.stage.prepare(self.queue[0])
                elif self.queue and isinstance(event, Done):
                    self.stage.start(self.queue.pop(0), self.now)
            before = self.columns()
            presented = self.stage.present(self.now)
            self.shown += presented.shown
            self._note(before, self.columns())
            if presented.next_due is None:
                break
            self.now = max(presented.next_due, self.now + 1e-5)
        self.now = now

    def _note(self, before: list[Pixel], after: list[Pixel]) -> None:
        moved = next((n for n in range(WIDTH + 1) if before[n:] == after[: WIDTH - n]), WIDTH)
        self.entered += after[WIDTH - moved :]


def expected(*texts: tuple[str, int]) -> list[Pixel]:
    return [column for text, length in texts for column in strip_columns(text, 0, length, length)]


def length(line: Line, number: int) -> int:
    asked = [r for d in line.decoders for r in d.asked if isinstance(r, ShowStrip)]
    return asked[number].length_px


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_strips_flow_to_the_left_of_a_reader_one_right_behind_the_other(rotate: Rotate) -> None:
    line = Line(rotate)
    line.queue = [strip(2, "乙", 2.0), strip(3, "丙", 7.0)]
    line.stage.start(strip(1, "甲", 3.0), line.now)
    line.until(63.0)
    text = expected(("甲", length(line, 0)), ("乙", length(line, 1)), ("丙", length(line, 2)))
    start = line.entered.index(text[0])
    seen = line.entered[start : start + len(text)]
    assert seen == text[: len(seen)]
    assert len(seen) >= len(text) - 1
    assert set(line.entered[:start]) <= {EMPTY}


def test_a_strip_takes_its_planned_time_and_the_next_begins_when_it_ends() -> None:
    line = Line()
    line.queue = [strip(2, "乙"), strip(3, "丙"), strip(4, "丁")]
    line.stage.start(strip(1, "甲"), line.now)
    line.until(61.5)
    began = [event.now for event in line.events if isinstance(event, Began)]
    assert began == pytest.approx([50.0, 53.0, 56.0, 59.0], abs=0.07)
    done = [event for event in line.events if isinstance(event, Done)]
    assert [event.cut for event in done] == [False] * 3


def test_the_line_moves_by_whole_pixels_at_the_set_speed() -> None:
    line = Line()
    line.stage.start(strip(1, "甲", 20.0, chars_per_min=200.0), line.now)
    line.until(60.0)
    steps = line.shown
    gaps = [b.due - a.due for a, b in itertools.pairwise(steps)]
    assert gaps == pytest.approx([60 / (200 * 9)] * len(gaps))
    assert len(steps) == pytest.approx(10.0 * 200 * 9 / 60, abs=2)


def test_one_item_follows_itself_without_a_jump() -> None:
    line = Line()
    line.queue = [strip(n, "甲") for n in range(2, 5)]
    line.stage.start(strip(1, "甲"), line.now)
    line.until(61.0)
    one = length(line, 0)
    start = line.entered.index(expected(("甲", 1))[0])
    seen = line.entered[start:]
    assert seen == (expected(("甲", one)) * 4)[: len(seen)]
    assert len(seen) > 3 * one


def test_when_nothing_follows_the_line_runs_empty_and_rests() -> None:
    line = Line()
    line.stage.start(strip(1, "甲", 2.0), line.now)
    line.until(60.0)
    assert line.columns() == [EMPTY] * WIDTH
    assert line.stage.present(line.now).next_due is None
    line.stage.start(strip(2, "乙", 2.0), line.now)
    line.until(61.0)
    assert line.columns()[-1] != EMPTY


def test_behind_a_long_text_nothing_of_it_comes_round_again() -> None:
    line = Line()
    line.stage.start(strip(1, "甲", 20.0), line.now)
    line.until(90.0)
    one = length(line, 0)
    assert one > 3 * WIDTH
    start = line.entered.index(expected(("甲", 1))[0])
    assert line.entered[start : start + one] == expected(("甲", one))
    assert set(line.entered[start + one :]) == {EMPTY}


def test_a_cut_takes_the_old_text_away_as_soon_as_the_new_one_is_there() -> None:
    line = Line()
    line.stage.start(strip(1, "甲", 10.0), line.now)
    line.until(52.0)
    line.stage.start(strip(2, "急"), line.now)
    line.until(52.5)
    assert next(e for e in line.events if isinstance(e, Done)).cut
    marks = {blue for _, _, blue in line.columns()} - {0}
    assert marks == {strip_columns("急", 0, 1, 1)[0][2]}


def test_a_prepared_text_that_is_replaced_is_never_seen() -> None:
    line = Line()
    line.stage.start(strip(1, "甲", 2.0), line.now)
    line.until(51.0)
    line.stage.prepare(strip(2, "旧"))
    line.queue = [strip(3, "新")]
    line.stage.prepare(line.queue[0])
    line.until(55.0)
    assert strip_columns("旧", 0, 1, 1)[0] not in line.entered
    assert strip_columns("新", 0, 1, 1)[0] in line.entered


def test_the_line_waits_for_a_slow_decoder_and_loses_no_pixel() -> None:
    line = Line()
    line.stage.start(strip(1, "甲", 8.0), line.now)
    line.stage.present(line.now)
    decoder = line.decoders[0]
    work, decoder._work = decoder._work, None
    decoder.state = "starting"
    line.until(54.0)
    decoder._work, decoder.state = work, "ready"
    line.until(70.0)
    one = length(line, 0)
    start = line.entered.index(expected(("甲", 1))[0])
    assert line.entered[start : start + one] == expected(("甲", one))


def test_a_strip_that_breaks_says_so_and_what_has_entered_flows_out() -> None:
    line = Line()
    line.stage.start(strip(1, "甲", 30.0), line.now)
    line.until(51.0)
    line.decoders[0].fail(Words(zh="坏", en="bad"))
    line.until(80.0)
    assert isinstance(line.events[-1], Broke)
    assert line.columns() == [EMPTY] * WIDTH


def test_with_vsync_every_refresh_moves_the_line_alike() -> None:
    line = Line(vsync_hz=60.0)
    line.stage.start(strip(1, "甲", 20.0, chars_per_min=400.0), line.now)
    moves = []
    for refresh in range(1, 120):
        wobble = 0.003 if refresh % 3 else -0.003
        before = len(line.shown)
        line.shown += line.stage.present(50.0 + refresh / 60.0 + wobble).shown
        moves.append(len(line.shown) - before)
    assert moves[2:] == [1] * len(moves[2:])
    assert all(frame.late_ms < 20.0 for frame in line.shown)


def test_a_card_takes_a_ticker_zone_over_and_gives_it_back() -> None:
    line = Line()
    line.stage.start(strip(1, "甲", 5.0), line.now)
    line.until(52.0)
    card = Slot(
        number=2,
        zone="line",
        rank="emergency",
        playlist="e",
        item=1,
        kind="card",
        card=Card(template="alert", title="急"),
        starts_at=AT,
        planned_s=3.0,
        transition="cut",
    )
    line.stage.start(card, line.now)
    line.until(53.0)
    assert len(set(line.columns())) == 1
    assert EMPTY not in line.columns()
    line.stage.start(strip(3, "乙", 5.0), line.now)
    line.until(54.0)
    assert line.columns()[-1] == strip_columns("乙", 14, 1, 1)[0]
    assert line.columns()[0] == EMPTY


def test_a_text_that_is_cut_before_it_entered_is_told_as_cut() -> None:
    line = Line()
    line.stage.start(strip(1, "甲"), line.now)
    line.stage.start(strip(2, "乙"), line.now)
    assert line.stage.poll(line.now) == (Done("line", 1, 0, 0, 0.0, cut=True),)
    line.until(52.0)
    assert [e.number for e in line.stage.halt(line.now) if isinstance(e, Done)] == [2]
