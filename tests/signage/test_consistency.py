"""What does not fit together between files that are each good by themselves."""

from pathlib import Path

import msgspec
import pytest

from player.decode import cards
from signage import lineup
from signage.calendar import Calendar
from signage.consistency import TEMPLATES, THEMES, inconsistencies
from signage.errors import Complaint
from signage.layout import Box, Zone
from signage.media import Media, MediaFacts, MediaKind
from signage.program import Program, Site
from signage.reading import CALENDAR_FILE, read_calendar, read_playlist


def medium(name: str, kind: MediaKind = "image") -> Media:
    return Media(name=name, path=f"/m/{name}", sha256="", size_bytes=1, facts=MediaFacts(kind=kind))


def program(*texts: str, media: tuple[Media, ...] = (), calendar: str = "", **variables: str) -> Program:
    return Program(
        site=Site(screen="abc", village="石桥村", title="广场", kind="square", variables=variables),
        timezone="Asia/Shanghai",
        zones=(Zone(name="main", box=Box(0, 0, 100, 90)), Zone(name="ticker", box=Box(0, 90, 100, 10))),
        playlists=tuple(read_playlist(text, f"{chr(97 + n)}.toml") for n, text in enumerate(texts)),
        media=media,
        calendar=read_calendar(calendar, CALENDAR_FILE),
    )


def the_one(found: tuple[Complaint, ...]) -> tuple[str, str]:
    (one,) = found
    return one.where, one.cure.en


def item(text: str) -> str:
    return f"[[item]]\n{text}\n"


def test_program_that_fits_together_has_no_complaint() -> None:
    fitting = program(
        item('media = "posters/*.png"') + item('media = "a.mp3"\npicture = "posters/1.png"') + item('media = "v.mp4"'),
        'zone = "ticker"\n' + item('ticker = true\ntext = "{village} {grid_phone} {kind} {screen_title}"'),
        media=(medium("a.mp3", "audio"), medium("posters/1.png"), medium("v.mp4", "video")),
        calendar='[[quiet]]\nname = "高考"\ndates = [2026-06-07]',
        grid_phone="1",
    )
    assert inconsistencies(fitting, ("高考", "all")) == ()


@pytest.mark.parametrize(
    ("text", "where", "cure"),
    [
        ('zone = "mian"\n' + item('card = "notice"'), "a.toml, zone", 'did you mean "main"?'),
        (item('media = "poster/1.png"'), "a.toml, item 1, media", 'did you mean "posters/1.png"?'),
        (item('media = "posters/1.png"') + item('media = "x/*"'), "a.toml, item 2, media", "put the file into"),
        (item('media = "media/posters/1.png"'), "a.toml, item 1, media", 'write "posters/1.png"'),
        (item('media = "Media/posters/*.png"'), "a.toml, item 1, media", 'write "posters/*.png"'),
        (item('media = "media/no/*.png"'), "a.toml, item 1, media", "put the file into"),
        (item('media = "a.mp3"\npicture = "no.png"'), "a.toml, item 1, picture", "put the file into"),
        (item('media = "a.mp3"\npicture = "v.mp4"'), "a.toml, item 1, picture", "name another file"),
        (item('media = "*"\ncard = "notice"'), "a.toml, item 1, media", "card and picture are for audio"),
        (item('card = "notcie"'), "a.toml, item 1, card", 'did you mean "notice"?'),
        (item('card = "notice"\ntheme = "bleu"'), "a.toml, item 1, theme", 'did you mean "blue"?'),
        (item('card = "notice"\ntext = "{grid_fone}"'), "a.toml, item 1, text", "did you mean {grid_phone}?"),
        (item('card = "notice"\nqr = "{app}"'), "a.toml, item 1, qr", 'add app = "…" under [site.variables]'),
        (item('ticker = true\ntext = "{app}"'), "a.toml, item 1, text", 'add app = "…" under [site.variables]'),
        (item('ticker = true\ntext = "{网格员}"'), "a.toml, item 1, text", 'add "网格员" = "…" under [site.variables]'),
    ],
)
def test_what_does_not_fit_is_told_with_its_cure(text: str, where: str, cure: str) -> None:
    media = (medium("a.mp3", "audio"), medium("posters/1.png"), medium("v.mp4", "video"))
    place, said = the_one(inconsistencies(program(text, media=media, grid_phone="1")))
    assert place == where
    assert said.startswith(cure)


def test_a_variable_with_an_endless_name_is_told_in_a_short_sentence() -> None:
    [complaint] = inconsistencies(program(item(f'card = "notice"\ntext = "{{grid{"o" * 1900}}}"')))
    assert len(complaint.problem.en) < 200
    assert len(complaint.problem.zh) < 200


def test_quiet_period_that_no_calendar_defines_is_told() -> None:
    one = program(item('card = "notice"'), calendar='[[quiet]]\nname = "高考 2026"\ndates = [2026-06-07]')
    assert the_one(inconsistencies(one, ("高考 2025",))) == ("[sound], quiet", 'did you mean "高考 2026"?')
    none = msgspec.structs.replace(one, calendar=Calendar())
    assert the_one(inconsistencies(none, ("高考",)))[1].startswith("define it in playlists/calendar.toml")


def test_two_playlists_of_one_name_are_told() -> None:
    one = program(item('card = "notice"'))
    twice = msgspec.structs.replace(one, playlists=one.playlists * 2)
    assert the_one(inconsistencies(twice)) == ("a.toml", "rename one of the files")


def broadcast(starts: str, more: str = "", lasts_min: int = 30) -> str:
    return f'rank = "broadcast"\nstarts = [{starts}]\nlasts_min = {lasts_min}\n{more}\n' + item('card = "notice"')


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (broadcast('"07:00"'), broadcast('"07:29"'), True),
        (broadcast('"07:00"'), broadcast('"07:30"'), False),
        (broadcast('"07:00"'), broadcast('"07:00"', "priority = 1"), False),
        (broadcast('"07:00"'), broadcast('"07:00"', 'zone = "ticker"'), False),
        (broadcast('"07:00"', 'days = ["workdays"]'), broadcast('"07:00"', 'days = ["restdays"]'), False),
        (broadcast('"07:00"', 'days = ["workdays"]'), broadcast('"07:00"', 'days = ["sun"]'), True),
        (broadcast('"07:00"', 'days = ["mon"]'), broadcast('"07:00"', 'days = ["tue"]'), False),
        (broadcast('"23:50"', 'days = ["mon"]'), broadcast('"00:10"', 'days = ["tue"]'), True),
        (broadcast('"00:10"', 'days = ["mon"]'), broadcast('"23:50"', 'days = ["sun"]'), True),
        (broadcast('"23:50"', 'days = ["mon"]'), broadcast('"00:20"', 'days = ["tue"]'), False),
        (broadcast('"07:00"', "until = 2026-08-05"), broadcast('"07:00"', "from = 2026-08-06"), False),
        (broadcast('"07:00"', "until = 2026-08-05"), broadcast('"07:00"', "from = 2026-08-05"), True),
        (broadcast('"23:50"', "until = 2026-08-05"), broadcast('"00:00"', "from = 2026-08-06"), True),
        (
            broadcast('"07:00"', 'from = 2026-08-01\nuntil = 2026-08-03\nexcept = ["2026-08-02"]'),
            broadcast('"07:00"', "from = 2026-08-02\nuntil = 2026-08-02"),
            False,
        ),
    ],
)
def test_broadcasts_clash_when_both_may_run_at_once_with_one_priority(one: str, other: str, clash: bool) -> None:
    for first, second in ((one, other), (other, one)):
        found = inconsistencies(program(first, second))
        assert bool(found) == clash
        assert all(complaint.where == "b.toml, starts" for complaint in found)


def test_ten_thousand_files_and_two_thousand_items_are_judged() -> None:
    media = tuple(medium(f"posters/{n}.png") for n in range(10_000))
    text = "".join(item(f'media = "poster/{n}.png"') for n in range(1000)) + item('media = "**/9*.png"') * 1000
    assert len(inconsistencies(program(text, media=media))) == 1000


def test_templates_and_themes_are_those_that_can_be_drawn() -> None:
    assert set(TEMPLATES) == set(cards.TEMPLATES)
    assert set(THEMES) == set(cards.THEMES)


def test_shipped_playlists_are_good_but_for_media_not_looked_at_here() -> None:
    folder = Path(__file__).parents[2] / "playlists"
    files = sorted(folder.glob("*.toml"))
    playlists = [read_playlist(path.read_bytes(), path.name) for path in files if path.name != CALENDAR_FILE]
    assert playlists
    variables = dict.fromkeys(("grid_worker", "grid_phone", "police_name", "police_phone", "village_phone"), "x")
    shipped = msgspec.structs.replace(
        program(**variables),
        playlists=tuple(playlists),
        calendar=read_calendar((folder / CALENDAR_FILE).read_bytes(), CALENDAR_FILE),
    )
    found = [one for one in inconsistencies(shipped, ("all",)) if "media" not in one.where]
    assert found == []


def test_a_code_that_no_phone_can_use_once_it_is_filled_in_is_told_and_does_not_play() -> None:
    text = item('card = "app"\ntext = "扫码"\nqr = "tel:{phone}"')
    for phone, is_good in (("96110", True), ("９６１１０", False)):
        filled = program(text, phone=phone)
        told = [c for c in inconsistencies(filled) if "qr" in c.where]
        assert bool(told) != is_good
        assert all("U+FF19 FULLWIDTH DIGIT NINE" in c.problem.zh for c in told)
        (cast,) = lineup.compile(filled).zones["main"]
        assert bool(cast.lines[0].shows) == is_good
