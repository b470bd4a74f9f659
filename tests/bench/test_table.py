"""The bench's table."""

from tests.bench.table import Row, ratio, render


def test_columns_stand_under_each_other_and_a_missed_reach_is_loud() -> None:
    text = render([Row("a", "CPU", "0.30", "mpv 0.40", 0.75, "≤ 0.85", True), Row("b", "late", "2", met=False)])
    lines = text.splitlines()
    assert len({line.index("|", 4) for line in (lines[0], *lines[2:])}) == 1
    assert lines[2].endswith("yes")
    assert lines[3].endswith("NO")


def test_beside_a_peer_that_used_nothing_there_is_no_ratio() -> None:
    assert ratio(0.01, 0.0) is None
    assert ratio(0.3, 0.4) == 0.75
