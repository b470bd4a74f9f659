"""Guessing passwords becomes slow, and nobody is kept out for the guesses of others."""

from office.console.throttle import FORGET_S, FREE_NAMES, LONGEST_S, MOST_TRACKS, REFILL_S, Throttle


def fail(throttle: Throttle, times: int, now: float, address: str = "10.0.0.1", name: str = "office") -> None:
    for _ in range(times):
        throttle.failed(address, name, now)


def test_a_few_mistakes_cost_nothing() -> None:
    throttle = Throttle()
    fail(throttle, 3, 0.0)
    assert throttle.wait_s("10.0.0.1", "office", 0.0) == 0.0


def test_the_wait_doubles_up_to_its_limit() -> None:
    throttle = Throttle()
    waits = []
    for _ in range(20):
        fail(throttle, 1, 0.0)
        waits.append(throttle.wait_s("10.0.0.1", "office", 0.0))
    assert waits[3:8] == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert waits[-1] == LONGEST_S["address"]


def test_the_wait_is_over_when_it_is_over() -> None:
    throttle = Throttle()
    fail(throttle, 8, 0.0)
    assert throttle.wait_s("10.0.0.1", "office", 15.0) == 1.0
    assert throttle.wait_s("10.0.0.1", "office", 16.5) <= 0.0


def test_a_guesser_with_many_addresses_is_slowed_down_by_the_name() -> None:
    throttle = Throttle()
    for number in range(50):
        fail(throttle, 1, 0.0, address=f"10.0.1.{number}")
    assert throttle.wait_s("10.0.2.1", "office", 0.0) == LONGEST_S["name"]


def test_who_came_in_from_an_address_before_is_not_held_up_by_strangers() -> None:
    throttle = Throttle()
    throttle.succeeded("10.0.0.5", "office")
    for number in range(50):
        fail(throttle, 1, 0.0, address=f"10.0.1.{number}")
    assert throttle.wait_s("10.0.0.5", "office", 0.0) == 0.0
    fail(throttle, 5, 0.0, address="10.0.0.5")
    assert throttle.wait_s("10.0.0.5", "office", 0.0) > 0.0, "but by its own mistakes"


def test_another_name_from_the_same_address_is_free() -> None:
    throttle = Throttle()
    fail(throttle, 10, 0.0)
    assert throttle.wait_s("10.0.0.1", "somebody", 0.0) == 0.0


def test_a_name_is_the_same_in_capitals() -> None:
    throttle = Throttle()
    fail(throttle, 10, 0.0, name="OFFICE")
    assert throttle.wait_s("10.0.0.1", "office", 0.0) > 0.0


def test_the_right_password_forgives_and_an_hour_forgets() -> None:
    throttle = Throttle()
    fail(throttle, 3, 0.0)
    throttle.succeeded("10.0.0.1", "office")
    fail(throttle, 3, 1.0)
    assert throttle.wait_s("10.0.0.1", "office", 1.0) == 0.0
    fail(throttle, 1, 2.0 + FORGET_S)
    assert throttle.wait_s("10.0.0.1", "office", 2.0 + FORGET_S) == 0.0


def test_memory_has_an_end() -> None:
    throttle = Throttle()
    for number in range(MOST_TRACKS):
        throttle.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", f"name{number}", 0.0)
    assert len(throttle._tracks) == MOST_TRACKS


def test_who_guesses_ever_new_names_makes_his_address_crowded_and_no_other() -> None:
    throttle = Throttle()
    for number in range(FREE_NAMES):
        assert not throttle.crowded("10.0.0.1", 0.0)
        throttle.failed("10.0.0.1", f"name{number}", 0.0)
    assert throttle.crowded("10.0.0.1", 0.0)
    assert not throttle.crowded("10.0.0.2", 0.0)


def test_an_address_is_crowded_for_a_while_only_however_much_failed() -> None:
    throttle = Throttle()
    for number in range(1000):
        throttle.failed("10.0.0.1", f"name{number}", 0.0)
    assert throttle.crowded("10.0.0.1", 0.0)
    assert not throttle.crowded("10.0.0.1", (FREE_NAMES + 1) * REFILL_S)


def test_all_addresses_of_one_ipv6_network_are_one() -> None:
    throttle = Throttle()
    for number in range(FREE_NAMES):
        throttle.failed(f"2001:db8:1:2::{number:x}", f"name{number}", 0.0)
    assert throttle.crowded("2001:db8:1:2:ffff::1", 0.0)
    assert not throttle.crowded("2001:db8:1:3::1", 0.0)
    fail(throttle, 10, 0.0, address="2001:db8:1:2::1")
    assert throttle.wait_s("2001:db8:1:2::2", "office", 0.0) > 0.0


def test_memory_has_an_end_for_addresses_and_for_places_that_people_came_in_from() -> None:
    throttle = Throttle()
    for number in range(MOST_TRACKS + 100):
        throttle.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "office", 0.0)
        throttle.remember(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "office")
    assert len(throttle._levels) == len(throttle._known) == MOST_TRACKS
