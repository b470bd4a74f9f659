"""Arguments of commands: read as meant, or refused with a reason."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.errors import Words
from signage.messages import OPS, Op, Value
from signage.ops import (
    ARGUMENTS,
    Blackout,
    Brightness,
    Filler,
    Identify,
    Next,
    Order,
    Refresh,
    Resend,
    Restart,
    Shot,
    Volume,
    read_order,
)

EPOCH = "0123456789abcdef"


def test_every_operation_of_the_contract_has_its_arguments() -> None:
    assert tuple(ARGUMENTS) == OPS


def test_the_page_lists_the_same_operations_and_arguments() -> None:
    page = (Path(__file__).parents[2] / "docs" / "wire.md").read_text(encoding="utf-8")
    section = page.split("\n#### Operations\n", 1)[1].split("\n#", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|", section, flags=re.MULTILINE)
    assert {op: tuple(re.findall(r"`(\w+)`", args)) for op, args in rows if op != "op"} == {**ARGUMENTS}


@pytest.mark.parametrize(
    ("op", "args", "order"),
    [
        ("shot", {}, Shot()),
        ("next", {}, Next()),
        ("refresh", {}, Refresh()),
        ("restart", {}, Restart()),
        ("identify", {}, Identify(15)),
        ("identify", {"seconds": 60}, Identify(60)),
        ("volume", {"percent": 0}, Volume(0)),
        ("volume", {"percent": None}, Volume(None)),
        ("brightness", {"percent": 100}, Brightness(100)),
        ("blackout", {"on": True}, Blackout(True)),
        ("filler", {"on": False}, Filler(False)),
        ("resend", {"epoch": EPOCH, "first": 5, "last": 5}, Resend(EPOCH, 5, 5)),
    ],
)
def test_what_is_written_right_is_understood(op: Op, args: dict[str, Value], order: Order) -> None:
    assert read_order(op, args) == order


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("shot", {"x": 1}),
        ("identify", {"seconds": 0}),
        ("identify", {"seconds": 301}),
        ("identify", {"seconds": 1.5}),
        ("volume", {}),
        ("volume", {"percent": 101}),
        ("volume", {"percent": True}),
        ("volume", {"percent": "50"}),
        ("blackout", {}),
        ("blackout", {"on": 1}),
        ("filler", {"on": None}),
        ("resend", {"epoch": EPOCH, "first": 6, "last": 5}),
        ("resend", {"epoch": EPOCH, "first": 0, "last": 5}),
        ("resend", {"epoch": EPOCH, "first": 1, "last": 2**53}),
        ("resend", {"epoch": "../../x", "first": 1, "last": 5}),
        ("resend", {"epoch": EPOCH, "first": 1}),
    ],
)
def test_what_is_written_wrong_is_refused(op: Op, args: dict[str, Value]) -> None:
    why = read_order(op, args)
    assert isinstance(why, Words)
    assert op in why.en
    assert not re.search(r"[a-z]+ [a-z]+", why.zh), "an English sentence in the Chinese one"


@given(
    op=st.sampled_from(OPS),
    args=st.dictionaries(
        st.sampled_from(["on", "percent", "seconds", "epoch", "first", "last", "x\n"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    ),
)
def test_nothing_that_can_be_written_does_worse_than_be_refused(op: Op, args: dict[str, Value]) -> None:
    why = read_order(op, args)
    if isinstance(why, Words):
        assert why.en.isprintable()
