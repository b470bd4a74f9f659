"""What the office signs is what the player's own verifier believes."""

from pathlib import Path

import pytest

from office.place import Place
from office.trusting import setup
from office.trusting.keys import open_online_key
from office.trusting.repository import PublishError, head, is_believed, standing
from office.trusting.root import root_bytes
from player.publication.depot import Depot
from player.publication.folder_source import FolderSource
from player.publication.sources import SourceError
from player.publication.staging import Ready, planned, stage
from player.publication.trusted import Verifier
from signage.cards import BUILT_IN
from signage.errors import BadInput
from signage.media import MediaFacts
from signage.site_variables import MOST_VARIABLES
from signage.trust import AssignTarget, MediaTarget, PlaylistTarget, TrustError, read_assignment
from tests.office.people import AT, GUAN
from tests.office.publishing.town import KIOSK, LED, Office


@pytest.fixture
def town(database: None, keyed: Place, tmp_path: Path) -> Office:
    return Office(keyed, tmp_path)


def test_before_anybody_signed_there_is_nothing_to_verify(town: Office, tmp_path: Path) -> None:
    verifier = Verifier(tmp_path / "trusted", root_bytes(town.place), LED)

    with pytest.raises(SourceError):
        verifier.refresh(FolderSource(town.place.home / "repository"), at=AT)


def test_the_player_believes_every_step_of_an_offices_life(town: Office, tmp_path: Path) -> None:
    from office.publishing.publish import open_signers, sign_again, withdraw

    source = FolderSource(town.place.home / "repository")
    verifier = Verifier(tmp_path / "trusted", root_bytes(town.place), LED)

    sign_again(town.place, town.signers, AT)
    signed = verifier.refresh(source, at=AT, head=head(town.place))
    assert signed.signed_at == AT, "so the screen knows that it is later"
    assert signed.targets == ()
    assert signed.assignment is not None
    assert signed.command_keys == (open_online_key(town.place).public_key().public_bytes_raw(),)

    number = town.push()
    signed = verifier.refresh(source, at=AT, head=head(town.place))
    assert {each.target for each in signed.targets} == {
        PlaylistTarget(number, "main"), MediaTarget(number, "posters/a.png"), MediaTarget(number, "posters/b.png"),
    }  # fmt: skip
    assert all((town.place.content / each.sha256).stat().st_size == each.size_bytes for each in signed.targets)

    withdraw(town.place, number, "li", AT)
    former = signed.assignment
    signed = verifier.refresh(source, at=AT)
    assert signed.assignment is not None
    assert signed.assignment.target == AssignTarget(LED)
    assert signed.assignment != former

    setup.admit_person(town.place, "wang", "author", "wang comes after zhang", root=GUAN, at=AT)
    setup.dismiss_person(town.place, "zhang", GUAN, AT)
    signers = open_signers(town.place, ("wang", "wang comes after zhang"), ("li", "li approves of them"))
    sign_again(town.place, signers, AT)
    signed = verifier.refresh(source, at=AT, head=head(town.place))
    assert signed.versions.root == 5
    assert signed.targets == ()
    assert signed.versions.targets == standing(town.place).versions.targets


def test_screens_follow_a_new_online_key_and_a_person_with_a_new_passphrase(town: Office, tmp_path: Path) -> None:
    from office.publishing.publish import online_signer, open_signers, renew, sign_again, withdraw

    source = FolderSource(town.place.home / "repository")
    verifier = Verifier(tmp_path / "trusted", root_bytes(town.place), LED)
    number = town.push()
    before = verifier.refresh(source, at=AT, head=head(town.place))

    town.place.online_passphrase.unlink()
    setup.replace_online_key(town.place, GUAN, AT)
    assert not is_believed(town.place)
    with pytest.raises(PublishError, match="two people have to sign again"):
        withdraw(town.place, number, "li", AT)
    with pytest.raises(PublishError, match="two people have to sign again"):
        renew(town.place, AT)
    with pytest.raises(TrustError):
        verifier.refresh(source, at=AT)

    sign_again(town.place, town.signers, AT)
    assert is_believed(town.place)
    after = verifier.refresh(source, at=AT, head=head(town.place))
    assert after.targets == before.targets, "what is on air stays"
    assert after.command_keys == (open_online_key(town.place).public_key().public_bytes_raw(),) != before.command_keys
    assert after.heads != before.heads
    withdraw(town.place, number, "li", AT)
    assert verifier.refresh(source, at=AT).assignment != after.assignment

    setup.dismiss_person(town.place, "zhang", GUAN, AT)
    setup.admit_person(town.place, "zhang", "author", "zhang will remember it", root=GUAN, at=AT)
    assert not is_believed(town.place)
    signers = open_signers(town.place, ("zhang", "zhang will remember it"), ("li", "li approves of them"))
    sign_again(town.place, signers, AT)
    assert verifier.refresh(source, at=AT).versions.targets == after.versions.targets + 1
    assert online_signer(town.place)


def test_a_screen_that_was_away_meanwhile_follows_all_at_once_and_the_former_key_is_worth_nothing(
    town: Office, tmp_path: Path
) -> None:
    from office.publishing.publish import online_signer, sign_again
    from office.trusting.repository import write
    from player.publication.floor import Floor, checked
    from signage.messages import Trusted

    source = FolderSource(town.place.home / "repository")
    verifier = Verifier(tmp_path / "trusted", root_bytes(town.place), LED)
    town.push()
    thief, was = online_signer(town.place), standing(town.place)
    far = Trusted(timestamp=1 << 40, snapshot=1 << 40)
    stolen = write(town.place, thief, {}, was=was, floor=far, at=AT)
    floor = checked(Floor(), verifier.refresh(source, at=AT, head=stolen))
    assert floor.trusted.timestamp > 1 << 40, "a thief signed far ahead"

    for _ in range(2):
        setup.replace_online_key(town.place, GUAN, AT)
    sign_again(town.place, town.signers, AT)
    signed = verifier.refresh(source, at=AT)
    assert checked(floor, signed).heads == signed.heads, "the office comes back in below the thief's versions"
    with pytest.raises(TrustError):
        verifier.refresh(source, at=AT, head=stolen)


def words_on(town: Office, screen: str, tmp_path: Path) -> dict[int, dict[str, str]]:
    """What cards say on a screen that fetched everything, by publication."""
    source = FolderSource(town.place.home / "repository")
    signed = Verifier(tmp_path / "trusted" / screen, root_bytes(town.place), screen).refresh(source, at=AT)
    assert signed.assignment is not None
    depot = Depot(tmp_path / "depot" / screen)
    for each in signed.targets:
        depot.part(each.sha256).write_bytes((town.place.content / each.sha256).read_bytes())
        depot.admit(each.sha256)
        depot.keep_facts(each.sha256, MediaFacts(kind="image"))
    text = (town.place.content / signed.assignment.sha256).read_bytes()
    staged = [stage(plan, depot, ()) for plan in planned(read_assignment(text, screen), signed.targets)]
    assert all(isinstance(each, Ready) for each in staged)
    return {each.published.number: dict(each.published.variables) for each in staged if isinstance(each, Ready)}


def test_words_entered_at_the_office_reach_each_screen_by_two_signatures_and_by_no_other_way(
    town: Office, tmp_path: Path
) -> None:
    from office.enrolling import Enrolment, enroll
    from office.publishing.publish import UnsignedWords, renew, sign_again, unsigned_words

    def enter(screen: str, **words: str) -> None:
        enroll(town.place, Enrolment(screen=screen, variables=words), None, "guan", AT)

    enter(LED, grid_phone="13800000000")
    enter(KIOSK, grid_phone="13900000000", grid_worker="王芳")
    enroll(town.place, Enrolment(screen=LED, village="石桥村"), None, "guan", AT)
    card = '[[item]]\ncard = "contact"\ntext = "{village} {grid_phone}"\n'
    number = town.push(text=card)
    assert words_on(town, LED, tmp_path) == {number: {"grid_phone": "13800000000", "village": "石桥村"}}
    assert words_on(town, KIOSK, tmp_path) == {number: {"grid_phone": "13900000000"}}, "no card asks for the other"

    enter(LED, grid_phone="13811111111")
    renew(town.place, AT)
    assert words_on(town, LED, tmp_path)[number]["grid_phone"] == "13800000000", "the online key says no words"
    assert unsigned_words(town.place).changed[number][LED]["grid_phone"] == "13811111111"
    sign_again(town.place, town.signers, AT)
    assert words_on(town, LED, tmp_path) == {number: {"grid_phone": "13811111111", "village": "石桥村"}}
    assert unsigned_words(town.place) == UnsignedWords(changed={}, kept={})

    enter(LED, grid_phone="")
    enter(KIOSK, grid_phone="", grid_worker="")
    other = town.push(f"screen:{KIOSK}", folder="other", text='[[item]]\ncard = "slogan"\ntext = "x"\n')
    sign_again(town.place, town.signers, AT)
    assert words_on(town, LED, tmp_path) == {number: {"village": "石桥村"}}
    assert words_on(town, KIOSK, tmp_path) == {other: {}, number: {}}


CARD = '[[item]]\ncard = "contact"\ntext = "{grid_phone}"\n'


def test_words_that_do_not_fit_hold_up_no_signature_and_no_publication_that_does_not_ask_for_them(
    town: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from office.enrolling import Enrolment, enroll
    from office.publishing import publish
    from office.publishing.publish import WordsError, sign_again, unsigned_words

    enroll(town.place, Enrolment(screen=LED, variables={"grid_phone": "110"}), None, "guan", AT)
    number = town.push(text=CARD)
    monkeypatch.setattr(publish, "MAX_FILE_BYTES", 200)
    enroll(town.place, Enrolment(screen=LED, variables={"grid_phone": "9" * 200}), None, "guan", AT)

    found = unsigned_words(town.place)
    assert (found.changed, list(found.kept)) == ({}, [number])
    sign_again(town.place, town.signers, AT)
    assert words_on(town, LED, tmp_path) == {number: {"grid_phone": "110"}}, "those that were signed stay"
    plain = town.push(folder="plain", text='[[item]]\ncard = "slogan"\ntext = "x"\n')
    assert words_on(town, LED, tmp_path) == {number: {"grid_phone": "110"}, plain: {}}
    with pytest.raises(WordsError, match="village by village"):
        town.push(folder="asks", text=CARD)


def test_a_publication_that_this_version_cannot_read_keeps_the_words_that_are_signed(
    town: Office, tmp_path: Path
) -> None:
    from office.enrolling import Enrolment, enroll
    from office.models import Playlist
    from office.publishing.publish import sign_again, unsigned_words

    enroll(town.place, Enrolment(screen=LED, variables={"grid_phone": "110"}), None, "guan", AT)
    number = town.push(text=CARD)
    Playlist.objects.update(text="later = 1\n")
    assert list(unsigned_words(town.place).kept) == [number]
    sign_again(town.place, town.signers, AT)
    assert words_on(town, LED, tmp_path) == {number: {"grid_phone": "110"}}


def test_a_screen_takes_as_many_words_as_may_be_entered_and_what_every_site_has_besides(
    town: Office, tmp_path: Path
) -> None:
    from office.enrolling import Enrolment, enroll
    from office.models import Site
    from office.publishing.publish import WordsError

    def cards(*names: str) -> str:
        return "".join(f'[[item]]\ncard = "slogan"\ntext = "{{{name}}}"\n' for name in names)

    words = {f"v{n}": str(n) for n in range(MOST_VARIABLES)}
    told = Enrolment(screen=LED, title="广场", kind="square", village="石桥村", variables=words)
    enroll(town.place, told, None, "guan", AT)
    number = town.push(f"screen:{LED}", text=cards(*words, *BUILT_IN))
    assert len(words_on(town, LED, tmp_path)[number]) == MOST_VARIABLES + len(BUILT_IN)

    Site.objects.update(variables=words | {"more": "1"})  # entered before there was a limit
    town.push(f"screen:{LED}", text=cards(*words))
    with pytest.raises(WordsError, match=f"ask for {MOST_VARIABLES + 1} variables"):
        town.push(f"screen:{LED}", text=cards(*words, "more"))


def test_a_playlist_cannot_be_pushed_under_the_name_of_the_words(town: Office) -> None:
    with pytest.raises(BadInput) as refused:
        town.push(playlist="variables", text='[[item]]\ncard = "slogan"\ntext = "x"\n')
    assert "--variable" in refused.value.complaints[0].cure.zh
