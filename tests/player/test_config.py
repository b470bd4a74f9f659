"""The configuration: read whole, or refused with every complaint; the shipped file and the manuals name every key."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from player.config import CONFIG_KEYS, read_config
from player.settings import Brightness, Folders, Office, Power, SoundSettings, Trust
from signage.errors import BadInput
from signage.layout import Box, Zone
from signage.program import Site
from signage.source import MAX_FILE_BYTES

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "kiosk_config.toml"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "kiosk_config.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def complaints(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as raised:
        read_config(path)
    return [
        (one.where.removeprefix(f"{path}").removeprefix(", ").partition(" (")[0], one.cure.en)
        for one in raised.value.complaints
    ]


def test_shortest_configuration_has_the_usual_values(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, '[screen]\nid = "abc"\n'))
    assert config.site == Site(screen="abc")
    assert config.zones == (Zone(name="main", box=Box(0, 0, 1280, 720)),)
    assert config.folders == Folders(
        media=(tmp_path / "media",), playlists=(tmp_path / "playlists",), state=tmp_path / "var" / "player"
    )
    assert (config.sound, config.office, config.trust) == (SoundSettings(), Office(), Trust())
    assert (config.brightness, config.power, config.base) == (Brightness(), Power(), tmp_path)


def test_every_key_is_read(tmp_path: Path) -> None:
    text = """
[screen]
id = "sq-1"
title = "广场"
timezone = "Asia/Urumqi"
canvas = [512, 256]
position = [-8, 40]
rotate = 270
fullscreen = true
present = "direct"
[site]
kind = "hotel"
village = "石桥村"
[site.variables]
"网格员" = "甲"
[[zone]]
name = "左"
box = [0, 0, 256, 256]
background = "#AABBCC"
[[zone]]
name = "right"
box = [256, 0, 256, 256]
[folders]
media = ["/srv/media", "more"]
playlists = ["lists"]
state = "state"
unsigned = "refuse"
watch = "polling"
copies = "allow"
published_mib = 512
[sound]
volume = 5
enabled = false
quiet = ["高考"]
[office]
broker = "mqtts://broker.example:8883"
http = "https://office.example/media"
folder = "stick"
user = "sq-1"
credentials = "secret"
ca = "ca.pem"
prefix = "town/1"
[trust]
root = "root.json"
expired_days = 30
[brightness]
day = 90
night = 30
day_from = "07:00"
night_from = "18:30"
[power]
on = "06:00"
off = "22:00"
"""
    config = read_config(written(tmp_path, text))
    screen = config.screen
    assert (screen.id, screen.title, screen.timezone) == ("sq-1", "广场", "Asia/Urumqi")
    assert (screen.canvas, screen.position, screen.rotate) == ((512, 256), (-8, 40), 270)
    assert (screen.fullscreen, screen.present) == (True, "direct")
    assert config.site == Site(screen="sq-1", title="广场", kind="hotel", village="石桥村", variables={"网格员": "甲"})
    assert config.zones == (
        Zone(name="左", box=Box(0, 0, 256, 256), background="#aabbcc"),
        Zone(name="right", box=Box(256, 0, 256, 256)),
    )
    assert config.folders == Folders(
        media=(Path("/srv/media"), tmp_path / "more"),
        playlists=(tmp_path / "lists",),
        state=tmp_path / "state",
        unsigned="refuse",
        watch="polling",
        copies="allow",
        published_mib=512,
    )
    assert config.sound == SoundSettings(volume=5, enabled=False, quiet=("高考",))
    assert config.office == Office(
        broker="mqtts://broker.example:8883",
        http="https://office.example/media",
        folder=tmp_path / "stick",
        user="sq-1",
        credentials=tmp_path / "secret",
        ca=tmp_path / "ca.pem",
        prefix="town/1",
    )
    assert config.trust == Trust(root=tmp_path / "root.json", expired_days=30)
    assert config.brightness == Brightness(day=90, night=30, day_from=25200, night_from=66600)
    assert config.power == Power(on=21600, off=79200)


def test_folders_start_at_the_file_not_at_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").mkdir()
    written(tmp_path / "there", '[screen]\nid = "abc"\n')
    monkeypatch.chdir(tmp_path)
    assert read_config(Path("there/kiosk_config.toml")).folders.media == (tmp_path / "there" / "media",)


def test_every_mistake_is_told_at_once_with_its_cure(tmp_path: Path) -> None:
    text = """
titel = "x"
fullscreen = true
[screen]
id = "SQ 1"
timezone = "Asia/Shanghia"
rotate = 45
present = "vsink"
[site.variables]
grid_phone = 13800000000
[sound]
volume = 101
[office]
http = "https://me:secret@office.example"
[power]
on = "25:00"
"""
    assert complaints(written(tmp_path, text)) == [
        ("titel", "did you mean title? write it under [screen]"),
        ("fullscreen", "write it under [screen]"),
        (
            "[screen], id",
            'use small letters, digits and -, 3 to 36 of them, such as "sq-square-led1"; change line 5 to id = "sq-1"',
        ),
        ("[screen], timezone", 'did you mean "Asia/Shanghai"? change line 6 to timezone = "Asia/Shanghai"'),
        ("[screen], rotate", "write one of them"),
        ("[screen], present", 'did you mean "vsync"? change line 8 to present = "vsync"'),
        (
            "[site.variables], grid_phone",
            'for example grid_phone = "13800000000"; change line 10 to grid_phone = "13800000000"',
        ),
        ("[sound], volume", "write a number from 0 to 100"),
        ("[office], http", "write the user as user, the password into the file named by credentials"),
        ("[power], on", 'write "00:00" to "23:59", such as "07:00"'),
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "[screen], id"),
        ('screen = "x"', "screen"),
        ('[screen]\nid = "ab"', "[screen], id"),
        ('[screen]\nid = "-abc"', "[screen], id"),
        ('[screen]\nid = "abc\\n"', "[screen], id"),
        (f'[screen]\nid = "{"a" * 37}"', "[screen], id"),
        ('[screen]\nid = "abc"\ntimezone = "Asia"', "[screen], timezone"),
        (f'[screen]\nid = "abc"\ntimezone = "{"Asia/" * 500}Shanghai"', "[screen], timezone"),
        ('[screen]\nid = "abc"\ntimezone = "../../etc/passwd"', "[screen], timezone"),
        ('[screen]\nid = "abc"\ncanvas = [1280]', "[screen], canvas"),
        ('[screen]\nid = "abc"\ncanvas = [1280, 0]', "[screen], canvas"),
        ('[screen]\nid = "abc"\ncanvas = [true, 720]', "[screen], canvas"),
        ('[screen]\nid = "abc"\ncanvas = [16384, 16383]', "[screen], canvas"),
        ('[screen]\nid = "abc"\nrotate = true', "[screen], rotate"),
        ('[site.variables]\n"a b" = "x"', "[site.variables], a b"),
        ('[site.variables]\nvillage = "x"', "[site.variables], village"),
        (f'[site.variables]\n{"a" * 51} = "x"', "[site.variables]"),
        (f"[site.variables]\n{'a' * 2000} = 3", "[site.variables]"),
        ("[site]\nvariables = 3", "[site], variables"),
        ('[zone]\nname = "main"', "zone"),
        ("[[zone]]\nbox = [0, 0, 100, 100]", "zone 1, name"),
        ('[[zone]]\nname = "a"', "zone 1, box"),
        ('[[zone]]\nname = "a b"\nbox = [0, 0, 100, 100]', "zone 1, name"),
        ('[[zone]]\nname = "a"\nbox = [1200, 0, 100, 100]', "zone 1, box"),
        ('[[zone]]\nname = "a"\nbox = [0, 700, 100, 21]', "zone 1, box"),
        ('[[zone]]\nname = "a"\nbox = [0, -1, 100, 100]', "zone 1, box"),
        ('[[zone]]\nname = "a"\nbox = [-1, 0, 100, 100]', "zone 1, box"),
        ('[[zone]]\nname = "a"\nbox = [0, 0, 100]', "zone 1, box"),
        ('[[zone]]\nname = "a"\nbox = [0, 0, 100, 100]\nbackground = "red"', "zone 1, background"),
        ("[folders]\nmedia = []", "[folders], media"),
        ('[folders]\nmedia = ["a", "./a"]', "[folders], media"),
        ('[folders]\nstate = "media/x"', "[folders], state"),
        ('[office]\nbroker = "http://a"', "[office], broker"),
        ('[office]\nbroker = "mqtt://a:99999"', "[office], broker"),
        ('[office]\nbroker = "mqtt://[a"', "[office], broker"),
        ('[office]\nprefix = "a/#"', "[office], prefix"),
        ('[power]\non = "06:00"', "[power]"),
    ],
)
def test_setting_that_makes_no_sense_is_refused_at_its_key(tmp_path: Path, text: str, where: str) -> None:
    assert where in [place for place, _ in complaints(written(tmp_path, text))]


def test_zones_that_overlap_or_share_a_name_are_refused(tmp_path: Path) -> None:
    text = """
[screen]
id = "abc"
[[zone]]
name = "main"
box = [0, 0, 1280, 656]
[[zone]]
name = "main"
box = [0, 655, 1280, 64]
"""
    assert [where for where, _ in complaints(written(tmp_path, text))] == ["zone 2, name", "zone 2, box"]


@pytest.mark.parametrize(
    ("one", "other"), [("[0, 0, 640, 720]", "[640, 0, 640, 720]"), ("[0, 0, 1280, 656]", "[0, 656, 1280, 64]")]
)
def test_zones_that_touch_are_allowed(tmp_path: Path, one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        zones = f'[[zone]]\nname = "a"\nbox = {first}\n[[zone]]\nname = "b"\nbox = {second}\n'
        assert len(read_config(written(tmp_path, f'[screen]\nid = "abc"\n{zones}')).zones) == 2


def test_bad_canvas_is_not_blamed_on_the_zones(tmp_path: Path) -> None:
    text = '[screen]\nid = "abc"\ncanvas = "1920x1080"\n[[zone]]\nname = "a"\nbox = [0, 0, 1920, 1080]\n'
    assert [where for where, _ in complaints(written(tmp_path, text))] == ["[screen], canvas"]


def test_file_that_cannot_be_read_is_a_complaint(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    large = tmp_path / "large"
    large.write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    for path in (tmp_path / "none.toml", tmp_path, fifo, large, tmp_path / ("x" * 300), Path("/dev/zero")):
        with pytest.raises(BadInput) as raised:
            read_config(path)
        assert len(raised.value.complaints) == 1
        assert raised.value.complaints[0].where == str(path)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_mutation_of_the_shipped_file_is_read_or_refused_never_worse(tmp_path: Path, data: st.DataObject) -> None:
    text = "".join(line for line in SHIPPED.read_text("utf-8").splitlines(keepends=True) if not line.startswith("#"))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 10))
        text = (
            text[:start]
            + data.draw(st.text(alphabet='"=[]{}\n.,-_0123456789abctue /:#“周\x00', max_size=5))
            + text[end:]
        )
    try:
        config = read_config(written(tmp_path, text))
    except BadInput as bad:
        found = bad.complaints
    else:
        assert config.zones
        return
    assert found
    assert all(one.where and one.problem.zh and one.problem.en and one.cure.zh and one.cure.en for one in found)


def test_shipped_file_holds_every_key_that_the_reader_knows_and_no_others() -> None:
    values = tomllib.loads(SHIPPED.read_text("utf-8"))
    values["zone"] = {key: 0 for zone in values["zone"] for key in zone}
    assert {name: set(keys) for name, keys in values.items()} == {name: set(keys) for name, keys in CONFIG_KEYS.items()}


def test_shipped_file_explains_every_key_in_chinese_then_english() -> None:
    lines = SHIPPED.read_text("utf-8").splitlines()
    seen: set[str] = set()
    header = ""
    for number, line in enumerate(lines):
        if line.startswith("["):
            header = line
        key = line.partition(" = ")[0]
        if line.startswith("#") or " = " not in line or header == "[site.variables]" or (header + key) in seen:
            continue
        seen.add(header + key)
        comment = " ".join(one for one in lines[number - 2 : number] if one.startswith("#"))
        assert re.search(r"[一-鿿].*[A-Za-z]{2}", comment), f"{header} {key} is not explained"


def test_shipped_file_is_read() -> None:
    config = read_config(SHIPPED)
    assert config.screen.canvas == (1280, 720)
    assert [zone.name for zone in config.zones] == ["main", "ticker"]
    assert config.folders.media == (ROOT / "media",)


@pytest.mark.parametrize("page", ["configuration.md", "configuration.zh.md"])
def test_manual_names_the_keys_that_the_reader_knows_and_no_others(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    sections = re.findall(r"^## \[+(\w+)\]+(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    documented = {name: set(re.findall(r"^\| `(\w+)` \|", body, flags=re.MULTILINE)) for name, body in sections}
    assert documented == {name: set(keys) for name, keys in CONFIG_KEYS.items()}


@pytest.mark.parametrize("page", ["configuration.md", "configuration.zh.md"])
def test_examples_of_the_manual_are_read(tmp_path: Path, page: str) -> None:
    examples = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), flags=re.DOTALL)
    screens = [read_config(written(tmp_path, example)) for example in examples]
    assert [screen.screen.rotate for screen in screens] == [0, 90]
    assert all([zone.name for zone in screen.zones] == ["main", "ticker"] for screen in screens)


@pytest.mark.parametrize(
    "name",
    [
        "UTC+8",
        "GMT+8",
        "utc+08:00",
        "CST",
        "China Standard Time",
        "北京时间",
        "东八区",
        "Asia/Beijing",
        "(UTC+08:00) Beijing",
        "+8",
    ],
)
def test_whatever_people_in_china_call_their_time_is_answered_with_its_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput) as bad:
        read_config(written(tmp_path, f'[screen]\nid = "abc"\ntimezone = "{name}"\n'))
    assert [c.cure.zh for c in bad.value.complaints] == [
        '是不是 "Asia/Shanghai"？把第 3 行改成 timezone = "Asia/Shanghai"'
    ]


def test_the_zone_whose_sign_is_the_wrong_way_round_is_explained(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as bad:
        read_config(written(tmp_path, '[screen]\nid = "abc"\ntimezone = "Etc/GMT+8"\n'))
    (complaint,) = bad.value.complaints
    assert "以西 8 小时" in complaint.problem.zh
    assert complaint.cure.zh.endswith('把第 3 行改成 timezone = "Asia/Shanghai"')
    assert read_config(written(tmp_path, '[screen]\nid = "abc"\ntimezone = "Etc/GMT-8"\n'))


@pytest.mark.parametrize("name", ["XST", "UTC+5", "EDT"])
def test_short_names_of_zones_are_not_guessed(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput) as bad:
        read_config(written(tmp_path, f'[screen]\nid = "abc"\ntimezone = "{name}"\n'))
    assert [(c.edit, c.cure.zh) for c in bad.value.complaints] == [(None, '在中国写 "Asia/Shanghai"')]


@pytest.mark.parametrize(
    "name",
    ["kiosk_config.toml.txt", "Kiosk_Config.TOML", "kiosk_config.txt", "kiosk_config (1).toml", "kiosk-config.toml"],
)
def test_a_configuration_that_was_saved_under_nearly_its_name_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('[screen]\nid = "abc"\n', encoding="utf-8")
    (tmp_path / "other.toml").touch()
    with pytest.raises(BadInput) as bad:
        read_config(tmp_path / "kiosk_config.toml")
    assert f"这里有 {name}：把它改名为 kiosk_config.toml" in bad.value.complaints[0].cure.zh
