"""Chinese sentences are made of words that people can act on: never of an error's own English words or numbers."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HANZI = re.compile(r"[\u4e00-\u9fff]")
OWN = ("strerror", "errno", "sqlite_errorname")
FILES = [path for top in ("player", "signage", "office") for path in sorted((ROOT / top).rglob("*.py"))]


def _faults(tree: ast.AST) -> set[str]:
    """The names that errors go by: caught, or handed over."""
    caught = {each.name for each in ast.walk(tree) if isinstance(each, ast.ExceptHandler) and each.name}
    arguments = [each for each in ast.walk(tree) if isinstance(each, ast.arg) and each.annotation is not None]
    handed = {each.arg for each in arguments if re.search(r"Error|Exception", ast.unparse(each.annotation or each))}
    return caught | handed


def _said(path: Path) -> Iterator[str]:
    """The places where a Chinese sentence has an error in it as it is."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    faults = _faults(tree)
    for each in ast.walk(tree):
        if not isinstance(each, ast.JoinedStr) or not HANZI.search(ast.unparse(each)):
            continue
        for value in each.values:
            if not isinstance(value, ast.FormattedValue):
                continue
            inner = value.value
            is_bare = isinstance(inner, ast.Name) and inner.id in faults
            is_own = isinstance(inner, ast.Attribute) and inner.attr in OWN
            is_text = isinstance(inner, ast.Call) and ast.unparse(inner.func) in {"str", "repr", "type"}
            if is_bare or is_own or is_text:
                yield f"{path.relative_to(ROOT)}:{each.lineno}: {ast.unparse(each)}"


def test_no_chinese_sentence_quotes_an_error() -> None:
    assert [place for path in FILES for place in _said(path)] == []


@pytest.mark.parametrize(
    "line",
    [
        'try:\n    f()\nexcept OSError as fault:\n    g(f"读不出来（{fault}）")',
        'def f(fault: OSError) -> str:\n    return f"读不出来：{fault.strerror}"',
        'try:\n    f()\nexcept OSError as fault:\n    g(f"读不出来：{str(fault)}")',
    ],
)
def test_a_sentence_that_does_is_found(tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_sentences.ROOT", tmp_path)
    (tmp_path / "a.py").write_text(line, encoding="utf-8")
    assert len([*_said(tmp_path / "a.py")]) == 1
