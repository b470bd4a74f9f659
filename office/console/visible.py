r"""Pages without a character that hides, moves or turns what stands beside it.

What screens, files and people wrote comes into a page through many templates; this looks at the page as it goes out.
Rule: our own templates hold none of these characters; whatever has one came from elsewhere, and is written `\u202e`.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase

from signage.printable import printable

_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\uf8ff\ufeff\uffa0\ufff0-\uffff"
    "\U000110bd-\U00011fff\U00013430-\U0001345f\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
"""Every character that `printable` may escape, but line feeds and tabs, and some that it does not."""


def visible(text: str) -> str:
    """Returns a page with whatever does not show as itself escaped, line feeds and tabs but for."""
    return _SUSPECT.sub(lambda found: printable(found[0]), text)


class Visible:
    """Django middleware for pages of HTML."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Returns the answer with nothing hidden in it."""
        response = self._answer(request)
        if isinstance(response, HttpResponse) and response.headers.get("Content-Type", "").startswith("text/html"):
            text = response.content.decode()
            shown = visible(text)
            if shown is not text:
                response.content = shown.encode()
        return response
