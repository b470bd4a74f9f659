"""Makes a program independent of the locale it is started in: names of files are UTF-8, and no output fails.

Rule: a file's name is bytes, and they are read as UTF-8 under every locale, what is none as surrogates; else a ledger
would call a file by another name on another day. Only what people see and type is in the terminal's own encoding.
"""

import os
import sys
from collections.abc import Mapping
from typing import IO

UTF8 = "utf-8"
_OURS = "WUZHA_UTF8"
"""Set for the program that was begun anew, so that it never happens twice."""


def begin_in_utf8() -> None:
    """Begins this program anew, in the same process and in Python's UTF-8 mode, where the locale has another encoding.

    To be called first: what was decoded before was decoded otherwise. Where the locale has UTF-8, nothing happens.
    """
    if is_utf8(sys.getfilesystemencoding()) or _OURS in os.environ:
        return
    terminal = "" if sys.stdout is None else sys.stdout.encoding
    environment = {
        **os.environb,
        b"PYTHONUTF8": b"1",
        b"PYTHONIOENCODING": f"{output_encoding(terminal, os.environ)}:backslashreplace".encode(),
        _OURS.encode(): b"1",
    }
    words = [as_utf8(word, terminal) for word in _words()[1:]]
    os.execve(sys.executable, [os.fsencode(sys.executable), b"-X", b"utf8", *words], environment)


def open_output() -> None:
    r"""Has standard output and error write what their encoding lacks as `\u6d77`, in place of failing.

    One that is closed takes everything and keeps nothing.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding=UTF8))  # noqa: SIM115 - until the process ends
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def is_utf8(encoding: str | None) -> bool:
    """Says whether a codec's name is UTF-8's."""
    return (encoding or "").lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


def writes_utf8(stream: IO[str]) -> bool:
    """Says whether what is written to a stream comes out as UTF-8."""
    return is_utf8(getattr(stream, "encoding", None))


def output_encoding(terminal: str, environment: Mapping[str, str]) -> str:
    """Returns how to write for people, where the locale has the encoding `terminal`.

    A locale that knows ASCII only (`C`, `POSIX`) says nothing about the terminal, and the system's journal takes UTF-8.
    """
    is_told = "PYTHONIOENCODING" in environment
    if not terminal or (not is_told and ("JOURNAL_STREAM" in environment or _is_ascii(terminal))):
        return UTF8
    return terminal


def as_utf8(word: bytes, terminal: str) -> bytes:
    """Returns a word of the command line as UTF-8: one that was typed in the terminal's encoding is written anew.

    A word that is UTF-8, or that names a file as it is, stays.
    """
    try:
        word.decode(UTF8)
        return word
    except UnicodeDecodeError:
        if os.path.lexists(word):
            return word
    try:
        return word.decode(terminal).encode(UTF8)
    except (UnicodeError, LookupError):
        return word


def _is_ascii(encoding: str) -> bool:
    return encoding.lower() in ("ascii", "us-ascii", "646", "ansi_x3.4-1968")


def _words() -> list[bytes]:
    """Returns the command line as it was given, before it was decoded by the locale."""
    try:
        with open("/proc/self/cmdline", "rb") as file:
            return file.read().split(b"\0")[:-1]
    except OSError:
        return [os.fsencode(word) for word in sys.orig_argv]
