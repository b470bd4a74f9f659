"""What is said of a picture, look by look."""

import threading
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from player.watch.connectors import Cards, Connector
from player.watch.lookout import ANSWER_S, FACTS_EVERY_S, REST_S, Lookout
from player.watch.platform_facts import PlatformFacts
from player.watch.pulse import Pulse
from player.watch.sighting import Sighting
from player.watch.xcb import Output, Place
from signage.presented import Presented

ONE, TWO, RED, BLACK = 0x2040A0, 0xE0C040, 0xD01010, 0x000000
UNPLUGGED = PlatformFacts(Cards((Connector("card0-DP-1", "disconnected", "disabled", "Off"),)))
Shows = Callable[[int], int | None]


class FakeGlass:
    """A display: each place is shown as `shows` says, or as the canvas has it."""

    def __init__(self) -> None:
        self.canvas: dict[Place, int] = {}
        self.over: Callable[[Place, int], int] | None = None
        self.readable = True
        self.looks = 0
        self.lit: list[str] = []
        self.platform = PlatformFacts()

    def colours(self, left: int, top: int, places: tuple[Place, ...]) -> tuple[int, ...] | None:
        self.looks += 1
        if not self.readable:
            return None
        return tuple(self.over(place, self.canvas[place]) if self.over else self.canvas[place] for place in places)

    def facts(self) -> PlatformFacts:
        return self.platform

    def light(self, name: str) -> bool:
        self.lit.append(name)
        return True


class HangingGlass(FakeGlass):
    """A display that answers only when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answers = threading.Event(), threading.Event()

    def facts(self) -> PlatformFacts:
        self.asked.set()
        self.answers.wait(30)
        return self.platform


class Bench:
    """Two zones, a picture above a text, and a pulse each second."""

    def __init__(self) -> None:
        self.glass, self.told, self.now = FakeGlass(), list[Sighting](), 0.0
        self.lookout = Lookout(self.glass, self.told.append)
        self.places = tuple((x, y) for y in range(8) for x in range(8))

    def pulse(self, main: int = ONE, ticker: int = TWO, **changes: object) -> dict[str, Presented]:
        """One second goes by; returns what was said of the zones at this pulse and the one before."""
        self.now += 1.0
        self.glass.canvas = {place: main if place[1] < 6 else ticker for place in self.places}
        colours = tuple(self.glass.canvas[place] for place in self.places)
        pulse = Pulse(
            state="/s", at=self.now, box=(0, 0, 8, 8), places=self.places, colours=colours,
            zones=(("main", 48), ("ticker", 16)),
        )  # fmt: skip
        pulse = pulse._replace(**changes)
        self.told.clear()
        self.lookout.look(pulse, self.now)
        return {zone: word for sighting in self.told for zone, word in sighting.zones.items()}

    def move(self) -> None:
        """The next pulses read other points."""
        self.places = tuple((x + 8, y) for x, y in self.places)

    def cover(self, test: Callable[[Place], bool] = lambda _: True, colour: int = RED) -> None:
        self.glass.over = lambda place, own: colour if test(place) else own


SEEN: dict[str, Presented] = {"main": "seen", "ticker": "seen"}


def test_what_is_ours_is_said_to_be_seen_at_once_and_at_the_moment_of_the_pulse():
    bench = Bench()
    assert bench.pulse() == SEEN
    assert bench.told == [Sighting(1.0, SEEN)]
    assert bench.lookout.verdict is None, "the display as a whole is judged when the look is settled"
    bench.pulse()
    assert bench.lookout.verdict == "fine"


def test_a_display_that_agrees_is_left_alone_while_nothing_changes_and_is_looked_at_again_soon():
    bench = Bench()
    told = [bench.pulse() for _ in range(12)]
    rest = [{}] * (int(REST_S) - 1)
    assert told == [SEEN, SEEN, *rest, SEEN, SEEN, *rest, SEEN, SEEN], "at the look, and when it is settled"
    assert bench.glass.looks == 3


def test_every_play_of_an_unchanged_picture_is_looked_at():
    bench = Bench()
    assert all(bench.pulse(plays=number // 2) == SEEN for number in (2, 4, 6, 8, 10))


@given(st.integers(1, 10))
def test_a_cover_over_a_picture_that_stays_is_found_within_seconds(quiet_s):
    bench = Bench()
    for _ in range(quiet_s):
        bench.pulse()
    bench.cover()
    words = [bench.pulse() for _ in range(int(REST_S) + 3)]
    assert words[-1] == {"main": "covered", "ticker": "covered"}
    assert {} in words


def test_a_covered_display_is_said_to_be_covered_when_two_looks_in_a_row_differ():
    bench = Bench()
    bench.cover()
    assert [bench.pulse() for _ in range(4)] == [{}, {}, *[{"main": "covered", "ticker": "covered"}] * 2]
    assert bench.told[-1].at == 3.0, "it is said of the look that was settled"
    assert bench.lookout.verdict == "foreign"


def test_one_look_that_differs_is_nothing():
    bench = Bench()
    for number in range(6):
        bench.glass.over = (lambda place, own: RED) if number == 3 else None
        assert bench.pulse() in ({}, SEEN)


def test_only_the_zone_that_is_covered_is_said_to_be():
    bench = Bench()
    bench.cover(lambda place: place == (3, 7))
    bench.pulse()
    bench.pulse()
    assert bench.pulse() == {"main": "seen", "ticker": "covered"}


def test_a_covered_zone_never_counts_as_seen_while_the_picture_above_goes_on():
    bench = Bench()
    bench.cover(lambda place: place[1] >= 6)
    words = [bench.pulse(main=ONE + 0x404040 * (number % 3)).get("ticker") for number in range(20)]
    assert set(words) == {None, "covered"}


def test_a_zone_that_was_covered_is_seen_again_when_two_sets_of_points_agree():
    bench = Bench()
    bench.cover(lambda place: place[1] >= 6)
    assert [bench.pulse() for _ in range(3)][-1] == {"main": "seen", "ticker": "covered"}
    bench.glass.over = None
    bench.pulse()
    assert [bench.pulse().get("ticker") for _ in range(4)] == [None] * 4, "all of them at the same points"
    bench.move()
    assert bench.pulse() == SEEN
    assert bench.pulse() == SEEN


def test_a_strip_that_lies_between_every_other_set_of_points_never_counts_as_gone():
    bench = Bench()
    bench.cover(lambda place: place[1] == 7 and place[0] // 8 % 2 == 0)
    words = []
    for _ in range(6):
        words += [bench.pulse() for _ in range(5)]
        bench.move()
    assert [each.get("ticker") for each in words[2:]] == [
        *["covered"] * 3,
        *(([None] * 7) + ["covered"] * 3) * 2,
        *[None] * 5,
    ]
    assert all(each["main"] == "seen" for each in words)


def test_a_look_that_differs_between_two_that_agree_begins_the_doubt_anew():
    bench = Bench()
    bench.cover(lambda place: place[1] >= 6)
    for _ in range(3):
        bench.pulse()
    bench.glass.over = None
    bench.pulse()
    bench.move()
    bench.cover(lambda place: place[1] >= 6)
    bench.pulse()
    bench.glass.over = None
    assert "ticker" not in bench.pulse()
    bench.move()
    assert bench.pulse() == SEEN


def test_a_black_display_is_dark_and_no_zone_with_a_dark_picture_is_seen_on_it():
    bench = Bench()
    bench.cover(colour=BLACK)
    bench.pulse(ticker=BLACK)
    bench.pulse(ticker=BLACK)
    assert bench.pulse(ticker=BLACK) == {"main": "dark", "ticker": "dark"}
    assert bench.lookout.verdict == "black"


def test_a_black_window_over_one_zone_covers_it():
    bench = Bench()
    bench.cover(lambda place: place[1] < 6, BLACK)
    bench.pulse()
    bench.pulse()
    assert bench.pulse() == {"main": "covered", "ticker": "seen"}


def test_a_display_that_stands_still_under_a_moving_picture_is_covered():
    bench = Bench()
    bench.cover(colour=ONE)
    flashing = (0xFFFFFF, 0x00FF00, 0xFF00FF)
    words = [bench.pulse(main=flashing[number % 3], ticker=flashing[number % 3]) for number in range(15)]
    assert bench.lookout.verdict == "frozen"
    assert words[-1] == {"main": "covered", "ticker": "covered"}


def test_a_picture_that_changes_at_every_pulse_is_seen_and_never_covered():
    bench = Bench()
    assert all(bench.pulse(main=0x101010 * (number % 15)) == SEEN for number in range(30))


def test_other_points_of_the_next_pulse_settle_nothing():
    bench = Bench()
    bench.cover()
    for number in range(6):
        bench.places = tuple((x + number, y) for y in range(8) for x in range(8))
        assert bench.pulse() == {}


def test_a_display_that_does_not_answer_is_known_to_hang_until_it_does() -> None:
    glass = HangingGlass()
    lookout = Lookout(glass, lambda _: None)
    looking = threading.Thread(target=lookout.look, args=(Pulse(state="/s"), 100.0))
    assert not lookout.is_unanswered(1000.0)
    looking.start()
    assert glass.asked.wait(10)
    assert [lookout.is_unanswered(100.0 + later) for later in (0.1, ANSWER_S, ANSWER_S + 0.1)] == [False, False, True]
    glass.answers.set()
    looking.join()
    assert not lookout.is_unanswered(1000.0)


def test_a_display_that_cannot_be_read_says_nothing():
    bench = Bench()
    bench.glass.readable = False
    assert [bench.pulse() for _ in range(5)] == [{}] * 5
    assert bench.lookout.verdict is None


def test_without_a_window_there_is_nothing_to_look_at():
    bench = Bench()
    assert [bench.pulse(box=None) for _ in range(3)] == [{}] * 3


def test_where_a_window_has_no_place_the_platform_still_has_its_say():
    bench = Bench()
    bench.glass.platform = UNPLUGGED
    assert bench.pulse(box=None) == {"main": "no-display", "ticker": "no-display"}


def test_what_the_platform_says_goes_before_what_is_read_back():
    bench = Bench()
    bench.glass.platform = UNPLUGGED
    assert bench.pulse() == {"main": "no-display", "ticker": "no-display"}
    bench.glass.platform = PlatformFacts()
    bench.now += FACTS_EVERY_S
    assert bench.pulse() == SEEN


def test_a_display_that_was_plugged_in_late_is_lit_once() -> None:
    bench = Bench()
    outputs = [Output("HDMI-1", connected, lit) for connected, lit in ((False, False), (True, False), (True, True))]
    for output in outputs:
        bench.glass.platform = PlatformFacts(outputs=(output,))
        for _ in range(int(FACTS_EVERY_S)):
            bench.pulse()
    assert bench.glass.lit == ["HDMI-1"]


def test_the_platform_is_asked_only_now_and_then():
    bench = Bench()
    asked: list[float] = []
    bench.glass.facts = lambda: asked.append(bench.now) or PlatformFacts()  # type: ignore[func-returns-value,method-assign]
    for _ in range(11):
        bench.pulse()
    assert asked == [1.0, 6.0, 11.0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), min_size=6, max_size=20))
def test_while_something_lies_over_a_zone_it_is_never_said_to_be_seen(covered):
    bench = Bench()
    for is_covered in covered:
        bench.glass.over = (lambda place, own: RED if place[1] < 6 else own) if is_covered else None
        bench.pulse()
        at = {sighting.at: sighting.zones for sighting in bench.told}
        assert not (is_covered and at.get(bench.now, {}).get("main") == "seen")
