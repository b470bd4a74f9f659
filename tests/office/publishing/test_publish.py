"""Publishing: what screens get to see, and what never changes when it fails."""

import datetime as dt
import hashlib
import json
import os
import shutil
import time
from pathlib import Path

import pytest
from tuf.api.exceptions import BadVersionNumberError

from office.place import Place
from office.trusting import setup
from office.trusting.keys import UnusableKeyError
from office.trusting.repository import PublishError, head, signed_targets, standing, write
from office.trusting.root import root_bytes
from signage.errors import BadInput
from signage.messages import Trusted
from tests.office.people import AT, GUAN, LI, ZHANG, Client, campaign
from tests.office.publishing.town import KIOSK, LED, Office


@pytest.fixture
def office(either: None, keyed: Place, tmp_path: Path) -> Office:
    return Office(keyed, tmp_path)


@pytest.fixture
def town(database: None, keyed: Place, tmp_path: Path) -> Office:
    """As `office`, on SQLite only: for what is about files and signatures."""
    return Office(keyed, tmp_path)


def test_a_published_folder_is_what_the_screens_clients_verify(office: Office) -> None:
    number = office.push()

    assert office.shows(LED) == office.shows(KIOSK) == (number,)
    found = office.client.look().get_targetinfo(f"publication/{number}/media/posters/a.png")
    assert found is not None
    assert (office.place.content / found.hashes["sha256"]).read_bytes() == b"a poster"
    assert office.client.names(f"publication/{number}/playlists/main.toml")


def test_the_same_line_again_takes_its_screens_from_the_former(office: Office) -> None:
    from office.models import Publication

    first = office.push()
    second = office.push("kind:square")

    assert office.shows(LED) == (second,)
    assert office.shows(KIOSK) == (first,)

    third = office.push("all")

    assert office.shows(LED) == office.shows(KIOSK) == (third,)
    assert {p.number: p.state for p in Publication.objects.all()} == {
        first: "superseded", second: "superseded", third: "published",
    }  # fmt: skip


def test_another_line_is_shown_beside_it(office: Office) -> None:
    first, second = office.push(), office.push(f"screen:{LED}", folder="extra", playlist="extra")

    assert office.shows(LED) == (first, second)
    assert office.shows(KIOSK) == (first,)


def test_withdrawn_is_on_no_screen_and_what_it_replaced_stays_away(office: Office) -> None:
    from office.publishing.publish import NoPublicationError, withdraw

    office.push()
    second = office.push()
    withdraw(office.place, second, "li", AT)

    assert office.shows(LED) == ()
    with pytest.raises(NoPublicationError, match=f"no publication {second}"):
        withdraw(office.place, second, "li", AT)


def test_the_next_signature_drops_what_was_withdrawn(office: Office) -> None:
    from office.publishing.publish import withdraw

    first = office.push()
    withdraw(office.place, first, "li", AT)
    assert office.client.names(f"publication/{first}/playlists/main.toml")

    second = office.push()

    assert not office.client.names(f"publication/{first}/playlists/main.toml")
    assert office.client.names(f"publication/{second}/playlists/main.toml")


def test_a_new_screen_gets_what_is_aimed_at_its_like(office: Office) -> None:
    from office.enrolling import Enrolment, enroll

    everywhere = office.push("all")
    office.push(f"screen:{LED}", folder="extra", playlist="extra")
    squares = office.push("kind:square", folder="squares", playlist="squares")

    enrolled = enroll(office.place, Enrolment(screen="new-led9", site="square"), None, "guan", AT)

    assert office.shows("new-led9") == (everywhere, squares)
    assert enrolled.publications == (everywhere, squares)


def test_a_screen_that_moves_leaves_what_was_aimed_at_its_old_like_and_comes_back_to_it(office: Office) -> None:
    from office.enrolling import Enrolment, enroll

    squares = office.push("kind:square", folder="squares", playlist="squares")
    halls = office.push("kind:service-centre", folder="halls", playlist="halls")

    enroll(office.place, Enrolment(screen=LED, site="service-centre"), None, "guan", AT)
    assert office.shows(LED) == (halls,)

    enroll(office.place, Enrolment(screen=LED, site="square"), None, "guan", AT)
    assert office.shows(LED) == (squares,)


def test_enrolling_again_brings_nothing_back_that_was_replaced(office: Office) -> None:
    from office.enrolling import Enrolment, enroll
    from office.publishing.publish import withdraw

    office.push("all")
    newer = office.push(f"screen:{LED}")
    withdraw(office.place, newer, "li", AT)

    enroll(office.place, Enrolment(screen=LED), None, "guan", AT)

    assert office.shows(LED) == ()


def test_a_revoked_screen_is_assigned_nothing_and_has_no_password(office: Office) -> None:
    from office.enrolling import revoke

    office.push()
    revoke(office.place, LED, "guan", AT)

    assert office.client.assignment(LED) == b""
    assert LED not in office.place.broker_passwords.read_text()
    assert KIOSK in office.place.broker_passwords.read_text()


def test_every_deed_is_in_the_audit_log_whose_chain_holds(office: Office) -> None:
    from office.audit import first_break
    from office.models import AuditEntry

    number = office.push()

    newest = AuditEntry.objects.first()
    assert (newest.who, newest.what) == ("zhang", "publish")
    assert json.loads(newest.about) == {"number": number, "line": "six-rules", "to": ["all"], "approver": "li"}
    assert first_break() is None

    AuditEntry.objects.filter(number=2).update(who="nobody")
    assert first_break() == 2


def test_one_person_alone_publishes_nothing(town: Office) -> None:
    from office.publishing.publish import open_signers

    with pytest.raises(UnusableKeyError, match="two people"):
        open_signers(town.place, ZHANG, ZHANG)


def test_one_key_that_signs_twice_is_one_signature(town: Office) -> None:

    author, _ = town.signers.keys
    with pytest.raises(PublishError, match="two different people"):
        signed_targets(town.place, (), (author, author), was=standing(town.place), floor=Trusted(), at=AT)
    assert head(town.place) is None


def test_a_file_that_changed_after_the_check_stops_it_all(town: Office) -> None:
    from office.models import Publication
    from office.publishing.aims import chosen
    from office.publishing.folder import read_folder
    from office.publishing.publish import publish
    from office.trusting.content import ChangedMeanwhileError

    draft = read_folder(campaign(town.tmp_path / "six-rules"))
    (town.tmp_path / "six-rules/media/posters/a.png").write_bytes(b"something that nobody saw")

    with pytest.raises(ChangedMeanwhileError, match=r"posters/a\.png"):
        publish(town.place, draft, chosen(["all"]), town.signers, AT)

    assert not Publication.objects.exists()
    assert head(town.place) is None
    assert not [path for path in town.place.content.iterdir() if path.name.startswith(".")]


def test_when_the_head_cannot_be_written_nothing_was_published(town: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from office.models import Publication

    first = town.push()
    before = head(town.place)
    stamp = town.place.metadata / "timestamp.json"
    real = Path.replace

    def full(self: Path, target: Path) -> Path:
        if Path(target) == stamp:
            raise OSError(28, "No space left on device")
        return real(self, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="No space left"):
            town.push(poster=b"never seen")

    assert [p.number for p in Publication.objects.all()] == [first]
    assert head(town.place) == before
    assert town.shows(LED) == (first,)

    second = town.push(poster=b"seen")

    assert town.shows(LED) == (second,)


def test_a_number_that_only_the_signed_files_know_is_not_given_again(town: Office) -> None:
    from office.models import Publication, Sequence

    number = town.push()
    Publication.objects.all().delete()  # as after a commit that failed behind the head
    Sequence.objects.filter(name="publication").delete()

    assert town.push() == number + 1


def test_after_a_restore_the_versions_rise_above_what_screens_trust(town: Office) -> None:
    from office.models import Screen
    from office.publishing.publish import sign_again

    town.push()
    shutil.copytree(town.place.metadata, town.tmp_path / "backup")
    town.push(poster=b"b")
    town.push(poster=b"c")
    town.shows(LED)
    trusted = {"root": 3, "targets": 3, "snapshot": 3, "timestamp": 3, "assign": 4}
    Screen.objects.filter(id=LED).update(birth={"trusted": trusted})

    shutil.rmtree(town.place.metadata)
    shutil.copytree(town.tmp_path / "backup", town.place.metadata)
    with pytest.raises(BadVersionNumberError):
        town.client.look()

    sign_again(town.place, town.signers, AT)

    town.client.look()
    assert standing(town.place).versions.targets == 4


def test_signing_again_renews_every_document_even_those_whose_number_a_screen_trusts(town: Office) -> None:
    from office.models import Screen
    from office.publishing.publish import sign_again

    town.push()
    was = standing(town.place).versions
    Screen.objects.filter(id=LED).update(birth={"trusted": {"assign": was.assign}})

    sign_again(town.place, town.signers, AT)

    now = standing(town.place).versions
    assert min(now.targets - was.targets, now.assign - was.assign, now.snapshot - was.snapshot) > 0
    assert now.timestamp > was.timestamp
    town.client.look()


def test_a_screen_that_claims_absurd_versions_uses_none_of_them_up(town: Office) -> None:
    from office.models import Screen

    town.push()
    Screen.objects.filter(id=KIOSK).update(
        birth={"trusted": {"timestamp": 2**53, "root": "x"}}, state={"publications": [2**53, "x"]}
    )

    assert town.push() == 2
    assert standing(town.place).versions.timestamp == 2


def test_renewing_signs_nothing_while_all_is_young_and_everything_before_it_ends(town: Office) -> None:
    from office.publishing.publish import renew

    assert renew(town.place, AT) is None
    town.push()
    before = standing(town.place).versions

    assert renew(town.place, AT + dt.timedelta(days=3)) is None
    assert renew(town.place, AT + dt.timedelta(days=4)) == head(town.place)
    assert standing(town.place).versions == Trusted(
        timestamp=before.timestamp + 1, snapshot=before.snapshot, targets=before.targets, assign=before.assign
    )
    assert renew(town.place, AT + dt.timedelta(days=40)) is not None
    assert standing(town.place).versions.assign == before.assign + 1


def test_renewing_mends_assignments_that_are_not_the_databases(town: Office) -> None:
    from office.publishing.publish import online_signer, renew

    number = town.push()
    write(town.place, online_signer(town.place), {}, was=standing(town.place), floor=Trusted(), at=AT)
    assert town.client.assignment(LED) == b""

    assert renew(town.place, AT) is not None

    assert town.shows(LED) == (number,)


def test_people_may_sign_before_there_is_anything_so_that_commands_are_obeyed(town: Office) -> None:
    from office.publishing.publish import sign_again

    sign_again(town.place, town.signers, AT)

    assert town.shows(LED) == ()


def test_what_a_dismissed_person_signed_is_refused_until_two_others_sign(town: Office) -> None:
    from tuf.api.exceptions import UnsignedMetadataError

    from office.publishing.publish import open_signers, sign_again

    number = town.push()
    setup.admit_person(town.place, "wang", "author", "wang comes after zhang", root=GUAN, at=AT)
    setup.dismiss_person(town.place, "zhang", GUAN, AT)
    with pytest.raises(UnsignedMetadataError):
        Client(town.place, town.tmp_path / "fresh", root_bytes(town.place)).look()

    sign_again(town.place, open_signers(town.place, ("wang", "wang comes after zhang"), LI), AT)

    assert town.shows(LED) == (number,)


def test_a_file_that_is_pushed_again_is_not_removed_while_that_is_under_way(town: Office) -> None:
    from office.trusting.content import PRUNE_AFTER_S, keep_file, prune

    town.push(poster=b"old")
    medium = town.place.content / hashlib.sha256(b"old").hexdigest()
    os.utime(medium, (1e9, 1e9))
    keep_file(town.place, medium, medium.name)
    prune(town.place, (), time.time())
    assert medium.exists()
    prune(town.place, (), medium.stat().st_mtime + PRUNE_AFTER_S + 60)
    assert not medium.exists()


def test_what_nothing_names_any_more_is_removed_when_the_office_signs_again(town: Office) -> None:
    from office.publishing.publish import renew

    medium = town.place.content / hashlib.sha256(b"gone").hexdigest()
    medium.write_bytes(b"gone")
    os.utime(medium, (1e9, 1e9))
    town.push()
    renew(town.place, AT)
    assert not medium.exists()


def test_every_file_is_named_by_its_hash_so_that_a_screen_knows_at_once_that_its_own_is_old(town: Office) -> None:
    town.push()
    now = standing(town.place)
    assert now.timestamp is not None
    assert now.snapshot is not None
    named = {"snapshot.json": now.timestamp.signed.snapshot_meta, **now.snapshot.signed.meta}
    assert named.keys() == {"snapshot.json", "targets.json", "assign.json"}
    for name, meta in named.items():
        text = (town.place.metadata / f"{meta.version}.{name}").read_bytes()
        assert (meta.length, meta.hashes) == (len(text), {"sha256": hashlib.sha256(text).hexdigest()})


def test_what_nothing_names_any_more_is_removed_a_week_later(town: Office) -> None:
    from office.trusting.content import PRUNE_AFTER_S, prune

    kept = hashlib.sha256(b"kept").hexdigest()
    for content in (b"kept", b"gone"):
        (town.place.content / hashlib.sha256(content).hexdigest()).write_bytes(content)
    now = (town.place.content / kept).stat().st_mtime

    assert prune(town.place, {kept}, now + 60) == 0
    assert prune(town.place, {kept}, now + PRUNE_AFTER_S + 60) > 0
    assert [path.name for path in town.place.content.iterdir()] == [kept]


@pytest.mark.parametrize(
    ("aim", "cure"),
    [
        ("kind:sqare", "did you mean square?"),
        ("scren:sq-square-led1", "did you mean screen?"),
        ("screen:../x", "write screen:ID"),
        ("everybody", "write screen:ID"),
        ("tag:big", "there are: "),
    ],
)
def test_an_aim_that_means_nothing_is_refused_with_a_cure(town: Office, aim: str, cure: str) -> None:
    with pytest.raises(BadInput) as bad:
        town.push(aim)

    assert bad.value.complaints[0].cure.en.startswith(cure)
