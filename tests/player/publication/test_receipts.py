"""Each step is told once, over restarts too; what was withdrawn begins anew."""

from pathlib import Path

import pytest

from player.publication.receipts import MOST_KEPT, Receipts
from player.state import Moment
from signage.errors import Words
from signage.ledger import Details
from signage.messages import Step
from tests.player.publication.repository import NOW

Told = list[tuple[int, Step, float]]


@pytest.fixture
def told() -> Told:
    return []


def receipts(path: Path, told: Told) -> Receipts:
    def receipt(number: int, step: Step, details: Details, at: Moment) -> None:
        told.append((number, step, at.now))

    return Receipts(path / "told.json", receipt, lambda: Moment(NOW, 9.0, "ntp"))


def test_a_step_is_told_once_with_its_own_time(tmp_path: Path, told: Told) -> None:
    mine = receipts(tmp_path, told)
    mine.tell(1, "heard", at=Moment(NOW, 3.0, "ntp"))
    mine.tell(1, "heard")
    mine.tell(1, "verified")
    mine.save()
    again = receipts(tmp_path, told)
    again.tell(1, "verified")
    again.tell(1, "fetched")
    assert told == [(1, "heard", 3.0), (1, "verified", 9.0), (1, "fetched", 9.0)]


def test_what_was_not_noted_before_a_power_cut_is_told_again(tmp_path: Path, told: Told) -> None:
    receipts(tmp_path, told).tell(1, "shown")
    receipts(tmp_path, told).tell(1, "shown")
    assert [step for _, step, _ in told] == ["shown", "shown"]


def test_only_what_was_withdrawn_or_is_another_now_begins_anew(tmp_path: Path, told: Told) -> None:
    mine = receipts(tmp_path, told)
    for anew, last in ((False, "withdrawn"), (False, "shown"), (True, "shown")):
        mine.begin(1, anew=anew)
        mine.tell(1, "heard")
        mine.tell(1, last)
    assert [step for _, step, _ in told] == ["heard", "withdrawn", "heard", "shown", "heard", "shown"]


def test_a_flood_of_heads_that_do_not_hold_is_one_record(tmp_path: Path, told: Told) -> None:
    mine = receipts(tmp_path, told)
    for number in range(1000):
        mine.refuse_head(Words("不", f"bad {number}"))
    assert told == [(0, "refused", 9.0)]


def test_what_is_long_gone_is_forgotten_and_what_is_in_use_is_not(tmp_path: Path, told: Told) -> None:
    mine = receipts(tmp_path, told)
    for number in range(1, MOST_KEPT + 50):
        mine.tell(number, "shown")
    mine.forget({3})
    assert (mine.is_told(3, "shown"), mine.is_told(4, "shown"), mine.is_told(MOST_KEPT, "shown")) == (True, False, True)


@pytest.mark.parametrize("content", [b"", b"{half", b"[]", b'{"steps": {"1": ["invented"]}}'])
def test_a_broken_memory_begins_anew(tmp_path: Path, told: Told, content: bytes) -> None:
    (tmp_path / "told.json").write_bytes(content)
    receipts(tmp_path, told).tell(1, "heard")
    assert len(told) == 1
