"""Private keys, and whom the root lets sign."""

import itertools
import shutil
import stat

import pytest

from office.place import Place
from office.trusting import setup
from office.trusting.keys import UnusableKeyError, key_files, open_key, open_online_key
from office.trusting.root import holders, newest_root, signer
from tests.office.people import AT, GUAN, PASSPHRASES


def test_a_key_opens_with_its_passphrase_and_with_no_other(keyed: Place) -> None:
    assert open_key(keyed, "zhang", "author", PASSPHRASES["zhang"])
    with pytest.raises(UnusableKeyError, match="does not open"):
        open_key(keyed, "zhang", "author", PASSPHRASES["zhang"] + "x")


def test_key_files_are_read_by_their_owner_alone_and_hold_no_key_in_clear(keyed: Place) -> None:
    for key in key_files(keyed):
        assert stat.S_IMODE(key.path.stat().st_mode) == 0o600
        assert b"BEGIN ENCRYPTED PRIVATE KEY" in key.path.read_bytes()
    assert stat.S_IMODE(keyed.online_passphrase.stat().st_mode) == 0o600


def test_the_root_names_everybody_and_asks_for_two_on_content(keyed: Place) -> None:
    root = newest_root(keyed).signed

    named = {(h.person, h.role) for h in holders(root)}
    assert named == {("guan", "root"), ("office", "online"), ("zhang", "author"), ("li", "approver")}
    assert root.roles["targets"].threshold == 2
    assert len(root.roles["targets"].keyids) == 2


def test_every_root_is_signed_by_a_key_of_the_one_before(keyed: Place) -> None:
    from tuf.api.metadata import Metadata, Root

    roots = [Metadata[Root].from_file(str(keyed.metadata / f"{n}.root.json")) for n in (1, 2, 3)]

    for before, after in itertools.pairwise(roots):
        before.signed.verify_delegate("root", after.signed_bytes, after.signatures)


def test_nobody_gets_a_second_key_for_content(keyed: Place) -> None:
    with pytest.raises(UnusableKeyError, match="nobody may have two keys"):
        setup.admit_person(keyed, "zhang", "approver", "zhang is alone today", root=GUAN, at=AT)

    assert newest_root(keyed).signed.version == 3
    assert not [key for key in key_files(keyed) if (key.person, key.role) == ("zhang", "approver")]


def test_a_copy_of_somebodys_key_does_not_make_another_person(keyed: Place) -> None:
    shutil.copy(keyed.keys / "zhang.author.pem", keyed.keys / "wang.approver.pem")

    with pytest.raises(UnusableKeyError, match="this key is zhang's already"):
        setup.admit_person(keyed, "wang", "approver", PASSPHRASES["zhang"], root=GUAN, at=AT)


def test_a_key_that_was_put_in_anothers_place_does_not_sign(keyed: Place) -> None:
    shutil.copy(keyed.keys / "zhang.author.pem", keyed.keys / "li.approver.pem")
    key = open_key(keyed, "li", "approver", PASSPHRASES["zhang"])

    with pytest.raises(UnusableKeyError, match="the file was exchanged"):
        signer(keyed, "li", "approver", key)


def test_without_the_root_key_nobody_is_let_in(keyed: Place) -> None:
    with pytest.raises(UnusableKeyError):
        setup.admit_person(keyed, "wang", "author", "wang would like to", root=("guan", "x" * 20), at=AT)

    assert newest_root(keyed).signed.version == 3


def test_a_dismissed_person_signs_nothing_any_more(keyed: Place) -> None:
    setup.dismiss_person(keyed, "zhang", GUAN, AT)

    with pytest.raises(UnusableKeyError, match="does not name zhang"):
        signer(keyed, "zhang", "author", open_key(keyed, "zhang", "author", PASSPHRASES["zhang"]))


def test_the_last_root_key_cannot_go(keyed: Place) -> None:
    with pytest.raises(UnusableKeyError, match="root key"):
        setup.dismiss_person(keyed, "guan", GUAN, AT)


@pytest.mark.parametrize("name", ["../zhang", "zhang/x", "", "a b", ".zhang", "x" * 31])
def test_names_that_are_no_names_never_become_a_path(keyed: Place, name: str) -> None:
    with pytest.raises(UnusableKeyError):
        setup.admit_person(keyed, name, "author", "long enough for anybody", root=GUAN, at=AT)


def test_short_passphrases_are_refused(keyed: Place) -> None:
    with pytest.raises(UnusableKeyError, match="too short"):
        setup.admit_person(keyed, "wang", "author", "too short", root=GUAN, at=AT)


def test_a_guessable_passphrase_is_stretched_and_the_online_keys_random_one_costs_no_push_a_moment(
    keyed: Place,
) -> None:
    assert b"n=32768 " in (keyed.keys / "zhang.author.pem").read_bytes()
    assert b"n=256 " in (keyed.keys / "office.online.pem").read_bytes()
    assert len(keyed.online_passphrase.read_text()) >= 43, "256 bits"


def test_the_online_key_opens_with_what_systemd_gives_in_its_stead(
    keyed: Place, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tmp_path_factory.mktemp("credentials")
    shutil.move(keyed.online_passphrase, given / "online.passphrase")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))

    assert open_online_key(keyed)
