"""Sends pages and tables smaller; what screens download goes as it is, for its length and its parts are promised.

No page has a secret beside what a stranger can make it say: its form's token is masked anew every time, Django pads
what it compresses at random, and a request of another site comes without the session (SameSite=Strict).
"""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

KINDS = ("text/html", "text/csv", "text/plain", "application/json")


class Compressed(GZipMiddleware):
    """Django middleware."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Returns the answer, compressed where that is ours to do."""
        if response.streaming or not response.headers.get("Content-Type", "").startswith(KINDS):
            return response
        found: HttpResponseBase = super().process_response(request, response)
        return found
