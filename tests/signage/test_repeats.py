"""What repeats is said once a minute, and nothing that was left unsaid is forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from signage.repeats import EVERY_S, MOST_ALIKE, LogPlace, Repeats

HERE = LogPlace("player.a", 10, 40)
THERE = LogPlace("player.b", 20, 30)


def test_a_line_that_repeats_is_said_once_a_minute_with_how_often_it_came() -> None:
    repeats = Repeats()
    said = [repeats.unsaid_before(HERE, f"ended with signal {n}", n / 20) for n in range(20 * 130)]
    assert [each for each in said if each is not None] == [0, 20 * 60 - 1, 20 * 60 - 1]


def test_lines_of_several_places_do_not_count_against_each_other() -> None:
    repeats = Repeats()
    assert repeats.unsaid_before(HERE, "it fails", 0.0) == 0
    assert repeats.unsaid_before(THERE, "it fails", 0.0) == 0
    assert repeats.unsaid_before(HERE, "it works", 0.0) == 0


def test_a_thousand_different_names_of_one_place_are_not_a_thousand_lines() -> None:
    repeats = Repeats()
    names = [chr(0x4E00 + n) for n in range(1000)]
    said = [name for name in names if repeats.unsaid_before(HERE, f"refused {name}", 1.0) is not None]
    assert said == names[:MOST_ALIKE]
    assert repeats.unsaid_before(HERE, "refused 最后", 1.0 + EVERY_S) == 1000 - MOST_ALIKE


def test_what_stopped_repeating_is_counted_out_with_the_next_line_of_anybody() -> None:
    repeats = Repeats()
    for n in range(5):
        repeats.unsaid_before(HERE, f"no answer for {n} s", 0.1 * n)
    assert repeats.overdue(EVERY_S - 1) == []
    assert repeats.unsaid_before(THERE, "another thing", EVERY_S + 1) == 0
    assert repeats.overdue(EVERY_S + 1) == [(HERE, "no answer for 4 s", 4)]
    assert repeats.overdue(EVERY_S + 3) == []


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.floats(0.0, 5.0)), max_size=300))
def test_every_line_is_either_said_or_counted_and_none_twice_a_minute(came: list[tuple[str, float]]) -> None:
    repeats, now, said, last = Repeats(), 0.0, 0, dict[str, float]()
    for line, pause in came:
        now += pause
        count = repeats.unsaid_before(HERE, line, now)
        if count is not None:
            assert now - last.get(line, -EVERY_S) >= EVERY_S
            last[line], said = now, said + 1 + count
    said += sum(count for *_, count in repeats.overdue(now + EVERY_S + 1))
    assert said == len(came)
