"""Hostile input at every edge, for seconds: `python -m tests.fuzz` does the same for as long as somebody wants."""

import importlib

import pytest

from tests.fuzz.campaign import TARGETS, campaign
from tests.fuzz.case import random_of

SECONDS = 5.0
SEED = "every day"
"""The same inputs every day: what is new is found by those who look for longer."""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_hostile_raises_hangs_or_grows(target: str) -> None:
    outcome = campaign(target, SEED, SECONDS)
    found = [f"{each.kind}: {each.signature}, --case {each.number}\n{each.trace}" for each in outcome.findings]
    assert not found, "\n".join(found)
    assert outcome.cases > 2


@pytest.mark.parametrize("target", TARGETS)
def test_a_seed_and_a_number_make_the_same_case_again(target: str) -> None:
    module = importlib.import_module(f"tests.fuzz.targets.{target}")
    cases = [module.make(random_of(SEED, number)) for number in range(30)]
    assert cases == [module.make(random_of(SEED, number)) for number in range(30)]
    assert len(set(cases)) > 20
