"""What this screen sent last that an office can repeat: who signs it signed after it was sent.

Rule: no clock in here; `now` is monotonic seconds. A nonce is good for one run and for a while.
"""

import os
from collections import OrderedDict

MOST_KEPT = 64
"""A state goes out once a second at most."""


class Nonces:
    """For the agent's thread."""

    def __init__(self) -> None:
        self._sent: OrderedDict[str, float] = OrderedDict()

    def next(self, now: float) -> str:
        """Returns a nonce for a message that goes out now."""
        nonce = os.urandom(8).hex()
        self._sent[nonce] = now
        if len(self._sent) > MOST_KEPT:
            self._sent.popitem(last=False)
        return nonce

    def sent(self, nonce: str) -> float | None:
        """Returns when a nonce was made; None for one that is none of the newest of this run."""
        return self._sent.get(nonce)
