"""What is a copy of a file that is there, by its name."""

import pytest

from signage.copies import original_of, plain_name

THERE = {plain_name(name): name for name in ("a.png", "sub/a.png", "b.PNG", "海报.png", "IMG (7).jpg", "evening.toml")}


@pytest.mark.parametrize(
    ("name", "original"),
    [
        ("a - 副本.png", "a.png"),
        ("a(1).png", "a.png"),
        ("a (2).png", "a.png"),
        ("a - Copy.png", "a.png"),
        ("a（1）.png", "a.png"),
        ("复件 a.png", "a.png"),
        ("海报 - 副本 (2).png", "海报.png"),
        ("海报.sync-conflict-20261130-120000-ABCDEF.png", "海报.png"),
        ("海报 (张三 的冲突副本 2026-11-30).png", "海报.png"),
        ("sub/a (1).png", "sub/a.png"),
        ("B (1).png", "b.PNG"),
        ("evening - 副本.toml", "evening.toml"),
        ("other/a (1).png", ""),
        ("c (1).png", ""),
        ("IMG (7).jpg", ""),
        ("IMG (8).jpg", ""),
        ("a.png", ""),
        ("a2.png", ""),
        ("(1).png", ""),
    ],
)
def test_a_copy_is_known_while_its_original_is_there(name: str, original: str) -> None:
    assert original_of(name, THERE) == original
