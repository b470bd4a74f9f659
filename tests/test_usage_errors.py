"""Every command of ours answers wrong words in Chinese first."""

import pytest

from office.cli import COMMANDS as OFFICE
from office.cli import main as office
from player.cli import COMMANDS as PLAYER
from player.cli import main as player

MEANT = [
    *((player, [command, "--no-such-option"]) for command in PLAYER),
    *((office, [command, "--no-such-option"]) for command in OFFICE),
    (player, ["paly"]),
    (office, ["screns"]),
    (player, ["plan", "--from", "昨天", "--to", "2026-06-07"]),
    (office, ["withdraw", "三"]),
    (office, ["counts", "--by", "villag"]),
]


@pytest.mark.parametrize(("main", "words"), MEANT)
def test_wrong_words_are_answered_in_chinese_first(main, words, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    first = capsys.readouterr().err.splitlines()[0]
    assert any("\u4e00" <= char <= "\u9fff" for char in first), first
    assert "：" in first
