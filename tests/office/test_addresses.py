"""Which addresses are one caller."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from office.addresses import MOST_TEXT, network


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv4_address_is_one_and_so_is_the_64_of_an_ipv6_address(address: str, counted: str) -> None:
    assert network(address) == counted


@settings(deadline=None)
@given(st.text())
def test_whatever_stands_there_is_counted_as_something_short(text: str) -> None:
    assert len(network(text)) <= MOST_TEXT


@settings(deadline=None)
@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_whoever_has_a_64_has_one_caller_s_share(address: object, other: int) -> None:
    sister = type(address)((int(address) >> 64 << 64) + other)  # type: ignore[call-overload, call-arg]
    if sister.ipv4_mapped is None and address.ipv4_mapped is None:  # type: ignore[attr-defined]
        assert network(str(address)) == network(str(sister))
