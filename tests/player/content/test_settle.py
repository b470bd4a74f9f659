"""A file has come to rest when looks a quiet time apart agree."""

from hypothesis import given
from hypothesis import strategies as st

from player.content.settle import Stamp, Still, settle

A = Stamp(1, 1, 1)
B = Stamp(2, 2, 1)


def test_a_file_seen_once_has_not_settled_however_long_ago_it_was_written() -> None:
    found = settle({}, {"a": A}, 100.0, 0.8)
    assert found.ready == ()
    assert found.next_due == 100.8


def test_a_file_settles_when_two_looks_a_quiet_time_apart_agree() -> None:
    found = settle({"a": Still(A, 100.0)}, {"a": A}, 100.8, 0.8)
    assert found.ready == ("a",)
    assert found.next_due is None


def test_a_change_begins_the_quiet_time_anew() -> None:
    found = settle({"a": Still(A, 100.0)}, {"a": B}, 100.8, 0.8)
    assert found.ready == ()
    assert found.stills == {"a": Still(B, 100.8)}


def test_a_file_that_is_gone_is_forgotten() -> None:
    assert settle({"a": Still(A, 100.0)}, {}, 101.0, 0.8).stills == {}


stamps = st.builds(Stamp, st.integers(0, 3), st.integers(0, 3), st.integers(0, 1))


@given(st.lists(st.tuples(st.floats(0.01, 2.0), st.none() | stamps), min_size=1, max_size=30))
def test_what_settles_was_the_same_at_every_look_of_the_quiet_time(looks: list[tuple[float, Stamp | None]]) -> None:
    now, stills = 0.0, {}
    history: list[tuple[float, Stamp | None]] = []
    for pause, stamp in looks:
        now += pause
        history.append((now, stamp))
        found = settle(stills, {} if stamp is None else {"a": stamp}, now, 0.8)
        stills = found.stills
        since = now
        for at, old in reversed(history):
            if old != stamp:
                break
            since = at
        expected = stamp is not None and since < now and since + 0.8 <= now
        assert (found.ready == ("a",)) == expected
        assert (found.next_due is None) == (expected or stamp is None)
