"""Lines break where Chinese typography allows it, and text is never lost."""

from hypothesis import example, given
from hypothesis import strategies as st

from player.decode.text import linebreak
from player.decode.text.linebreak import NO_END, NO_START, Piece

ALPHABET = "我国防诈骗，。、！？：；）》”（《“…—0123456789abcXYZ -./:%的年 　"
TEXTS = st.text(ALPHABET, min_size=1, max_size=60)
LIMITS = st.integers(2, 20)


def em(start: int, end: int) -> float:
    """Every character one em wide: these are rules about places, not about widths."""
    return float(end - start)


def parts(text: str) -> list[str]:
    return [text[piece.start : piece.end] for piece in linebreak.pieces(text)]


def lines(text: str, limit: float) -> list[str]:
    return [text[start:end] for start, end in linebreak.filled(linebreak.pieces(text), em, limit)]


@given(TEXTS)
@example("第1条（“公检法”）……")
def test_no_break_stands_before_closing_or_behind_opening_punctuation(text: str) -> None:
    stretches = parts(text)
    assert all(stretch[0] not in NO_START for stretch in stretches[1:])
    assert all(stretch[-1] not in NO_END for stretch in stretches[:-1])


@given(TEXTS)
def test_pieces_hold_the_whole_text_but_spaces(text: str) -> None:
    def without_spaces(words: str) -> str:
        return words.replace(" ", "").replace("　", "")

    assert without_spaces("".join(parts(text))) == without_spaces(text)


@given(TEXTS, LIMITS)
def test_no_line_is_wider_than_the_box_when_no_piece_is(text: str, limit: int) -> None:
    cut = linebreak.pieces(text)
    broken = linebreak.broken_up(cut, em, limit)
    for spans in (
        linebreak.filled(broken, em, limit),
        linebreak.balanced(broken, em, limit),
        linebreak.without_orphan(broken, linebreak.filled(broken, em, limit), em, limit),
    ):
        assert all(em(start, end) <= limit for start, end in spans)


@given(TEXTS, LIMITS)
def test_every_way_of_setting_keeps_every_piece_in_order(text: str, limit: int) -> None:
    cut = linebreak.pieces(text)
    filled = linebreak.filled(cut, em, limit)
    for spans in (
        filled,
        linebreak.balanced(cut, em, limit),
        linebreak.without_orphan(cut, filled, em, limit),
        linebreak.filled(linebreak.phrases(cut), em, limit),
    ):
        held = [piece for start, end in spans for piece in cut if start <= piece.start and piece.end <= end]
        assert held == list(cut)


@given(TEXTS, LIMITS)
def test_balanced_lines_are_no_more_than_filled_ones(text: str, limit: int) -> None:
    cut = linebreak.pieces(text)
    assert len(linebreak.balanced(cut, em, limit)) <= len(linebreak.filled(cut, em, limit))


def test_numbers_words_addresses_and_telephone_numbers_stay_whole() -> None:
    assert "96110" in parts("请拨打96110核实")
    assert "https://www.12377.cn/a?b=1" in parts("网址https://www.12377.cn/a?b=1登记")
    assert "0518-8000 0000" in parts("电话 0518-8000 0000 找")
    assert "138 1234 5678" in parts("网格员 138 1234 5678")
    assert "3.5%" in parts("年息3.5%起")


def test_double_dashes_and_ellipses_stay_whole() -> None:
    assert "——" in parts("安全账户——都是诈骗")
    assert not any(stretch.startswith("…") for stretch in parts("请稍候……再打"))


def test_a_number_keeps_its_unit() -> None:
    assert "30分" in parts("播出30分钟")


def test_no_break_spaces_and_joiners_hold_their_neighbours() -> None:
    assert parts("石桥\u00a0镇") == ["石", "桥\u00a0镇"]


def test_punctuation_moves_to_the_next_line_with_its_character() -> None:
    assert lines("一二三四五六。七", 6) == ["一二三四五", "六。七"]
    assert lines("一二三四五（六）", 6) == ["一二三四五", "（六）"]


def test_an_overlong_word_breaks_between_characters_as_the_last_resort() -> None:
    cut = linebreak.broken_up(linebreak.pieces("abcdefghij"), em, 4)
    assert [("abcdefghij"[a:b]) for a, b in linebreak.filled(cut, em, 4)] == ["abcd", "efgh", "ij"]


def test_the_last_line_does_not_hold_one_character_alone() -> None:
    text = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子"
    cut = linebreak.pieces(text)
    spans = linebreak.without_orphan(cut, linebreak.filled(cut, em, 10), em, 10)
    assert spans[-1][1] - spans[-1][0] >= 3
    assert len(spans) == 3


def test_a_heading_breaks_behind_punctuation_rather_than_within_a_phrase() -> None:
    text = "不轻信，不透露，不转账"
    assert [text[a:b] for a, b in linebreak.balanced(linebreak.pieces(text), em, 8)] == ["不轻信，", "不透露，不转账"]


def test_a_heading_breaks_at_a_space_between_hanzi() -> None:
    text = "守住钱袋子 护好幸福家"
    assert [text[a:b] for a, b in linebreak.balanced(linebreak.pieces(text), em, 7)] == ["守住钱袋子", "护好幸福家"]


def test_a_heading_does_not_tear_known_words_apart() -> None:
    text = "凡是叫你登录网站查看通缉令的"
    assert [text[a:b] for a, b in linebreak.balanced(linebreak.pieces(text), em, 9)] == [
        "凡是叫你登录",
        "网站查看通缉令的",
    ]


def test_a_space_beside_latin_letters_is_no_pause() -> None:
    assert all(piece.ease < 2 for piece in linebreak.pieces("国家反诈中心 App")[:-1])


def test_phrases_end_at_punctuation_and_pauses_only() -> None:
    text = "不听，不信 不转账"
    assert [text[p.start : p.end] for p in linebreak.phrases(linebreak.pieces(text))] == ["不听，", "不信", "不转账"]


def test_an_empty_text_has_no_pieces() -> None:
    assert linebreak.pieces("") == ()
    assert linebreak.filled((), em, 5) == ()
    assert linebreak.balanced((), em, 5) == ()
    assert linebreak.widest((Piece(0, 3), Piece(3, 5)), em) == 3.0
