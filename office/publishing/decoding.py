"""Decodes what is to be signed, as a screen will: `wuzha-player probe` in its sandboxed worker, another process.

Rule: the office opens no stranger's file with a decoder of its own.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence

import msgspec

from signage.errors import Complaint, Words
from signage.media import Media
from signage.printable import printable

AT_ONCE = 100
"""Files of one process, which a command line has room for."""
PROBE = (sys.executable, "-P", "-m", "player", "probe", "--json")
_CURE = Words("换一个好的文件，或者重新导出、重新下载", "replace the file, export it anew or fetch it again")


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    complaints: tuple[Complaint, ...] = ()
    """One for each file that no screen can show."""
    unknown: Words | None = None
    """Why some files could not be looked at."""


def decoded(
    media: Sequence[Media],
    progress: Callable[[str, int], None] = lambda _n, _b: None,
    probe: Sequence[str] = PROBE,
) -> Decoded:
    """Decodes every file whole, each of the same bytes once; `progress` hears each file's name and size."""
    once = list({medium.sha256: medium for medium in media}.values())
    why: dict[str, Words | None] = {}
    unknown = None
    for start in range(0, len(once), AT_ONCE):
        batch = once[start : start + AT_ONCE]
        try:
            for medium, found in zip(batch, _asked(probe, batch), strict=True):
                why[medium.sha256] = found
                progress(medium.name, medium.size_bytes)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            told = printable(str(error))[:200]
            unknown = Words(
                f"有文件没能试着解码（{told}），请用 wuzha-player probe 检查",
                f"some files could not be decoded for a trial ({told}): check them with wuzha-player probe",
            )
    bad = ((medium, why.get(medium.sha256)) for medium in media)
    complaints = tuple(Complaint(printable(medium.name), found, _CURE) for medium, found in bad if found is not None)
    return Decoded(complaints=complaints, unknown=unknown)


def _asked(probe: Sequence[str], batch: Sequence[Media]) -> Iterator[Words | None]:
    """Answers in order; None for a file that can be shown. Raises OSError and ValueError when there is no answer."""
    words = [*probe, "--", *(medium.path for medium in batch)]
    with (
        tempfile.TemporaryFile() as said,  # a pipe that nobody reads would fill up
        subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said) as process,
    ):
        assert process.stdout is not None
        try:
            for line in process.stdout:
                row = json.loads(line)
                yield None if row["ok"] else Words(row["why"].rstrip("。"), row["why_en"].rstrip("."))
        finally:
            if sys.exc_info()[0] is not None:
                process.kill()
        if process.wait() != 0:
            said.seek(0)
            errors = said.read().decode(errors="replace").split("\n")
            raise ValueError(next((line for line in reversed(errors) if line.strip()), f"exit {process.returncode}"))
