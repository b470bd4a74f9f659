"""What is written whole is either the old file or the new one."""

from pathlib import Path

import pytest

from player.durable import write_whole


def test_the_folder_is_made_and_nothing_else_is_left_in_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "rotation.json"
    write_whole(path, b"first")
    write_whole(path, b"second")
    assert [(file.name, file.read_bytes()) for file in path.parent.iterdir()] == [("rotation.json", b"second")]


def test_a_failed_write_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rotation.json"
    write_whole(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("rotation.json", b"old")]
