"""Cards are readable at every size, and say so when they are not."""

import itertools
import re

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from player.decode import cards
from player.decode.cards import code, pen, rows, theme
from player.decode.cards.sheet import Sheet, numbered
from player.decode.cards.wordy import alert, broadcast, notice, slogan
from player.decode.protocol import Target
from signage.cards import BLACK
from signage.slot import Card
from tests.growth import growth

RULES = (
    "接电话，只要一谈到银行卡，一律挂掉\n只要一谈到中奖，一律挂掉\n只要一谈到“电话转接公检法”，一律挂掉\n"
    "所有短信，让点击链接的，一律删掉\n微信里不认识的人发来的链接，一律不点\n一提到“安全账户”的，一律是诈骗"
)
PEOPLE = "网格员 张三 13800000000\n社区民警 某堃 0518-80000000"
LINK = "https://example.gov.cn/app/download?from=screen"
EXAMPLES = {
    "notice": Card(template="notice", title="致全体村民", text="陌生来电要求转账的，请立即挂断，并拨打96110核实。"),
    "slogan": Card(template="slogan", title="无诈村社", text="守住钱袋子 护好幸福家"),
    "list": Card(template="list", title="六个一律", text=RULES),
    "contact": Card(template="contact", title="反诈联系人", text=PEOPLE),
    "app": Card(template="app", title="国家反诈中心 App", text="扫码下载\n实名注册\n打开预警", qr=LINK),
    "broadcast": Card(template="broadcast", title="反诈应急广播", text="每日早、中、晚各播出30分钟"),
    "alert": Card(template="alert", title="紧急预警", text="谨防冒充客服退款的诈骗电话"),
}
SIZES = [(1280, 656), (512, 256), (1080, 1920), (1920, 1080), (192, 96), (96, 64), (128, 64), (1280, 64), (512, 64)]


def target(width: int, height: int, background: str = "#000000") -> Target:
    return Target(width_px=width, height_px=height, background=background)


def test_every_template_has_an_example_here() -> None:
    assert set(EXAMPLES) == set(cards.TEMPLATES)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", cards.TEMPLATES)
def test_a_card_has_the_size_of_its_zone_and_words_in_it(name: str, size: tuple[int, int]) -> None:
    image = cards.draw(EXAMPLES[name], target(*size))
    assert image.size == size
    assert image.mode == "RGB"
    ground = Image.new("RGB", size, image.getpixel((0, size[1] // 2)))
    assert sum(a != b for a, b in zip(image.tobytes(), ground.tobytes(), strict=True)) > 0.02 * len(image.tobytes())


@pytest.mark.parametrize("size", [(1280, 656), (1280, 720), (1080, 1920), (1920, 1080), (512, 256)])
@pytest.mark.parametrize("name", cards.TEMPLATES)
def test_the_starter_cards_find_room_on_ordinary_panels(name: str, size: tuple[int, int]) -> None:
    assert not cards.overflows(EXAMPLES[name], target(*size))


@pytest.mark.parametrize("size", [*SIZES, (40, 30), (16, 16), (3840, 2160), (64, 1000), (1, 1)])
@pytest.mark.parametrize("name", cards.TEMPLATES)
def test_empty_and_endless_cards_are_drawn_at_any_size(name: str, size: tuple[int, int]) -> None:
    for words in ("", "谨防电信网络诈骗，" * 300):
        card = Card(template=name, title=words[:200], text=words, footer=words[:300], qr=words)
        assert cards.draw(card, target(*size)).size == size
        assert cards.overflows(card, target(*size)) == bool(words)


TEMPLATES = {"notice": notice, "slogan": slogan, "list": rows.rules, "broadcast": broadcast, "alert": alert}


@pytest.mark.parametrize("name", TEMPLATES)
def test_words_of_ordinary_length_are_a_fourteenth_of_the_height(name: str) -> None:
    card, sheet = EXAMPLES[name], Sheet(pen.blank(1280, 720, "#000000"), theme.named("red"))
    TEMPLATES[name](sheet, card)
    whole = card.title + "".join(card.text.split())
    words = [block for block in sheet.painted if "".join("".join(line.text for line in block.lines).split()) in whole]
    assert len(words) >= 2
    assert min(block.size_px for block in words) >= (720 / 14 if name != "slogan" else 40)


@pytest.mark.parametrize("name", cards.THEMES)
def test_inks_stand_out_from_their_grounds(name: str) -> None:
    colours = theme.named(name)
    pairs = [
        (colours.ink, colours.ground),
        (colours.ink, colours.faint),
        (colours.accent, colours.ground),
        (colours.accent, colours.faint),
        (colours.band_ink, colours.band),
        (colours.band_accent, colours.band),
        (colours.badge_ink, colours.badge),
        (colours.panel_ink, colours.panel),
        (colours.panel_strong, colours.panel),
    ]
    assert [(ink, ground) for ink, ground in pairs if theme.contrast(ink, ground) < 4.5] == []


@pytest.mark.parametrize("size", SIZES)
def test_the_card_of_a_blackout_is_black_all_over(size: tuple[int, int]) -> None:
    image = cards.draw(Card(template=BLACK, title="不显示", text="不显示"), target(*size, background="#8c0f14"))
    assert (image.size, image.getextrema()) == (size, ((0, 0),) * 3)


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_an_unknown_template_is_a_notice_and_an_unknown_theme_is_red() -> None:
    card = EXAMPLES["notice"]
    odd = Card(template="nonesuch", title=card.title, text=card.text, theme="nonesuch")
    assert cards.draw(odd, target(640, 360)).tobytes() == cards.draw(card, target(640, 360)).tobytes()


def find_code(image: Image.Image, modules: tuple[tuple[bool, ...], ...]) -> tuple[int, int, int]:
    """Where the code stands, and its modules' size: from the extent of pure black."""
    left, top, right, bottom = image.convert("L").point(lambda level: 255 if level == 0 else 0).getbbox() or (0,) * 4
    assert right - left == bottom - top
    module, rest = divmod(right - left, len(modules))
    assert rest == 0
    return left, top, module


@pytest.mark.parametrize("size", [(1280, 656), (512, 256), (1080, 1920), (1920, 1080), (640, 360)])
def test_the_code_has_whole_modules_where_segno_has_them_and_a_quiet_zone(size: tuple[int, int]) -> None:
    image = cards.draw(EXAMPLES["app"], target(*size))
    modules = code.matrix(LINK)
    assert modules is not None
    left, top, module = find_code(image, modules)
    assert module >= code.LEAST_MODULE_PX
    quiet = code.QUIET_MODULES
    for y, x in itertools.product(range(-quiet, len(modules) + quiet), repeat=2):
        inside = 0 <= x < len(modules) and 0 <= y < len(modules)
        centre = (left + x * module + module // 2, top + y * module + module // 2)
        assert image.getpixel(centre) == ((0, 0, 0) if inside and modules[y][x] else (255, 255, 255)), (x, y)


def test_codes_correct_at_least_m() -> None:
    def dark(level: str) -> tuple[tuple[bool, ...], ...]:
        return tuple(tuple(map(bool, row)) for row in segno.make_qr(LINK, error=level, boost_error=False).matrix)

    assert code.matrix(LINK) in [dark(level) for level in "mqh"]


def test_a_code_that_would_be_too_fine_is_left_out_and_the_words_stay() -> None:
    card = Card(template="app", title="下载", text="扫码下载", qr="https://example.gov.cn/" + "x" * 900)
    small = target(320, 180)
    assert cards.overflows(card, small)
    plain = Card(template="app", title="下载", text="扫码下载")
    assert cards.draw(card, small).tobytes() == cards.draw(plain, small).tobytes()
    assert not cards.overflows(plain, small)


def test_a_code_on_a_template_that_shows_none_is_reported() -> None:
    assert cards.overflows(Card(template="notice", text="扫码", qr=LINK), target(1280, 720))


def test_lines_keep_the_numbers_that_the_author_wrote() -> None:
    assert numbered("1. 不听\n2、不信\n（3）不转账") == [("1", "不听"), ("2", "不信"), ("3", "不转账")]
    assert numbered("①不听\n⑫不信") == [("1", "不听"), ("12", "不信")]
    assert numbered("一、不听\n十二、不信") == [("一", "不听"), ("十二", "不信")]


def test_lines_without_numbers_are_counted() -> None:
    assert numbered("不听\n\n 96110要记牢 \n") == [("1", "不听"), ("2", "96110要记牢")]


def test_people_are_told_from_their_numbers() -> None:
    found = [(one.who, one.phone) for one in rows.contacts(PEOPLE + "\n综治办：0518-8000 0000\n有事请到村部")]
    assert found == [
        ("网格员 张三", "138 0000 0000"),
        ("社区民警 某堃", "0518-80000000"),
        ("综治办", "0518-8000 0000"),
        ("有事请到村部", ""),
    ]


@given(st.text("a张:： +-12٣\t", max_size=12).map(str.strip))
def test_a_number_is_told_from_its_owner_as_it_always_was(line: str) -> None:
    match = re.match(r"^(?P<who>.*?)[\s：:]*(?P<phone>\+?\d[\d\- ]*\d)\s*$", line)
    assert rows.told_apart(line) == ((match["who"], match["phone"]) if match else (line, ""))


@pytest.mark.parametrize("piece", ["1", "1 ", ": ", "1-", "+1 "])
def test_telling_a_number_is_linear_in_the_line(piece: str) -> None:
    assert growth(lambda size: rows.told_apart(piece * size + "x"), 1000, 8) < 25


@settings(deadline=None, max_examples=25)
@given(st.text("反诈App，。“”96110 防骗", min_size=1, max_size=80), st.integers(20, 60), st.integers(90, 500))
def test_tiles_joined_are_the_strip(text: str, em_px: int, tile_w: int) -> None:
    height, length = 64, 1500
    whole = next(cards.strip_tiles(text, length, em_px, target(length, height)))
    tiles = list(cards.strip_tiles(text, length, em_px, target(tile_w, height)))
    assert len(tiles) == -(-length // tile_w)
    assert {tile.size for tile in tiles} == {(tile_w, height)}
    joined = Image.new("RGB", (tile_w * len(tiles), height))
    for place, tile in enumerate(tiles):
        joined.paste(tile, (place * tile_w, 0))
    assert joined.crop((0, 0, length, height)).tobytes() == whole.tobytes()


def extent(tiles: list[Image.Image], ground: str) -> tuple[int, int, int, int]:
    joined = Image.new("RGB", (sum(tile.width for tile in tiles), tiles[0].height))
    for place, tile in enumerate(tiles):
        joined.paste(tile, (place * tile.width, 0))
    blank = Image.new("RGB", joined.size, ground)
    difference = [a != b for a, b in zip(joined.convert("L").tobytes(), blank.convert("L").tobytes(), strict=True)]
    columns = [place % joined.width for place, differs in enumerate(difference) if differs]
    lines = [place // joined.width for place, differs in enumerate(difference) if differs]
    return min(columns), min(lines), max(columns) + 1, max(lines) + 1


def test_a_strip_is_set_at_its_em_and_in_the_middle_of_the_height() -> None:
    tiles = list(cards.strip_tiles("警国赢", 400, 40, target(200, 64)))
    left, top, right, bottom = extent(tiles, "#7A0C14")
    assert left < 4
    assert 3 * 40 - 6 < right <= 3 * 40
    assert abs((top + bottom) / 2 - 32) <= 1.5


def test_a_strip_that_is_too_long_is_set_smaller_and_ends_in_time() -> None:
    tiles = list(cards.strip_tiles("谨防电信网络诈骗", 200, 40, target(100, 64)))
    _, top, right, bottom = extent(tiles, "#7A0C14")
    assert 180 < right <= 200
    assert abs((top + bottom) / 2 - 32) <= 1.5


def test_a_strip_takes_the_zones_background_and_an_ink_to_be_seen_on_it() -> None:
    for ground in ("#0F3D91", "#FFE08A"):
        tile = next(cards.strip_tiles("防诈", 100, 40, target(100, 64, ground)))
        pixels = tile.getcolors(10_000) or []
        shades = {f"#{red:02X}{green:02X}{blue:02X}": count for count, (red, green, blue) in pixels}
        assert max(shades, key=lambda shade: shades[shade]) == ground
        assert max(theme.contrast(shade, ground) for shade in shades) >= 4.5


def test_newlines_in_a_strip_become_spaces() -> None:
    one, two = (
        [tile.tobytes() for tile in cards.strip_tiles(text, 300, 30, target(300, 40))] for text in ("一\n二", "一 二")
    )
    assert one == two


TEN_RULES = (
    "凡是自称公检法要求汇款的",
    "凡是叫你汇款到“安全账户”的",
    "凡是通知中奖、领取补贴要你先交钱的",
    "凡是通知“家属”出事要先汇款的",
    "凡是在电话中索要个人和银行卡信息或验证码的",
)


@pytest.mark.parametrize("size", [(1280, 656), (1920, 1080), (1080, 1920), (512, 256)])
@pytest.mark.parametrize("count", [3, 4, 5])
def test_numbered_lines_stay_between_the_title_and_the_footer(size: tuple[int, int], count: int) -> None:
    def bands(text: str) -> tuple[bytes, bytes]:
        image = cards.draw(Card(template="list", title="十个凡是", text=text, footer="96110"), target(*size))
        width, height = size
        head, foot = round(height * (0.24 if width > height else 0.14)), height - height // 20
        return image.crop((0, 0, width, head)).tobytes(), image.crop((0, foot, width, height)).tobytes()

    assert bands("\n".join(TEN_RULES[:count])) == bands("一条")
