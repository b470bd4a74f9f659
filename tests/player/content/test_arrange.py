"""The library is made of what was seen; names that look alike are told and never merged."""

import unicodedata

from player.content.arrange import Copies, Place, Text, arrange
from player.content.book import Verdict
from player.content.library import Folder, Library, PlaylistFile, library_name
from player.content.scan import Scan, Seen
from player.content.settle import Stamp
from signage.media import MediaFacts, natural_key
from tests.player.content.bench import AT

STAMP = Stamp(size=1, mtime_ns=1, inode=1)
TOP = "/media"


def library(*names: str, playlists: tuple[str, ...] = (), copies: Copies = "refuse") -> Library:
    seen, verdicts = {}, {}
    for spelling in names:
        name, path = library_name(spelling), f"{TOP}/{spelling}"
        seen[path] = Seen(name, natural_key(name), path, STAMP, "picture", path)
        verdicts[path] = Verdict(
            path=path, stamp=STAMP, sha256=spelling, facts=MediaFacts(kind="image"), plays=path, at=AT
        )
    lists = {f"/p/{n}.toml": Seen(f"{n}.toml", (), f"/p/{n}.toml", STAMP, "playlist", "") for n in playlists}
    texts = {
        path: Text(
            stamp=STAMP, file=PlaylistFile(name=each.name.removesuffix(".toml"), path=path, text=b"", mtime_ns=0)
        )
        for path, each in lists.items()
    }
    places = [
        Place(folder=Folder(TOP), use="media", scan=Scan(files=seen), looked=True),
        Place(folder=Folder("/p"), use="playlists", scan=Scan(files=lists), looked=True),
    ]
    return arrange(places, verdicts, {}, texts, last_good={}, since={}, copies=copies)


def test_names_that_look_alike_are_all_shown_and_told_with_their_code_points() -> None:
    made = library("poster.png", "poſter.png", "pоster.png", "other.png")
    assert len(made.media) == 4
    (note,) = made.notes
    assert all(name in note.zh for name in ("poster.png", "poſter.png", "pоster.png"))
    assert "U+" in note.zh
    assert "U+" in note.en


def test_case_and_width_are_told_too_and_so_are_playlists() -> None:
    assert len(library("a.png", "A.png").notes) == 1
    assert len(library("a1.png", "a１.png").notes) == 1
    assert len(library("a.png", playlists=("早间a", "早间ａ")).notes) == 1
    assert library("a.png", "b.png", playlists=("a", "b")).notes == ()


def test_of_two_spellings_of_one_name_one_is_used_and_the_other_told_with_code_points() -> None:
    made = library("é.png", unicodedata.normalize("NFD", "é.png"))
    assert len(made.media) == 1
    (refused,) = made.refused
    assert "U+0065 LATIN SMALL LETTER E" in refused.why.en
    assert "U+00E9 LATIN SMALL LETTER E WITH ACUTE" in refused.why.en


def test_of_many_names_that_look_alike_a_few_groups_are_told() -> None:
    made = library(*(f"{n}x.png" for n in range(200)), *(f"{n}X.png" for n in range(200)))
    assert len(made.media) == 400
    assert 0 < len(made.notes) <= 20


def test_a_copy_by_its_name_is_not_shown_beside_its_original_but_told() -> None:
    made = library("海报.png", "海报 - 副本.png", "别的(1).png", playlists=("evening", "evening (1)"))
    assert [medium.name for medium in made.media] == ["别的(1).png", "海报.png"]
    assert [each.name for each in made.playlists] == ["evening"]
    assert [(each.name, each.why.zh.split("，")[0]) for each in made.refused] == [
        ("海报 - 副本.png", "从名字看是 海报.png 的副本"),
        ("evening (1).toml", "从名字看是 evening.toml 的副本"),
    ]


def test_copies_are_shown_where_the_configuration_allows_them() -> None:
    made = library("海报.png", "海报 - 副本.png", playlists=("evening", "evening (1)"), copies="allow")
    assert (len(made.media), len(made.playlists), made.refused) == (2, 2, ())


def test_a_playlist_that_has_the_name_of_a_calendar_is_told() -> None:
    assert any("calendar.toml" in words.zh for words in library("a.png", playlists=("日历",)).notes)
    assert library("a.png", playlists=("evening",)).notes == ()
