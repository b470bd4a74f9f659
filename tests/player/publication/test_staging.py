"""What a publication needs, and when it is ready – from the depot alone."""

import hashlib
from pathlib import Path

import pytest

from player.publication.depot import Depot
from player.publication.staging import Lacks, Planned, Ready, Refusal, planned, stage
from signage.errors import Words
from signage.media import MediaFacts
from signage.trust import Assigned, Assignment, MediaTarget, PlaylistTarget, TrustError, Wanted

TEXT = b'[[item]]\nmedia = "posters/*.png"\n[[item]]\nmedia = "voice.mp3"\npicture = "face.png"\n'
PICTURE = MediaFacts(kind="image")


def wanted(target: PlaylistTarget | MediaTarget, content: bytes) -> Wanted:
    return Wanted(target=target, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content))


def text(number: int, stem: str, content: bytes = TEXT) -> Wanted:
    return wanted(PlaylistTarget(number, stem), content)


def medium(number: int, name: str) -> Wanted:
    return wanted(MediaTarget(number, name), name.encode())


MEDIA = tuple(medium(1, name) for name in ("posters/b.png", "posters/a.png", "voice.mp3", "face.png", "film.mp4"))


def assignment(*shows: tuple[int, tuple[str, ...]]) -> Assignment:
    return Assignment(screen="sq-led", shows=tuple(Assigned(publication=n, playlists=stems) for n, stems in shows))


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    return Depot(tmp_path)


def put(depot: Depot, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    depot.part(sha256).write_bytes(content)
    depot.admit(sha256)
    return sha256


def the_plan(*texts: Wanted) -> Planned:
    return planned(assignment((1, tuple(each.target.name for each in texts))), (*texts, *MEDIA))[0]


def test_plans_come_newest_first_with_the_calendar_of_each() -> None:
    targets = (text(3, "a"), text(3, "calendar"), text(12, "a"), text(12, "b"), *MEDIA)
    found = planned(assignment((3, ("a",)), (12, ("b",))), targets)
    assert [(plan.number, [stem for stem, _ in plan.texts]) for plan in found] == [(12, ["b"]), (3, ["a", "calendar"])]
    assert [plan.media for plan in found] == [(), ()]


@pytest.mark.parametrize("shows", [((1, ("b",)),), ((2, ("a",)),), ((1, ("a",)), (1, ("a",)))])
def test_what_nobody_signed_or_stands_there_twice_makes_no_plan(shows: tuple[tuple[int, tuple[str, ...]], ...]) -> None:
    with pytest.raises(TrustError):
        planned(assignment(*shows), (text(1, "a"), *MEDIA))


def test_the_texts_come_first_and_say_which_media_are_needed(depot: Depot) -> None:
    plan = the_plan(text(1, "a"))
    assert stage(plan, depot, ()) == Lacks(needed=(text(1, "a"),), missing=(text(1, "a"),))
    put(depot, TEXT)
    found = stage(plan, depot, ())
    assert isinstance(found, Lacks)
    assert [each.target.name for each in found.missing] == ["face.png", "posters/a.png", "posters/b.png", "voice.mp3"]


def test_an_emergency_is_known_by_its_text(depot: Depot) -> None:
    body = b'rank = "emergency"\n' + TEXT
    put(depot, body)
    found = stage(the_plan(text(1, "a", body)), depot, ())
    assert isinstance(found, Lacks)
    assert found.rank == "emergency"


def test_files_that_are_here_are_judged_and_then_it_is_ready(depot: Depot) -> None:
    put(depot, TEXT)
    plan = the_plan(text(1, "a"))
    for each in MEDIA[:4]:
        put(depot, each.target.name.encode())
    found = stage(plan, depot, ())
    assert isinstance(found, Lacks)
    assert (found.missing, len(found.unjudged)) == ((), 4)
    for each in MEDIA[:4]:
        depot.keep_facts(each.sha256, PICTURE)
    ready = stage(plan, depot, ())
    assert isinstance(ready, Ready)
    assert [m.name for m in ready.published.media] == ["face.png", "posters/a.png", "posters/b.png", "voice.mp3"]
    assert [(p.name, p.text) for p in ready.published.playlists] == [("a", TEXT)]
    left = stage(plan, depot, {MEDIA[0].sha256: Words("坏", "bad")})
    assert isinstance(left, Ready)
    assert "posters/b.png" not in [m.name for m in left.published.media]


def test_a_text_that_rotted_on_the_disk_is_missing(depot: Depot) -> None:
    depot.path(put(depot, TEXT)).write_bytes(TEXT.replace(b"png", b"jpg"))
    assert stage(the_plan(text(1, "a")), depot, ()) == Lacks(needed=(text(1, "a"),), missing=(text(1, "a"),))


def test_a_text_that_does_not_read_is_refused_with_its_complaint(depot: Depot) -> None:
    body = b"dwell_s = -1\n" + TEXT
    put(depot, body)
    found = stage(the_plan(text(1, "a", body)), depot, ())
    assert isinstance(found, Refusal)
    assert "dwell_s" in found.why.en


WORDS = b"""
[[site]]
screens = ["sq-led", "sq-hall"]
[site.variables]
grid_phone = "110"
[[site]]
screens = ["sq-gate"]
[site.variables]
grid_phone = "119"
"""


def test_variables_come_with_a_publication_though_no_assignment_names_them(depot: Depot) -> None:
    body = b'[[item]]\ncard = "slogan"\ntext = "{grid_phone}"\n'
    targets = (text(1, "a", body), text(1, "variables", WORDS))
    [plan] = planned(assignment((1, ("a",))), targets)
    put(depot, body)
    assert isinstance(stage(plan, depot, ()), Lacks), "it does not play before they are here"
    put(depot, WORDS)
    ready = stage(plan, depot, ())
    assert isinstance(ready, Ready)
    assert ready.published.variables == (("grid_phone", "110"),)
    assert [each.name for each in ready.published.playlists] == ["a"]


@pytest.mark.parametrize(
    "line", ['"a b" = "x"', 'p = "1\u202e10"', 'p = 110', f'p = "{"9" * 201}"', 'p = """a\nb"""', "p = "],
)  # fmt: skip
def test_variables_that_are_none_refuse_their_publication(depot: Depot, line: str) -> None:
    words = f'[[site]]\nscreens = ["sq-led"]\n[site.variables]\n{line}\n'.encode()
    for each in (TEXT, words):
        put(depot, each)
    assert isinstance(stage(the_plan(text(1, "a"), text(1, "variables", words)), depot, ()), Refusal)


@pytest.mark.parametrize("name", ["posters/\u202egnp.exe.png", "posters/a\u200b.png", "posters/\ue000.png"])
def test_a_signed_name_that_hides_something_refuses_its_publication_and_no_other(depot: Depot, name: str) -> None:
    body = text(1, "p")
    put(depot, TEXT)
    plan = planned(assignment((1, ("p",))), (body, *MEDIA, medium(1, name)))[0]
    found = stage(plan, depot, ())
    assert isinstance(found, Refusal)
    assert f"U+{ord(next(c for c in name if not c.isprintable())):04X}" in found.why.en
    assert found.why.en.isprintable()
    assert isinstance(stage(the_plan(body), depot, ()), Lacks)
