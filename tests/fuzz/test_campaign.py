"""The harness finds what is planted: whatever a case does to its process, it ends as a finding with its input."""

import pytest

from tests.fuzz.campaign import campaign, replayed
from tests.fuzz.case import Step
from tests.fuzz.shrinking import shrunk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.mark.parametrize(
    ("about", "kind", "signature"),
    [
        ("raise", "raised", "ValueError"),
        ("promise", "broken", "a promise"),
        ("log", "logged", "log.exception"),
        ("talk", "broken", "into the log"),
        ("die", "died", "-9"),
    ],
)
def test_whatever_a_case_does_is_found_with_its_input(about: str, kind: str, signature: str) -> None:
    case = (Step("nothing"), Step(about, b"much BAD input"))
    [found] = replayed("planted", case).findings
    assert (found.kind, signature in found.signature) == (kind, True)
    assert found.case[-1].about == about


def test_an_input_is_cut_down_to_what_is_needed() -> None:
    [found] = replayed("planted", (Step("nothing"), Step("raise", b"much BAD input"))).findings
    assert found.case == (Step("raise", b"BAD"),)


def test_a_case_that_hangs_is_asked_where_and_ended() -> None:
    [found] = replayed("planted", (Step("hang"),), hang_s=1.0).findings
    assert found.kind == "hang"
    assert "planted.py" in found.signature


def test_memory_that_is_kept_is_found_and_the_campaign_goes_on() -> None:
    outcome = campaign("planted", "s", 12.0)
    assert {each.kind for each in outcome.findings} == {"grows"}
    assert outcome.measured[0].grew_mib > 8.0


def test_shrinking_leaves_out_what_is_not_needed_and_gives_up_on_what_does_not_come_again() -> None:
    case = (Step("a", b"123"), Step("b", b"x" * 500 + b"!" + b"y" * 500))
    assert shrunk(case, lambda each: any(b"!" in step.data for step in each)) == (Step("b", b"!"),)
    assert shrunk(case, lambda each: False) == case
