"""A text means the same to whoever writes it, approves it and reads it on the street, or it is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.text_rules import Use, flaw

USES: tuple[Use, ...] = ("text", "qr", "name")
SAID = "拨打{}96110"


def points(text: str, use: Use = "text") -> list[str]:
    """The code points that a refusal names, in Chinese and in English alike; none when the text is fine."""
    wrong = flaw(text, use)
    if wrong is None:
        return []
    zh, en = ([w for w in words.replace("（", " ").split() if w.startswith("U+")] for words in _both(wrong.problem))
    assert zh == en
    assert wrong.cure.zh
    assert wrong.cure.en
    return zh


def _both(words: object) -> tuple[str, str]:
    return words.zh.replace("是U", "是 U"), words.en  # type: ignore[attr-defined]


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(
    "bad",
    [
        *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
        *"\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad\u034f\u180e",
        *"\u3164\u115f\u1160\uffa0\u2800\u17b4\u17b5\ufffc\U00016fe4\U0001d159",
        *"\ue000\uf8ff\U000f0000\U0010fffd",
        *"\ufdd0\ufdef\ufffe\uffff\U0001fffe\U0010ffff",
        *"\U000e0001\U000e0041\U000e007f\ufff9\ufffa\ufffb\U0001d173\U00013430",
        *"\x00\x07\x08\x0b\x0c\r\x1b\x7f\x80\x85\x9b\x9f\u2028\u2029",
        *"\ud800\udfff\udc80",
        *"\ufe00\ufe0e\ufe0f\U000e0100",
        "\u2065",
        "\ufff0",
    ],
)
def test_what_turns_hides_or_acts_is_refused_everywhere_with_its_code_point_and_place(bad: str, use: Use) -> None:
    for text, place in ((f"a{bad}b", 2), (f"9{bad}6110", 2), (bad, 1), (f"打{bad}", 2)):
        if bad in "\ufe00\U000e0100" and text.startswith("打"):
            continue  # a variant of a hanzi
        wrong = flaw(text, use)
        assert wrong is not None, ascii(text)
        assert f"第 {place} 个字是 U+{ord(bad):04X}" in wrong.problem.zh
        assert f"character {place} is U+{ord(bad):04X}" in wrong.problem.en


def test_the_name_of_the_character_is_told_where_it_has_one() -> None:
    wrong = flaw("\u202e01169")
    assert wrong is not None
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in wrong.problem.zh
    assert "U+202E RIGHT-TO-LEFT OVERRIDE, which turns the direction of writing" in wrong.problem.en


@pytest.mark.parametrize(
    "text",
    [
        "陌生来电要求转账的，请立即挂断，并拨打96110核实。\n\t“不听”——……·",
        "拨打９６１１０　或 12381",
        "👨‍👩‍👧 👩🏽‍🚒 ☎️ ✌🏽 1️⃣1️⃣0️⃣ 🏳️‍🌈 ❤️‍🔥 ⚠︎",
        "葛\U000e0100 令\ufe00 𠮷",
        "Café Cafe\u0301 Ünïté nǐ hǎo ɡuó ɑ",
        "kΩ μg α β Δt ±5% m² H₂O ½ №1 ①②③ Ⅳ ㎡ ℃",
        "Осторожно, мошенники! Не переводите деньги.",
        "Προσοχή: απάτη",
        "대한민국 テレビ　びっくり",
        "A380 G20 O2O 4K 5l 200l IPv6 iPhone15 http://t.cn/A6I10xZ",
        "ภาษาไทย བོད་ཡིག",
        "a\u00a0b\u202fc\u2009d",
        "",
    ],
)
def test_what_people_write_stays(text: str) -> None:
    assert flaw(text) is None


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("9\u0431110", "\u0431"),
        ("96\u0406\u041e10", "\u0406"),
        ("\u0430pple", "\u0430"),
        ("G\u043eogle", "\u043e"),
        ("９\u0431１１０", "\u0431"),
        ("拨打 \u0417 号", "\u0417"),
        ("А \u0410 B", "\u0410"),
        ("\u0391pp", "\u0391"),
        ("𝟗𝟔𝟏𝟏𝟎", "𝟗"),
        ("\u0969\u0966", "\u0969"),
        ("\u0669\u0666\u0661\u0661\u0660", "\u0669"),
        ("אבג 110 96", "א"),
        ("الأمن", "ا"),
        ("96I10", "I"),
        ("9611O", "O"),
        ("96l10", "l"),
        ("９６Ｉ１０", "Ｉ"),
        ("9\u03366110", "\u0336"),
        ("a\u0301\u0301\u0301\u0301", "\u0301"),
        ("\u0301a", "\u0301"),
        ("110\ufe0f", "\ufe0f"),
        ("a\u200db", "\u200d"),
        ("👨\u200d", "\u200d"),
        ("\u200d👨", "\u200d"),
        ("👨\u200d9", "\u200d"),
        ("\u0627\u200d\u0628", "\u0627"),
        ("क\u200dष", "\u200d"),
        ("می\u200cخواهم", "\u0645"),
    ],
)
def test_what_is_taken_for_something_else_is_refused_in_texts(text: str, bad: str) -> None:
    assert f"U+{ord(bad):04X}" in points(text)[0]


@pytest.mark.parametrize(
    ("text", "is_good"),
    [
        ("https://example.gov.cn/app/download?from=screen&x={grid_phone}", True),
        ("tel:96110", True),
        ("国家反诈中心：96110", True),
        ("https://反诈.政务/下载", True),
        ("{网址}", True),
        ("WIFI:S:石桥村;T:WPA;P:12345678;;", True),
        ("９６１１０", False),
        ("tel:９６１１０", False),
        ("https：//example.cn", True),
        ("https://ехample.cn", False),
        ("https://example。cn", False),
        ("https://exаmple.cn/{x}", False),
        ("https://münchen.de", False),
        ("ＡＰＰ", False),
        ("a\nb", False),
        ("a\tb", False),
        ("https://example.cn/\u202e", False),
    ],
)
def test_a_code_is_what_a_phone_can_use(text: str, is_good: bool) -> None:
    assert (flaw(text, "qr") is None) == is_good


def test_a_name_may_be_of_any_script_and_its_letters_look_like_others() -> None:
    for name in ("pоster.png", "مرحبا.png", "שלום.mp4", "Screenshot at 9.41\u202fAM.png", "é\u0301.png", "👨‍👩‍👧.png"):
        assert flaw(name, "name") is None


def test_of_many_flaws_three_are_named_and_the_rest_counted() -> None:
    wrong = flaw("\u200b" * 7)
    assert wrong is not None
    assert wrong.problem.en.count("U+200B") == 3
    assert "and 4 more" in wrong.problem.en
    assert "还有 4 处" in wrong.problem.zh


GOOD = frozenset("\n\t")
BAD = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=30), st.sampled_from(USES))
def test_what_passes_shows_all_that_it_is(text: str, use: Use) -> None:
    wrong = flaw(text, use)
    if wrong is None:
        bare = "".join(text.split("\u200d"))
        assert not {unicodedata.category(c) for c in bare if c not in GOOD} & BAD
        assert use != "text" or not {unicodedata.bidirectional(c) for c in bare} & {"R", "AL", "AN", "RLO", "LRO"}
    else:
        assert wrong.problem.zh.isprintable()
        assert wrong.problem.en.isprintable()


@given(st.integers(0, 0x10FFFF).map(chr))
def test_every_character_has_an_answer(char: str) -> None:
    for use in USES:
        for text in (char, f"a{char}b", f"1{char}1", char * 3):
            flaw(text, use)
