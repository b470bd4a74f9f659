"""The bundled fonts have what the player promises, and the machine's serve the rest."""

import struct
from pathlib import Path

import pytest
from PIL import ImageFont

from player.decode.text import fonts
from player.decode.text.charmap import FontError, read_charmap, read_families
from player.decode.text.fonts import Face

SEEN_IN_CARDS = "“”‘’（）《》，。、；：！？…—·％℃→←↑↓①②③④⑤⑥⑦⑧⑨⑩☎✓★●■▲№￥"
CJK_COLLECTION = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Medium.ttc")


def gb2312() -> str:
    pairs = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return "".join(pair.decode("gb2312", errors="ignore") for pair in pairs)


@pytest.mark.parametrize("weight", ["text", "heading"])
def test_bundled_fonts_have_all_of_gb_2312_latin_and_signs(weight: fonts.Weight) -> None:
    face = fonts.bundled(weight)
    has = read_charmap(Path(face.path)).has
    printable = "".join(map(chr, range(0x20, 0x7F)))
    assert [char for char in gb2312() + printable + SEEN_IN_CARDS if not has(char)] == []
    assert Path(face.path).stat().st_size < 3_000_000


def test_the_licence_lies_beside_the_fonts() -> None:
    text = (fonts.BUNDLED_FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "Adobe" in text.splitlines()[0]


def test_bundled_characters_are_drawn_with_the_bundled_face_of_the_weight() -> None:
    assert fonts.face_for("骗", "text") == fonts.bundled("text")
    assert fonts.face_for("骗", "heading") == fonts.bundled("heading")


def test_hanzi_of_names_beyond_gb_2312_are_bundled() -> None:
    assert {fonts.face_for(char, "text") for char in "堃喆玥昇𬱖"} == {fonts.bundled("text")}


def test_characters_that_nothing_draws_are_named_once_and_in_order() -> None:
    nowhere = "\U0003fffd\U0002fff0"
    assert all(fonts.face_for(char, "text") == fonts.bundled("text") for char in nowhere)
    assert fonts.missing_glyphs(f"防{nowhere[0]}骗{nowhere}") == nowhere


def test_controls_and_joiners_need_no_glyph() -> None:
    assert fonts.missing_glyphs("防\n诈\u200d\ufe0f\u2060") == ""
    assert fonts.face_for("\u200d", "text") is None


def test_a_character_beyond_the_bundle_comes_from_the_machine() -> None:
    if not CJK_COLLECTION.exists():
        pytest.skip(f"not installed: {CJK_COLLECTION}")
    face = fonts.face_for("龘", "text")
    assert face is not None
    assert face != fonts.bundled("text")
    assert "CJK SC" in read_families(Path(face.path))[face.index]


def test_charmaps_agree_with_what_the_font_draws() -> None:
    face = fonts.bundled("text")
    font = ImageFont.truetype(face.path, 40, layout_engine=ImageFont.Layout.BASIC)
    box = bytes(font.getmask("\U0003fffd"))
    has = read_charmap(Path(face.path)).has
    for char in "防A1堃龘ꙮ한あ":
        assert (bytes(font.getmask(char)) != box) == has(char)


@pytest.mark.parametrize(
    "content", [b"", b"OTTO", b"ttcf\x00\x01\x00\x00\xff\xff\xff\xff", b"\x00" * 400, b"PK\x03\x04" * 99]
)
def test_a_file_that_is_no_font_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "字体.ttf"
    path.write_bytes(content)
    with pytest.raises(FontError, match="字体"):
        read_charmap(path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FontError, match="absent"):
        read_families(tmp_path / "absent.ttf")


def _font_with_cmap(cmap: bytes) -> bytes:
    head = struct.pack(">IHHHH", 0x00010000, 1, 0, 0, 0)
    return head + struct.pack(">4sIII", b"cmap", 0, len(head) + 16, len(cmap)) + cmap


def test_characters_mapped_to_no_glyph_are_not_there(tmp_path: Path) -> None:
    # Format 4, two segments: U+4E00–4E02 by a glyph array with a hole in it, and the end mark.
    sub = struct.pack(">7H", 4, 38, 0, 4, 4, 1, 0) + struct.pack(">2H", 0x4E02, 0xFFFF) + struct.pack(">H", 0)
    sub += struct.pack(">2H", 0x4E00, 0xFFFF) + struct.pack(">2H", 0, 1) + struct.pack(">2H", 4, 0)
    sub += struct.pack(">3H", 7, 0, 9)
    path = tmp_path / "old.ttf"
    path.write_bytes(_font_with_cmap(struct.pack(">HHHHI", 0, 1, 3, 1, 12) + sub))
    charmap = read_charmap(path)
    assert [charmap.has(char) for char in "一丁丂七"] == [True, False, True, False]


def test_a_damaged_font_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    bundled = fonts.bundled("text").path
    assert fonts.first_with("骗", [str(tmp_path / "broken.ttf"), str(tmp_path / "gone.ttf"), bundled]) == Face(bundled)
    assert fonts.first_with("骗", [str(tmp_path / "broken.ttf")]) is None
