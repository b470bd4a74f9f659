"""Why a file cannot be read or written, in Chinese words only."""

import errno
import re

import pytest

from signage.disk_faults import FAILS, NOT_UNDERSTOOD, in_chinese


@pytest.mark.parametrize("number", [None, 0, *sorted(errno.errorcode)])
def test_every_error_of_the_system_has_words_without_its_number_or_name(number: int | None) -> None:
    said = in_chinese(OSError(number, "Connection refused") if number is not None else OSError("Connection refused"))
    assert re.fullmatch("[\u4e00-\u9fff]+", said)


def test_what_somebody_can_do_something_about_is_told_apart() -> None:
    told = {
        in_chinese(OSError(each, "")) for each in (errno.ENOSPC, errno.EACCES, errno.EROFS, errno.ENOENT, errno.EIO)
    }
    assert len(told) == 5
    assert in_chinese(OSError(errno.EIO, "")) == FAILS
    assert in_chinese(ValueError("not JSON")) == NOT_UNDERSTOOD
