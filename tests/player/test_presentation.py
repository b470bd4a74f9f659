"""What the looks come to: for a play, and for the display."""

from hypothesis import given
from hypothesis import strategies as st

from player.presentation import FORGET_S, MOST_LOOKS, Edge, Presentation, edge_details
from player.watch.sighting import Sighting
from signage.presented import PRESENTED, Presented, worst


def presentation(*looks: tuple[float, Presented], headless: bool = False) -> Presentation:
    made = Presentation(("main", "ticker"), headless=headless)
    for at, word in looks:
        made.take(Sighting(at, {"main": word}))
    return made


def edges(made: Presentation, seconds: range, word: Presented | None, *, has_window: bool = True) -> list[Edge]:
    found = []
    for second in seconds:
        if word is not None:
            made.take(Sighting(float(second), {"main": word, "ticker": word}))
        if (edge := made.beat(second + 0.1, has_window=has_window)) is not None:
            found.append(edge)
    return found


def test_a_play_with_a_look_that_agreed_is_seen():
    assert presentation((12.0, "seen")).word("main", 10, 20) == "seen"


def test_a_play_without_a_look_is_unknown_however_near_the_next_ones_were():
    made = presentation((9.9, "seen"), (20.1, "seen"))
    assert made.word("main", 10, 20) == "unknown"


def test_a_look_at_another_zone_proves_nothing():
    assert presentation((12.0, "seen")).word("ticker", 10, 20) == "unknown"


def test_the_worst_word_of_a_play_holds():
    looks: list[tuple[float, Presented]] = [(11, "seen"), (12, "covered"), (13, "seen"), (14, "unknown")]
    assert presentation(*looks).word("main", 10, 20) == "covered"
    assert presentation(*looks, (15, "dark")).word("main", 10, 20) == "dark"


def test_the_looks_of_one_play_are_not_those_of_the_next():
    made = presentation((12, "covered"), (22, "seen"))
    assert made.word("main", 10, 20) == "covered"
    assert made.word("main", 20, 30) == "seen"


def test_a_play_that_is_cut_before_a_later_look_has_only_its_own():
    made = presentation((12, "seen"), (22, "covered"))
    assert made.word("main", 10, 20) == "seen"
    assert made.word("main", 20, 30) == "covered"


def test_headless_is_headless_whatever_is_said():
    made = presentation((12, "seen"), headless=True)
    assert made.word("main", 10, 20) == made.display == "headless"
    assert made.beat(13, has_window=False) is None, "every play says so"


def test_without_a_window_a_play_is_without_a_display_for_however_short_a_time():
    made = presentation((12, "seen"))
    made.beat(13.0, has_window=True)
    made.beat(15.0, has_window=False)
    assert made.word("main", 14.9, 15.1) == "no-display"
    assert made.word("ticker", 10, 20) == "no-display"
    made.take(Sighting(17.0, {"main": "seen"}))
    assert made.word("main", 16, 20) == "seen"


def test_zones_nobody_knows_are_passed_over():
    made = presentation()
    made.take(Sighting(1.0, {"elsewhere": "seen"}))
    assert made.word("elsewhere", 0, 2) == "unknown"


@given(st.lists(st.sampled_from(PRESENTED), min_size=1, max_size=12))
def test_a_play_is_seen_only_if_a_look_agreed_and_none_said_otherwise(words):
    made = presentation(*((10.0 + n, word) for n, word in enumerate(words)))
    is_seen = made.word("main", 10, 30) == "seen"
    assert is_seen == ("seen" in words and set(words) <= {"seen", "unknown"})
    assert made.word("main", 10, 30) == worst(words)


def test_a_film_of_hours_keeps_a_bounded_number_of_looks_and_its_worst_word():
    made = presentation((10.0, "covered"), *((11.0 + n, "seen") for n in range(3 * MOST_LOOKS)))
    assert len(made._looks["main"]) <= MOST_LOOKS
    assert made.word("main", 10.0, 11.0 + 3 * MOST_LOOKS) == "covered"


def test_a_display_that_is_covered_is_one_event_and_one_more_when_it_is_back():
    made = presentation()
    assert edges(made, range(100, 110), "seen") == []
    assert made.display == "seen"
    assert edges(made, range(110, 140), "covered") == [Edge("covered", "seen", ("main", "ticker"))]
    assert (made.display, made.trouble is not None) == ("covered", True)
    assert edges(made, range(140, 160), "seen") == [Edge("seen", "covered", ())]
    assert (made.display, made.trouble) == ("seen", None)


def test_a_look_that_differs_now_and_then_is_no_event():
    made = presentation()
    found = []
    for second in range(100, 200, 4):
        found += edges(made, range(second, second + 3), "seen")
        found += edges(made, range(second + 3, second + 4), "covered")
    assert found == []


def test_a_display_that_never_was_is_told_after_a_moment():
    made = presentation()
    assert edges(made, range(100, 120), None, has_window=False) == [Edge("no-display", "seen", ("main", "ticker"))]


def test_a_display_nobody_ever_could_look_at_is_unknown_and_no_event():
    made = presentation()
    assert edges(made, range(100, 200), None) == []
    assert (made.display, made.trouble) == ("unknown", None)


def test_a_display_nobody_can_look_at_any_more_becomes_unknown():
    made = presentation()
    edges(made, range(100, 110), "seen")
    assert edges(made, range(110, 110 + 2 * int(FORGET_S)), None) == [Edge("unknown", "seen", ())]


def test_a_display_that_does_not_answer_is_said_at_once_and_no_play_is_seen_meanwhile():
    made = presentation()
    edges(made, range(100, 110), "seen")
    assert edges(made, range(110, 120), "unknown") == [Edge("unknown", "seen", ())]
    assert made.trouble is not None
    assert "没有回应" in made.trouble.zh
    assert made.word("main", 110.0, 119.0) == "unknown"
    assert edges(made, range(120, 140), "seen") == [Edge("seen", "unknown", ())]
    assert made.trouble is None


def test_one_zone_that_is_covered_makes_the_event_and_is_named():
    made = presentation()
    found = []
    for second in range(100, 120):
        made.take(Sighting(float(second), {"main": "seen", "ticker": "covered"}))
        found.append(made.beat(second + 0.1, has_window=True))
    [edge] = [each for each in found if each is not None]
    assert edge == Edge("covered", "seen", ("ticker",))
    assert edge_details(edge) == {"presented": "covered", "was": "seen", "zones": "ticker"}
