"""What names a broker, and how long to wait before trying it again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.link.values import Address, address, delay_s, why_no_url


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("mqtt://broker", Address("broker", 1883, False)),
        ("mqtts://broker.town.example", Address("broker.town.example", 8883, True)),
        ("mqtts://10.0.0.1:443/", Address("10.0.0.1", 443, True)),
        ("mqtt://[::1]:1884", Address("::1", 1884, False)),
    ],
)
def test_a_url_names_a_broker(url: str, where: Address) -> None:
    assert address(url) == where
    assert why_no_url(url) is None


@pytest.mark.parametrize("url", ["broker:1883", "ws://x", "mqtt://x?a=1", "mqtt://x#a", "mqtt://x:0x1", "mqtts://"])
def test_what_names_none_is_told_in_both_languages(url: str) -> None:
    why = why_no_url(url)
    assert why is not None
    assert "mqtt://" in why.zh
    assert why.en


@pytest.mark.parametrize("scheme", ["mqtt", "tcp"])
def test_a_password_in_a_url_is_refused_and_not_repeated(scheme: str) -> None:
    why = why_no_url(f"{scheme}://me:geheim@broker")
    assert why is not None
    assert "geheim" not in why.zh + why.en


@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(0.001, 10), st.floats(0.001, 3600))
def test_no_delay_is_longer_than_the_longest(tries: int, roll: float, first_s: float, longest_s: float) -> None:
    assert 0 <= delay_s(tries, first_s, longest_s, roll) <= longest_s


def test_the_longest_wait_doubles_with_each_attempt() -> None:
    assert [delay_s(tries, 1, 10, 1.0) for tries in range(6)] == [1, 2, 4, 8, 10, 10]
