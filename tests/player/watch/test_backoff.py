"""The pauses before the screen process is started again."""

from player.watch.backoff import HEALTHY_S, PAUSES_S, next_deaths, pause_s


def test_the_first_start_again_is_at_once_and_the_pauses_grow_to_a_limit():
    deaths, pauses = 0, []
    for _ in range(8):
        deaths = next_deaths(deaths, 0.5)
        pauses.append(pause_s(deaths))
    assert pauses == [*PAUSES_S, *(PAUSES_S[-1],) * (8 - len(PAUSES_S))]


def test_who_lived_long_is_started_again_at_once():
    assert pause_s(next_deaths(7, HEALTHY_S)) == 0.0
