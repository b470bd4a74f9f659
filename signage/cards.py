"""The words of cards and tickers: site variables filled in, and how long a ticker takes."""

import re
import unicodedata
from collections.abc import Mapping

import msgspec

from signage.program import Site

BLACK = "black"
"""The template of a card that is nothing but black: for a blackout, no playlist's business."""

GAP_EM = 4.0
"""Between one ticker text and the next."""

_VARIABLE = re.compile(r"\{([^\W\d]\w*)\}")


def filled(text: str, site: Site) -> str:
    """Gives the text with `{village}`, `{screen_title}`, `{kind}` and the site's own variables put in.

    A variable that the site does not have leaves nothing behind: `missing` names it before it gets to a screen.
    """
    values = _values(site)
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), text)


def missing(text: str, site: Site) -> tuple[str, ...]:
    """Gives the variables of the text that the site has no value for, each once, in order."""
    values = _values(site)
    return tuple(dict.fromkeys(name for name in _VARIABLE.findall(text) if not values.get(name)))


def filled_in(site: Site) -> tuple[str, ...]:
    """Returns the names of the variables that the site has a value for."""
    return tuple(name for name, value in _values(site).items() if value)


def with_signed(site: Site, signed: Mapping[str, str]) -> tuple[Site, tuple[str, ...]]:
    """Returns the site with what two people signed for it, which counts, and the names of which it said otherwise."""
    if not signed:
        return site, ()
    own = _values(site)
    replaced = tuple(name for name, value in signed.items() if own.get(name) and own[name] != value)
    return msgspec.structs.replace(site, variables={**site.variables, **signed}), replaced


def ticker_em(text: str) -> float:
    """Gives the length of a ticker text with the gap behind it, in em: 1 for a full-width character, 0.6 for others."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.6 for c in text) + GAP_EM


def ticker_s(text: str, chars_per_min: float) -> float:
    """Gives how long the text and the gap behind it take to pass a point, in seconds."""
    return ticker_em(text) * 60.0 / chars_per_min


BUILT_IN = ("village", "screen_title", "kind")
"""Variables that every site has."""


def _values(site: Site) -> dict[str, str]:
    return {"village": site.village, "screen_title": site.title, "kind": site.kind, **site.variables}
