"""The log of player and office on standard error: what repeats is a line a minute."""

import logging
import time

from signage.repeats import LogPlace, Repeats


class LogHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes what does not repeat, and of what repeats a line a minute with how often it came."""

    def __init__(self) -> None:
        super().__init__()
        self._repeats = Repeats()

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a record, or counts it; first what was counted and came no more."""
        try:
            now, line = time.monotonic(), record.getMessage()
        except Exception:  # arguments that do not fit the words: logging tells it and goes on
            self.handleError(record)
            return
        unsaid = self._repeats.unsaid_before(LogPlace(record.name, record.lineno, record.levelno), line, now)
        for former, newest, count in self._repeats.overdue(now):
            told = {"name": former.name, "levelno": former.level, "levelname": logging.getLevelName(former.level)}
            super().emit(logging.makeLogRecord({**told, "msg": f"{newest} ({count} like this meanwhile)"}))
        if unsaid:
            line = f"{line} ({unsaid} like this before it)"
        if unsaid is not None:
            super().emit(logging.makeLogRecord({**record.__dict__, "msg": line, "args": None}))
