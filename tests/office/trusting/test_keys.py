"""Private keys, and whom the root lets sign."""

import itertools
import os
import shutil
import stat

import pytest

from office.place import Place
from office.trusting import setup
from office.trusting.keys import ClosedKeyError, UnusableKeyError, key_files, open_key, open_online_key
from office.trusting.root import holders, newest_root, signer
from tests.office.people import AT, GUAN, PASSPHRASES
from tests.office.trusting.stranger import NOBODY, as_somebody_else


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


# A passphrase that nobody knows any more


def test_whoever_forgot_a_passphrase_is_taken_out_and_let_in_again_with_a_new_key(keyed: Place) -> None:
    old = open_key(keyed, "zhang", "author", PASSPHRASES["zhang"])
    setup.dismiss_person(keyed, "zhang", GUAN, AT)

    aside = setup.admit_person(keyed, "zhang", "author", "zhang will remember it", root=GUAN, at=AT)

    new = open_key(keyed, "zhang", "author", "zhang will remember it")
    assert new.public_key() != old.public_key()
    assert signer(keyed, "zhang", "author", new)
    assert aside is not None
    assert aside.parent == keyed.keys
    aside.rename(keyed.keys / "zhang.author.pem")
    kept = open_key(keyed, "zhang", "author", PASSPHRASES["zhang"])
    assert kept.public_key() == old.public_key(), "the former key is whole"
    with pytest.raises(UnusableKeyError, match="the file was exchanged"):
        signer(keyed, "zhang", "author", kept)


def test_whoever_comes_back_with_the_old_passphrase_gets_a_new_key_all_the_same(keyed: Place) -> None:
    old = open_key(keyed, "li", "approver", PASSPHRASES["li"])
    for _ in range(2):
        setup.dismiss_person(keyed, "li", GUAN, AT)
        setup.admit_person(keyed, "li", "approver", PASSPHRASES["li"], root=GUAN, at=AT)

    assert open_key(keyed, "li", "approver", PASSPHRASES["li"]).public_key() != old.public_key()
    assert len(list(keyed.keys.glob("li.approver.pem.old-*"))) == 2, "nothing is written over"


def test_a_key_whose_owner_was_never_let_in_stops_nobody(keyed: Place) -> None:
    shutil.copy(keyed.keys / "zhang.author.pem", keyed.keys / "wang.author.pem")
    setup.admit_person(keyed, "wang", "author", "wang has another phrase", root=GUAN, at=AT)

    assert signer(keyed, "wang", "author", open_key(keyed, "wang", "author", "wang has another phrase"))


def test_a_root_keys_forgotten_passphrase_is_mended_by_another_root_key(keyed: Place) -> None:
    deputy = ("qian", "qian keeps the other stick")
    setup.admit_person(keyed, *deputy[:1], "root", deputy[1], root=GUAN, at=AT)
    text = (keyed.keys / "guan.root.pem").read_bytes()
    with pytest.raises(UnusableKeyError, match="has a root key already"):
        setup.admit_person(keyed, "guan", "root", "guan will remember it", root=deputy, at=AT)
    assert (keyed.keys / "guan.root.pem").read_bytes() == text, "a key that is in use is not put aside"

    setup.dismiss_person(keyed, "guan", deputy, AT)
    setup.admit_person(keyed, "guan", "root", "guan will remember it", root=deputy, at=AT)

    setup.renew(keyed, ("guan", "guan will remember it"), AT)


def test_a_short_new_passphrase_puts_nothing_aside(keyed: Place) -> None:
    setup.dismiss_person(keyed, "zhang", GUAN, AT)
    with pytest.raises(UnusableKeyError, match="too short"):
        setup.admit_person(keyed, "zhang", "author", "short", root=GUAN, at=AT)

    assert (keyed.keys / "zhang.author.pem").exists()


# The online key


def test_the_online_key_is_replaced_without_its_passphrase_and_without_the_former_key(keyed: Place) -> None:
    old = open_online_key(keyed)
    keyed.online_passphrase.unlink()
    with pytest.raises(UnusableKeyError, match="keys online"):
        open_online_key(keyed)

    aside = setup.replace_online_key(keyed, GUAN, AT)

    new = open_online_key(keyed)
    assert new.public_key() != old.public_key()
    assert signer(keyed, "office", "online", new)
    root = newest_root(keyed).signed
    assert [h.role for h in holders(root)].count("online") == 1
    assert root.roles["snapshot"].keyids == root.roles["timestamp"].keyids
    assert aside is not None
    assert stat.S_IMODE(keyed.online_passphrase.stat().st_mode) == 0o600
    (keyed.keys / "office.online.pem").unlink()
    setup.replace_online_key(keyed, GUAN, AT)
    assert open_online_key(keyed).public_key() != new.public_key()


def test_whoever_has_no_root_key_replaces_nothing(keyed: Place) -> None:
    before = {path.name: path.read_bytes() for path in keyed.keys.iterdir()}
    with pytest.raises(UnusableKeyError):
        setup.replace_online_key(keyed, ("guan", "not the phrase of guan"), AT)

    assert {path.name: path.read_bytes() for path in keyed.keys.iterdir()} == before
    assert open_online_key(keyed)


def test_a_new_online_key_opens_while_systemd_still_gives_the_former_passphrase(
    keyed: Place, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tmp_path_factory.mktemp("credentials")
    shutil.move(keyed.online_passphrase, given / "online.passphrase")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    setup.replace_online_key(keyed, GUAN, AT)

    assert signer(keyed, "office", "online", open_online_key(keyed))


def test_a_passphrase_of_another_online_key_is_said_to_be_that(keyed: Place) -> None:
    keyed.online_passphrase.write_text("of another office altogether")

    with pytest.raises(ClosedKeyError, match="do not belong together"):
        open_online_key(keyed)


# Files that come back from a stick


def test_a_key_that_came_back_with_another_owner_is_said_to_be_that_and_how_to_mend_it(keyed: Place) -> None:
    with as_somebody_else(keyed) as place:
        path = place.keys / "guan.root.pem"
        os.chown(path, 0, 0)
        os.seteuid(NOBODY)
        with pytest.raises(UnusableKeyError) as fault:
            setup.renew(place, GUAN, AT)

    told = str(fault.value)
    assert f"{path} belongs to root (group root), mode 0600, and this is nobody" in told
    assert f"chown nobody {path}" in told
    assert "passphrase" not in told


def test_a_folder_of_keys_that_belongs_to_another_is_named_itself(keyed: Place) -> None:
    with as_somebody_else(keyed) as place:
        os.chown(place.keys, 0, 0)
        os.seteuid(NOBODY)
        with pytest.raises(UnusableKeyError, match=f"{place.keys} belongs to root .*, mode 0700"):
            open_key(place, "zhang", "author", PASSPHRASES["zhang"])


def test_the_online_keys_passphrase_of_another_owner_is_named(keyed: Place) -> None:
    with as_somebody_else(keyed) as place:
        os.chown(place.online_passphrase, 0, 0)
        os.seteuid(NOBODY)
        with pytest.raises(UnusableKeyError, match=r"online\.passphrase belongs to root"):
            open_online_key(place)


@pytest.mark.parametrize(
    "spoil", [lambda text: b"", lambda text: text[: len(text) // 2], lambda text: b"\0" * len(text)]
)
def test_a_file_that_a_power_cut_or_a_stick_damaged_is_not_called_a_wrong_passphrase(keyed: Place, spoil) -> None:  # type: ignore[no-untyped-def]
    path = keyed.keys / "guan.root.pem"
    path.write_bytes(spoil(path.read_bytes()))

    with pytest.raises(ClosedKeyError) as fault:
        setup.renew(keyed, GUAN, AT)
    assert "is damaged" in str(fault.value)
    assert "wrong passphrase" not in str(fault.value)


def test_a_key_whose_lines_windows_ended_opens(keyed: Place) -> None:
    path = keyed.keys / "guan.root.pem"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    setup.renew(keyed, GUAN, AT)
