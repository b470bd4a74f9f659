"""A bad playlist is refused whole; the last good one stays on air."""

import datetime as dt
import hashlib
from pathlib import Path

import msgspec
import pytest

from player.composition import BLACKOUT, composed
from player.config import Config, read_config
from player.content.library import Library, PlaylistFile
from player.orders import Orders
from player.publication.published import OnAir, Published
from signage.cards import BLACK
from signage.media import Media, MediaFacts
from signage.program import Program
from signage.rotation import Rotation, cut_reason, next_slot

GOOD = '[[item]]\ncard = "slogan"\ntext = "好"\n'.encode()
BETTER = '[[item]]\ncard = "slogan"\ntext = "更好"\n'.encode()
BAD = b'dwell_s = -5\nwrong = 1\n[[item]]\ncard = "slogan"\n'
QUIET = '[[quiet]]\nname = "高考"\ndates = ["2026-06-07..2026-06-10"]\n'.encode()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "kiosk_config.toml"
    path.write_text('[screen]\nid = "sq-led"\n', encoding="utf-8")
    return read_config(path)


def file(name: str, text: bytes) -> PlaylistFile:
    return PlaylistFile(name=name, path=f"/p/{name}.toml", text=text, mtime_ns=0)


def test_a_good_playlist_is_on_the_program_and_worth_remembering(config: Config) -> None:
    made = composed(config, Library(playlists=(file("a", GOOD),)), {})
    assert [p.name for p in made.program.playlists] == ["a"]
    assert made.complaints == ()
    assert made.good == {"a": GOOD}


def test_a_bad_playlist_leaves_the_last_good_one_and_says_everything_that_is_wrong(config: Config) -> None:
    made = composed(config, Library(playlists=(file("a", BAD),)), {"a": BETTER})
    assert [p.items[0].text for p in made.program.playlists] == ["更好"]
    assert len(made.complaints) >= 2
    assert made.good == {}


def test_it_is_said_what_plays_in_place_of_a_playlist_with_mistakes(config: Config) -> None:
    former = composed(config, Library(playlists=(file("a", BAD),)), {"a": BETTER})
    assert [words.zh for words in former.notes] == [
        f"a.toml 有 {len(former.complaints)} 处错误，还按改错以前的内容播放"
    ]
    never = composed(config, Library(playlists=(file("a", BAD),)), {})
    assert [words.zh.split("，")[1] for words in never.notes] == ["没有采用"]


def test_a_bad_playlist_that_never_was_good_disables_only_itself(config: Config) -> None:
    made = composed(config, Library(playlists=(file("a", BAD), file("b", GOOD))), {})
    assert [p.name for p in made.program.playlists] == ["b"]
    assert made.complaints


def test_a_playlist_that_was_deleted_is_gone_although_it_is_remembered(config: Config) -> None:
    made = composed(config, Library(playlists=()), {"a": GOOD})
    assert made.program.playlists == ()


def test_a_playlist_with_a_mistake_is_not_a_screen_without_playlists(config: Config) -> None:
    made = composed(config, Library(playlists=(file("a", BAD),), media=(medium("a.png"),)), {})
    assert made.complaints
    assert shown(made.program) == "slogan", "the built-in notice, not the bare folder"
    assert shown(composed(config, Library(media=(medium("a.png"),)), {}).program) == "a.png"
    assert shown(composed(config, Library(media=(medium("a.png"),), listed=True), {}).program) == "slogan"


def test_what_was_published_and_has_expired_is_not_a_screen_without_playlists(config: Config) -> None:
    library = Library(media=(medium("a.png"),))
    made = composed(config, library, {}, on_air(published(4, file("a", GOOD)), expired=True))
    assert shown(made.program) == "slogan"


def test_a_remembered_text_that_no_longer_reads_is_left_out(config: Config) -> None:
    made = composed(config, Library(playlists=(file("a", BAD),)), {"a": BAD + b"\n"})
    assert made.program.playlists == ()


def test_a_bad_calendar_leaves_the_last_good_one(config: Config) -> None:
    made = composed(config, Library(calendar=file("calendar", b"[[quiet]]\nname = 5\n")), {"calendar": QUIET})
    assert [q.name for q in made.program.calendar.quiet] == ["高考"]
    assert made.complaints


@pytest.mark.parametrize(("named", "heeded"), [('["all"]', 1), ("[]", 0), ('["高考"]', 1), ('["中考"]', 0)])
def test_a_screen_heeds_the_quiet_periods_it_names(tmp_path: Path, named: str, heeded: int) -> None:
    path = tmp_path / "kiosk_config.toml"
    path.write_text(f'[screen]\nid = "sq-led"\n[sound]\nquiet = {named}\n', encoding="utf-8")
    made = composed(read_config(path), Library(calendar=file("calendar", QUIET)), {})
    assert len(made.program.calendar.quiet) == heeded


NOON = dt.datetime(2026, 6, 6, 12, tzinfo=dt.UTC)
FILLER = b'rank = "filler"\n' + GOOD
POSTERS = b'[[item]]\nmedia = "*.png"\n'
ALARM = b'rank = "emergency"\npriority = 100\n' + GOOD


def medium(name: str, sha256: str = "a") -> Media:
    return Media(name=name, path=f"/m/{name}", sha256=sha256 * 64, size_bytes=1, facts=MediaFacts(kind="image"))


def on_air(*publications: Published, **fields: object) -> OnAir:
    return OnAir(publications=publications, **fields)  # type: ignore[arg-type]


def published(number: int, *playlists: PlaylistFile, media: tuple[Media, ...] = (), **fields: object) -> Published:
    return Published(number=number, playlists=playlists, media=media, **fields)  # type: ignore[arg-type]


def names(program: Program) -> list[tuple[str, int]]:
    return [(p.name, p.publication) for p in program.playlists]


def trusting(*texts: bytes, more: tuple[str, ...] = ()) -> frozenset[str]:
    return frozenset((*(hashlib.sha256(text).hexdigest() for text in texts), *more))


@pytest.fixture
def strict(config: Config) -> Config:
    return msgspec.structs.replace(config, folders=msgspec.structs.replace(config.folders, unsigned="refuse"))


def shown(program: Program, rotation: Rotation | None = None) -> str:
    slot, _ = next_slot(program, "main", rotation or Rotation(), NOON)
    return slot.media.name if slot.media else slot.card.template if slot.card else ""


def test_published_and_local_playlists_are_on_air_together(config: Config) -> None:
    own = (medium("a.png", "b"),)
    made = composed(
        config,
        Library(playlists=(file("local", POSTERS),), media=(medium("a.png"),)),
        {},
        on_air(published(3, file("signed", POSTERS), media=own)),
    )
    assert names(made.program) == [("local", 0), ("signed", 3)]
    assert [p.media for p in made.program.playlists] == [None, own]
    assert (made.good, made.notes) == ({"local": POSTERS}, ())


def test_a_published_playlist_takes_the_place_of_the_local_one_of_its_name_and_a_note_says_so(config: Config) -> None:
    made = composed(
        config, Library(playlists=(file("a", GOOD), file("b", GOOD))), {}, on_air(published(3, file("a", BETTER)))
    )
    assert names(made.program) == [("a", 3), ("b", 0)]
    assert made.program.playlists[0].items[0].text == "更好"
    assert ["a.toml" in words.en for words in made.notes] == [True]


def test_a_published_playlist_for_a_zone_that_is_not_here_is_noted(config: Config) -> None:
    made = composed(config, Library(), {}, on_air(published(3, file("a", b'zone = "low"\n' + GOOD))))
    assert ["zone low" in words.en for words in made.notes] == [True]


def test_of_two_publications_with_one_name_the_newer_keeps_it(config: Config) -> None:
    made = composed(config, Library(), {}, on_air(published(3, file("a", GOOD)), published(12, file("a", BETTER))))
    assert names(made.program) == [("a", 12), ("a@3", 3)]
    assert made.program.playlists[0].items[0].text == "更好"


def test_a_published_calendar_takes_the_place_of_the_local_one(config: Config) -> None:
    local = b'[[quiet]]\nname = "local"\ndates = ["2026-06-07"]\n'
    made = composed(
        config,
        Library(calendar=file("calendar", local)),
        {},
        on_air(published(3), published(2, calendar=file("calendar", QUIET))),
    )
    assert [q.name for q in made.program.calendar.quiet] == ["高考"]
    assert len(made.notes) == 1


def test_unsigned_files_of_the_folder_do_not_count_where_they_are_refused(strict: Config) -> None:
    library = Library(
        playlists=(file("signed", POSTERS), file("stray", GOOD)),
        calendar=file("calendar", QUIET),
        media=(medium("a.png", "a"), medium("b.png", "b")),
        held=(medium("c.png", "c"),),
    )
    made = composed(strict, library, {}, on_air(trusted=trusting(POSTERS, more=("a" * 64,))))
    assert names(made.program) == [("signed", 0)]
    assert ([m.name for m in made.program.media], made.program.held) == (["a.png"], ())
    assert made.program.calendar.quiet == ()
    assert ["2 playlists and 1 media" in words.en for words in made.notes] == [True]


def test_without_anybody_to_trust_nothing_local_counts_where_unsigned_is_refused(strict: Config) -> None:
    made = composed(strict, Library(playlists=(file("a", GOOD),), media=(medium("a.png"),)), {"a": GOOD})
    assert (made.program.playlists, made.program.media) == ((), ())


def test_an_unsigned_text_that_was_good_once_does_not_come_back_through_a_broken_signed_one(strict: Config) -> None:
    made = composed(strict, Library(playlists=(file("a", BAD),)), {"a": GOOD}, on_air(trusted=trusting(BAD)))
    assert made.program.playlists == ()
    made = composed(strict, Library(playlists=(file("a", BAD),)), {"a": GOOD}, on_air(trusted=trusting(BAD, GOOD)))
    assert names(made.program) == [("a", 0)]


def test_what_expired_long_ago_leaves_only_filler(config: Config, strict: Config) -> None:
    signed = on_air(published(3, file("a", GOOD), file("rest", FILLER)), expired=True, trusted=trusting(GOOD, FILLER))
    local = Library(playlists=(file("local", GOOD), file("calm", FILLER)))
    assert names(composed(config, local, {}, signed).program) == [("calm", 0), ("local", 0), ("rest", 3)]
    assert names(composed(strict, local, {}, signed).program) == [("calm", 0), ("rest", 3)]


def test_a_blackout_is_black_in_every_zone_whatever_else_is_on_air(tmp_path: Path) -> None:
    path = tmp_path / "kiosk_config.toml"
    zones = "".join(
        f'[[zone]]\nname = "{name}"\nbox = [0, {y}, 1280, 100]\n' for name, y in (("main", 0), ("low", 100))
    )
    path.write_text(f'[screen]\nid = "sq-led"\n{zones}', encoding="utf-8")
    library = Library(playlists=(file("alarm", ALARM), file(BLACKOUT, ALARM)))
    before = composed(read_config(path), library, {}).program
    dark = composed(read_config(path), library, {}, orders=Orders(blackout=True)).program
    running, rotation = next_slot(before, "main", Rotation(), NOON)
    assert cut_reason(dark, running, NOON) == "emergency"
    for zone in ("main", "low"):
        slot, after = next_slot(dark, zone, rotation if zone == "main" else Rotation(), NOON)
        assert slot.card is not None
        assert (slot.playlist, slot.card.template, slot.rank, slot.transition) == (BLACKOUT, BLACK, "emergency", "cut")
        assert cut_reason(dark, slot, NOON) is None
        assert cut_reason(before, slot, NOON) is not None
        assert shown(before, after) == "slogan" or zone == "low"


def test_filler_by_order_leaves_only_filler_and_never_the_bare_folder(config: Config) -> None:
    order = Orders(filler=True)
    library = Library(
        playlists=(file("a", GOOD), file("rest", b'rank = "filler"\n' + POSTERS)), media=(medium("a.png"),)
    )
    assert shown(composed(config, library, {}, orders=order).program) == "a.png"
    bare = composed(config, Library(media=(medium("a.png"),)), {}, orders=order).program
    assert shown(bare) == "slogan"
    assert shown(composed(config, Library(media=(medium("a.png"),)), {}).program) == "a.png"


def test_a_blackout_goes_before_filler(config: Config) -> None:
    both = Orders(blackout=True, filler=True)
    assert shown(composed(config, Library(playlists=(file("rest", FILLER),)), {}, orders=both).program) == BLACK


def test_a_local_emergency_tries_what_is_in_quarantine_and_no_other_playlist_does(config: Config) -> None:
    facts = MediaFacts(kind="image")
    bad, good = (Media(name=n, path=n, sha256=n * 64, size_bytes=1, facts=facts) for n in ("b", "a"))
    text = b'[[item]]\nmedia = "*"\n'
    library = Library(
        media=(good,), on_trial=(bad,), playlists=(file("normal", text), file("urgent", b'rank = "emergency"\n' + text))
    )
    lists = {p.name: p for p in composed(config, library, {}).program.playlists}
    assert lists["urgent"].media == (good, bad)
    assert lists["normal"].media is None
    assert composed(config, library, {}).program.media == (good,)
    refusing = msgspec.structs.replace(config, folders=msgspec.structs.replace(config.folders, unsigned="refuse"))
    trusted = frozenset({good.sha256, *(hashlib.sha256(p.text).hexdigest() for p in library.playlists)})
    lists = {p.name: p for p in composed(refusing, library, {}, OnAir(trusted=trusted)).program.playlists}
    assert lists["urgent"].media in (None, (good,)), "and nobody signed it"


def test_words_that_were_signed_for_the_screen_go_before_its_own_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "kiosk_config.toml"
    words = '[site]\nvillage = "石桥村"\n[site.variables]\nphone = "110"\nname = "王芳"\nat = "3"\n'
    path.write_text(f'[screen]\nid = "sq-led"\n{words}', encoding="utf-8")
    text = b'[[item]]\ncard = "slogan"\ntext = "{name} {phone} {at} {more} {village}"\n'
    older = Published(number=3, variables=(("more", "1"), ("name", "李四"), ("village", "石桥")))
    newer = Published(number=7, playlists=(file("a", text),), variables=(("at", "3"), ("name", "王五")))
    made = composed(read_config(path), Library(), {}, OnAir(publications=(newer, older)))
    slot = next_slot(made.program, "main", Rotation(), NOON)[0]
    assert slot.card is not None
    assert slot.card.text == "王五 110 3 1 石桥"
    [note] = made.notes
    assert "{name} {village}" in note.zh
    assert "{at}" not in note.zh, "it says the same"
    assert len(note.en) < 300
    assert made.program.site.village == "石桥村", "what quiet periods and the office go by stays the screen's own"


def test_without_signed_words_the_screen_says_its_own_and_nothing_is_noted(config: Config) -> None:
    made = composed(config, Library(), {}, OnAir(publications=(Published(number=7),)))
    assert (made.program.site, made.notes) == (config.site, ())
