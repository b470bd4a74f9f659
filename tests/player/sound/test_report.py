"""What the sound process says is one short line, and anything else is refused."""

import pytest

from player.sound.report import MOST_LINE_BYTES, UNREADABLE, DeviceLost, DeviceOpened, parse_report, report_line


@pytest.mark.parametrize("report", [DeviceOpened("pulseaudio", "音箱\n\x1b[2J"), DeviceLost("no such device")])
def test_a_report_is_read_as_it_was_said(report: DeviceOpened | DeviceLost) -> None:
    line = report_line(report)
    assert line.count(b"\n") == 1
    assert parse_report(line) == report


def test_a_long_name_is_cut() -> None:
    assert len(report_line(DeviceOpened("alsa", "声" * 10_000))) < MOST_LINE_BYTES


@pytest.mark.parametrize("line", [b"", b"{}", b"[1]", b'{"type":"opened"}', b"\xff", b'{"type":"other"}'])
def test_a_line_that_is_no_report_is_refused(line: bytes) -> None:
    with pytest.raises(UNREADABLE):
        parse_report(line)
