"""What the player says stands in a file; what is worth a look is said on the terminal."""

from pathlib import Path

from office.trial.player_log import PlayerLog


def test_everything_is_kept_and_only_trouble_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    log = PlayerLog(tmp_path / "player.log", said.append)
    lines = ["2026-06-06T07:00:00+0800 INFO player: fine", "2026-06-06T07:00:00+0800 ERROR player: bad", "Traceback:"]
    for line in lines:
        log.hear(line)
    assert (tmp_path / "player.log").read_text().splitlines() == lines
    assert [line.partition("| ")[2] for line in said] == lines[1:]


def test_the_file_has_an_end(tmp_path: Path) -> None:
    log = PlayerLog(tmp_path / "player.log", lambda _: None, most_bytes=1000)
    for number in range(1000):
        log.hear(f"line {number}")
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == 2
    assert max(sizes) < 1100
    assert (tmp_path / "player.log").read_text().splitlines()[-1] == "line 999"
