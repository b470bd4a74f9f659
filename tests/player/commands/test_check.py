"""`check` names everything that is wrong, with its place and its cure."""

import json
import shutil
from pathlib import Path

import pytest

from tests.player.commands.conftest import Wuzha

pytestmark = pytest.mark.slow


def test_a_good_house_has_nothing_wrong(wuzha: Wuzha) -> None:
    done = wuzha("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "没有发现问题" in done.stdout


def test_a_house_with_nothing_to_show_is_told_so(wuzha: Wuzha, house: Path) -> None:
    assert "内置提示" not in wuzha("check").stdout
    for name in ("media", "playlists"):
        shutil.rmtree(house / name)
        (house / name).mkdir()
    done = wuzha("check")
    assert done.returncode == 0
    assert "屏幕只显示内置提示" in done.stdout


def test_nothing_is_wrong_only_when_nothing_is(wuzha: Wuzha, house: Path) -> None:
    main = house / "playlists" / "main.toml"
    (house / "playlists" / "evening.toml.txt").write_bytes(main.read_bytes())
    (house / "playlists" / "main - 副本.toml").write_bytes(main.read_bytes())
    (house / "media" / "posters" / "1 (2).png").write_bytes((house / "media" / "posters" / "1.png").read_bytes())
    (house / "playlists" / "old.toml").write_text('until = 2020-01-01\n[[item]]\ncard = "notice"\n', encoding="utf-8")
    (house / "kiosk_config.toml.txt").touch()
    done = wuzha("check")
    assert done.returncode == 2
    for named in (
        "改名为 evening.toml",
        "main.toml 的副本",
        "posters/1.png 的副本",
        "2020-01-01",
        "kiosk_config.toml.txt",
    ):
        assert named in done.stdout, named
    assert "没有发现问题" not in done.stdout


def test_a_refused_file_has_one_cure_and_that_of_its_reason(wuzha: Wuzha, house: Path) -> None:
    posters = house / "media" / "posters"
    (posters / "3.png").write_bytes((posters / "1.png").read_bytes()[:60])
    (posters / "notes.docx").touch()
    told = {
        row["where"].rpartition("/")[2]: row for row in map(json.loads, wuzha("check", "--json").stdout.splitlines())
    }
    assert told["3.png"]["cure"] == "重新复制"
    assert told["3.png"]["problem"].startswith("文件不完整")
    assert told["notes.docx"]["cure"] == "换一个好的文件，或者删掉它"


def test_a_time_zone_that_is_an_offset_other_than_chinas_is_told(wuzha: Wuzha, house: Path) -> None:
    config = house / "kiosk_config.toml"
    good = config.read_text("utf-8")
    config.write_text(good.replace("[site]", 'timezone = "UTC"\n[site]', 1), encoding="utf-8")
    assert "和北京时间差 -8 小时" in wuzha("check").stdout
    config.write_text(good.replace("[site]", 'timezone = "Europe/Berlin"\n[site]', 1), encoding="utf-8")
    assert "没有发现问题" in wuzha("check").stdout


def test_a_quiet_period_that_is_over_leaves_no_nothing_is_wrong(wuzha: Wuzha, house: Path) -> None:
    text = '[[quiet]]\nname = "高考"\ndates = ["2020-06-07..2020-06-10"]\n'
    (house / "playlists" / "calendar.toml").write_text(text, encoding="utf-8")
    done = wuzha("check")
    assert done.returncode == 0
    assert "提示：静音期“高考”的日期都过去了" in done.stdout
    assert "没有发现问题" not in done.stdout
    page = json.loads(wuzha("doctor", "--json").stdout)
    assert not page["calendar"]["ok"]


def test_every_mistake_is_told_at_once(wuzha: Wuzha, house: Path) -> None:
    (house / "playlists" / "bad.toml").write_text(
        'dwel_s = 5\nzone = "mian"\ntimes = ["25:00-26:00"]\ndwell_s = "long"\n[[item]]\nmedia = "posters/*.png"\n',
        encoding="utf-8",
    )
    (house / "playlists" / "lost.toml").write_text(
        'zone = "mian"\n[[item]]\nmedia = "videos/gone.mp4"\n[[item]]\ncard = "contact"\ntext = "{nobody} 𪚥"\n',
        encoding="utf-8",
    )
    (house / "media" / "posters" / "3.png").write_bytes(b"this is no picture")
    done = wuzha("check", "--json")
    assert done.returncode == 2
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(row["where"] and row["problem"] and row["cure"] for row in told)
    text = done.stdout
    for named in ("dwel_s", "dwell_s", "25:00", "mian", "gone.mp4", "nobody", "3.png"):
        assert named in text, named


def test_a_bad_configuration_is_told_whole(wuzha: Wuzha, house: Path) -> None:
    (house / "kiosk_config.toml").write_text(
        '[screen]\nid = "A B"\nrotate = 45\ncanvas = [0, 0]\ncolour = 1\n', encoding="utf-8"
    )
    done = wuzha("check")
    assert done.returncode == 2
    for named in ("id", "rotate", "canvas", "colour"):
        assert named in done.stdout, named


def test_no_configuration_is_a_clear_sentence(wuzha: Wuzha) -> None:
    done = wuzha("check", "--config", "nowhere.toml")
    assert done.returncode == 2
    assert "nowhere.toml" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_what_does_not_read_as_it_is_is_told_with_its_code_point(wuzha: Wuzha, house: Path) -> None:
    posters = house / "media" / "posters"
    for name in ("poster.png", "poſter.png", "96\u200b110.png"):
        (posters / name).write_bytes((posters / "1.png").read_bytes())
    (house / "playlists" / "turned.toml").write_text(
        '[[item]]\ncard = "notice"\ntext = "拨打\u202e01169"\n', encoding="utf-8"
    )
    done = wuzha("check")
    assert done.returncode == 2
    assert "第 3 个字是 U+202E RIGHT-TO-LEFT OVERRIDE" in done.stdout
    assert "U+200B ZERO WIDTH SPACE" in done.stdout
    assert "poster.png、posters/poſter.png 看起来一样（U+0073 LATIN SMALL LETTER S" in done.stdout
    assert not {"\u202e", "\u200b"} & set(done.stdout)
