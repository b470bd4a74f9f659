"""A file that Notepad or WPS saved as ANSI or Unicode is told with steps that mend it, whichever file it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from office.place import Place, found
from office.publishing.folder import read_folder
from player.config import read_config
from signage.errors import BadInput
from signage.reading import read_calendar, read_playlist

STEPS = ("记事本", "另存为", "“保存类型”选“所有文件”", "“编码”选 UTF-8", "文件名不改", "“是”")
LIST = 'title = "早间"\n[[item]]\ncard = "slogan"\ntext = "不轻信"\n'


def playlist(folder: Path, written: Callable[[str], bytes]) -> None:
    read_playlist(written(LIST), "早间.toml")


def calendar(folder: Path, written: Callable[[str], bytes]) -> None:
    read_calendar(written('[[quiet]]\nname = "高考"\ndates = ["2027-06-07..2027-06-10"]\n'), "calendar.toml")


def configuration(folder: Path, written: Callable[[str], bytes]) -> None:
    (folder / "kiosk_config.toml").write_bytes(written('[screen]\nid = "sq-1"\ntitle = "广场"\n'))
    read_config(folder / "kiosk_config.toml")


def campaign(folder: Path, written: Callable[[str], bytes]) -> None:
    (folder / "campaign" / "playlists").mkdir(parents=True)
    (folder / "campaign" / "playlists" / "早间.toml").write_bytes(written(LIST))
    read_folder(folder / "campaign")


def settings(folder: Path, written: Callable[[str], bytes]) -> None:
    place = Place(folder / "home")
    found(place)
    text = place.settings_file.read_text(encoding="utf-8")
    place.settings_file.write_bytes(written(f"# 管理端\n{text}"))
    place.settings()


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
@pytest.mark.parametrize("read", [playlist, calendar, configuration, campaign, settings])
def test_what_is_not_utf_8_is_told_with_steps_and_those_mend_it(
    tmp_path: Path, read: Callable[[Path, Callable[[str], bytes]], None], encoding: str
) -> None:
    (tmp_path / "spoiled").mkdir()
    with pytest.raises(BadInput) as bad:
        read(tmp_path / "spoiled", lambda text: text.encode(encoding))
    [complaint] = bad.value.complaints
    assert all(step in complaint.cure.zh for step in STEPS), complaint.cure.zh
    assert ("GBK" in complaint.problem.zh) == (encoding == "gbk")
    for mended in ("utf-8", "utf-8-sig"):
        (tmp_path / mended).mkdir()
        read(tmp_path / mended, lambda text, mended=mended: text.encode(mended))
