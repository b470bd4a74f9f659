"""Which addresses count as one caller.

Rule: pure; an address comes as the text that the server or a trusted proxy gives.
"""

import ipaddress

MOST_TEXT = 64


def network(address: str) -> str:
    """Returns what is counted as one: an IPv4 address, or the /64 of an IPv6 address, of which anybody has all.

    What is no address counts as it is written, cut to 64 characters.
    """
    try:
        found = ipaddress.ip_address(address.strip().strip("[]").partition("%")[0])
    except ValueError:
        return address[:MOST_TEXT]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
    return str(found)
