"""The starter campaign: its words are whole, and the files that the playlists name are there and as promised."""

import datetime as dt
import json
import math
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any

import av
import msgspec
import pytest
from PIL import Image, ImageChops, ImageStat

from signage.daypart import DateRange
from signage.playlist import Item, Playlist
from signage.reading import CALENDAR_FILE, read_calendar, read_playlist
from tools.starter import recordings, workshop
from tools.starter.lettering import font
from tools.starter.poster import SCENES, WORDS_WIDTH, headline_size
from tools.starter.texts import Texts, read

ROOT = Path(__file__).resolve().parents[2]
MEDIA, PLAYLISTS = ROOT / "media", ROOT / "playlists"
VIDEOS = sorted((MEDIA / "videos").glob("*.mp4"))
POSTERS = sorted((MEDIA / "posters").glob("*.png"))
SOUNDS = sorted((MEDIA / "audio").glob("*.m4a"))

KINDS = (
    "刷单返利", "虚假投资理财", "虚假购物", "冒充电商物流客服", "虚假征信",
    "虚假贷款", "冒充公检法", "冒充领导熟人", "网络游戏虚假交易", "网络婚恋交友",
)  # fmt: skip


@pytest.fixture(scope="module")
def texts() -> Texts:
    return read(ROOT / "tools" / "starter" / "texts.toml")


def playlists() -> dict[str, Playlist]:
    files = (f for f in sorted(PLAYLISTS.glob("*.toml")) if f.name != CALENDAR_FILE)
    return {f.stem: read_playlist(f.read_bytes(), str(f)) for f in files}


def items() -> list[Item]:
    return [item for playlist in playlists().values() for item in playlist.items]


def test_every_common_fraud_has_its_poster(texts: Texts) -> None:
    assert [poster.kind for poster in texts.poster] == list(KINDS)
    assert set(SCENES) == set(KINDS)
    assert [path.stem for path in POSTERS] == [poster.name for poster in texts.poster]


def test_a_headline_is_at_least_a_sixth_of_the_height_and_stays_in_its_column(texts: Texts) -> None:
    for poster in texts.poster:
        size = headline_size(poster)
        assert size >= 1080 / 6
        assert all(font("black", size).getlength(line) <= WORDS_WIDTH for line in poster.headline), poster.kind


def test_the_numbers_on_every_poster_are_the_official_ones(texts: Texts) -> None:
    assert (texts.band.hotline, texts.band.police, texts.band.app) == ("96110", "110", "国家反诈中心")


def test_a_misspelt_key_in_the_texts_is_refused(tmp_path: Path) -> None:
    words = (ROOT / "tools" / "starter" / "texts.toml").read_text(encoding="utf-8")
    (tmp_path / "texts.toml").write_text(words.replace("headline =", "headlines =", 1), encoding="utf-8")
    with pytest.raises(msgspec.ValidationError, match="headlines"):
        read(tmp_path / "texts.toml")


def test_a_headline_that_is_too_long_is_named_before_anything_is_made(
    texts: Texts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (ROOT / "tools" / "starter" / "texts.toml").read_text(encoding="utf-8")
    (tmp_path / "texts.toml").write_text(words.replace("所有刷单", "天底下所有的刷单", 1), encoding="utf-8")
    code = workshop.main(["posters", "--texts", str(tmp_path / "texts.toml"), "--media", str(tmp_path)])
    assert code == 2
    assert "天底下所有的刷单" in capsys.readouterr().out
    assert not (tmp_path / "posters").exists()


@pytest.mark.parametrize("path", POSTERS, ids=lambda p: p.stem)
def test_a_poster_is_full_hd_with_the_band_at_its_foot(path: Path) -> None:
    with Image.open(path) as picture:
        assert picture.size == (1920, 1080)
        foot = picture.convert("RGB").crop((0, 950, 40, 1080))
    assert min(ImageStat.Stat(foot).mean) > 220


def test_a_poster_is_drawn_again_as_it_lies_in_the_folder(texts: Texts, tmp_path: Path) -> None:
    one = msgspec.structs.replace(texts, poster=texts.poster[:1])
    workshop.make_posters(one, tmp_path)
    with Image.open(tmp_path / "posters" / POSTERS[0].name) as new, Image.open(POSTERS[0]) as kept:
        differ = ImageChops.difference(new.convert("RGB"), kept.convert("RGB"))
    assert max(ImageStat.Stat(differ).mean) < 0.5


def test_there_are_two_videos() -> None:
    assert len(VIDEOS) == 2


@pytest.mark.parametrize("path", VIDEOS, ids=lambda p: p.stem)
def test_a_video_plays_ten_seconds_or_more_in_full_hd_and_never_begins_or_ends_black(path: Path) -> None:
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        shape = (stream.width, stream.height, stream.codec_context.name, stream.codec_context.pix_fmt)
        assert shape == (1920, 1080, "h264", "yuv420p")
        assert file.duration is not None
        assert 10 <= file.duration / av.time_base <= 32
        first = small(next(file.decode(stream)))
        file.seek(file.duration - av.time_base)
        last = small(list(file.decode(stream))[-1])
    for frame in (first, last):
        assert max(ImageStat.Stat(frame).mean) > 90


def small(frame: Any) -> Image.Image:
    picture: Image.Image = frame.to_image().resize((32, 18))
    return picture


@pytest.mark.parametrize("path", VIDEOS, ids=lambda p: p.stem)
def test_a_video_can_be_entered_at_least_every_two_seconds(path: Path) -> None:
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert stream.time_base is not None
        keys = [float(p.pts * stream.time_base) for p in file.demux(stream) if p.is_keyframe and p.pts is not None]
    assert keys[0] == 0
    assert max(b - a for a, b in pairwise(keys)) <= 2.0


@pytest.mark.parametrize("path", [*VIDEOS, *SOUNDS], ids=lambda p: p.stem)
def test_what_sounds_is_loud_enough_and_not_clipped(path: Path) -> None:
    loud, peak, seconds = heard(path)
    assert -23 < loud < -13
    assert peak < 32700
    assert seconds >= 10


def heard(path: Path) -> tuple[float, int, float]:
    """Gives the mean level in dB below full scale, the highest sample and the length in seconds."""
    convert = av.AudioResampler(format="s16", layout="mono", rate=16000)
    total = count = peak = 0
    with av.open(str(path)) as file:
        for frame in file.decode(audio=0):
            for part in convert.resample(frame):
                samples = memoryview(bytes(part.planes[0])[: part.samples * 2]).cast("h")
                total += sum(x * x for x in samples)
                peak = max(peak, *samples, -min(samples))
                count += len(samples)
    return 10 * math.log10(total / count / 32768**2), peak, count / 16000


def test_every_spoken_line_has_a_recording_that_says_it(texts: Texts) -> None:
    assert recordings.stale(texts) == ()


def test_a_changed_line_is_stale_until_it_is_spoken_again(texts: Texts, tmp_path: Path) -> None:
    line = recordings.lines(texts)[0]
    for one in recordings.lines(texts):
        (tmp_path / f"{one.id}.ogg").touch()
    said = {one.id: one.text for one in recordings.lines(texts)}
    (tmp_path / recordings.SPOKEN).write_text(json.dumps(said | {line.id: "别的话"}), encoding="utf-8")
    assert recordings.stale(texts, tmp_path) == (line,)
    (tmp_path / f"{line.id}.wav").touch()
    assert recordings.stale(texts, tmp_path) == ()
    assert recordings.recording(line.id, tmp_path).suffix == ".wav"


def test_what_the_playlists_name_is_there() -> None:
    for item in items():
        for pattern in filter(None, (item.media, item.picture)):
            assert list(MEDIA.glob(pattern)), pattern


def test_every_starter_file_is_named_by_a_playlist() -> None:
    patterns = [item.media for item in items() if item.media]
    for path in (*POSTERS, *VIDEOS, *SOUNDS):
        name = PurePath(path.relative_to(MEDIA))
        assert any(name.match(pattern) for pattern in patterns), name


def test_the_broadcast_runs_three_times_a_day_for_half_an_hour() -> None:
    broadcast = playlists()["broadcast"]
    assert broadcast.rank == "broadcast"
    assert broadcast.starts == (7 * 3600, 12 * 3600, 18 * 3600)
    assert broadcast.lasts_min == 30


def test_the_exams_are_quiet_in_both_years() -> None:
    calendar = read_calendar((PLAYLISTS / CALENDAR_FILE).read_bytes(), CALENDAR_FILE)
    quiet = {period.name: period.dates for period in calendar.quiet}
    assert quiet["高考"] == tuple(DateRange(dt.date(y, 6, 7), dt.date(y, 6, 10)) for y in (2026, 2027))
    assert [d.first.year for d in quiet["中考"]] == [2026, 2027]


def test_the_cards_carry_all_six_and_all_ten_rules(texts: Texts) -> None:
    lists = [item for item in playlists()["rules"].items if item.card == "list"]
    assert [len(item.text.splitlines()) for item in lists] == [6, 5, 5]
    for rule, line in zip(texts.rules.rule, lists[0].text.splitlines(), strict=True):
        assert plain(rule.say) == plain(line)
        assert plain("".join(rule.lines)).rstrip("的") in plain(line)


def plain(words: str) -> str:
    return "".join(c for c in words if c not in "，。“”")


def test_the_whole_campaign_is_under_fifteen_megabytes() -> None:
    made = [*MEDIA.rglob("*"), *PLAYLISTS.rglob("*"), *(ROOT / "tools" / "starter").rglob("*")]
    assert sum(path.stat().st_size for path in made if path.is_file() and "__pycache__" not in path.parts) < 15_000_000
